"""Exact contributions of a table: ours against LightGBM's ``pred_contrib``, one thread each.

``python -m benchmarks.contributions --rows 10000 100000 --repeats 3``

The machine code is compiled, or loaded from its cache, before the first run; the
seconds of that are printed below the table.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.big_forest import alternate, machine, per_second, ratios, table, train
from cds.risk.scoring.contributions import contributions_table
from cds.risk.scoring.tree_model import parse_tree_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--leaves", type=int, default=31)
    arguments = parser.parse_args()
    booster = train(leaves=arguments.leaves)
    model = parse_tree_model(booster.model_to_string())
    start = time.perf_counter()
    contributions_table(model, table(300))
    first_call = time.perf_counter() - start

    print("| rows | LightGBM rows/s | cds rows/s | times faster, wall | CPU | largest difference |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in arguments.rows:
        rows = table(count)
        results = {}

        def lightgbm_run(rows=rows, results=results):
            results["lightgbm"] = booster.predict(rows, pred_contrib=True, num_threads=1)

        def cds_run(rows=rows, results=results):
            results["cds"] = contributions_table(model, rows)

        times = alternate({"lightgbm": lightgbm_run, "cds": cds_run}, arguments.repeats)
        difference = np.abs(results["lightgbm"] - results["cds"]).max()
        print(
            f"| {count:,} | {per_second(count, times['lightgbm'])} "
            f"| {per_second(count, times['cds'])} "
            f"| {ratios(times['lightgbm'], times['cds'])} | {difference:.1e} |",
            flush=True,
        )
    print(
        f"\n40 features, {model.num_trees} trees of {arguments.leaves} leaves, missing values and "
        f"categories, one thread each, {arguments.repeats} alternating runs (median, least-most); "
        f"first call {first_call:.1f} s.\n{machine()}"
    )


if __name__ == "__main__":
    main()
