"""Raw scores of a table: the C library in batches against ``Booster.predict`` at once.

``python -m benchmarks.score_table --rows 1000000 --threads 1``

The scorer alone; reading and writing the table are not in it.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.big_forest import alternate, machine, per_second, ratios, table, train
from cds.risk.scoring import load_scorer

BATCH_ROWS = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    booster = train()
    scorer = load_scorer(booster.model_to_string())
    rows = table(arguments.rows)
    results = {}

    def package() -> None:
        results["package"] = booster.predict(rows, raw_score=True, num_threads=arguments.threads)

    def library() -> None:
        batches = np.split(rows, range(BATCH_ROWS, len(rows), BATCH_ROWS))
        scores = [scorer.predict_array(batch, arguments.threads) for batch in batches]
        results["library"] = np.concatenate(scores)

    times = alternate({"package": package, "library": library}, arguments.repeats)
    same = "yes" if np.array_equal(results["package"], results["library"]) else "no"
    print("| rows | Booster.predict rows/s | cds rows/s | times faster, wall | CPU | bit-equal |")
    print("| ---: | ---: | ---: | ---: | ---: | --- |")
    print(
        f"| {len(rows):,} | {per_second(len(rows), times['package'])} "
        f"| {per_second(len(rows), times['library'])} "
        f"| {ratios(times['package'], times['library'])} | {same} |"
    )
    print(
        f"\n40 features, 500 trees of 31 leaves, {arguments.threads} thread(s), "
        f"{arguments.repeats} alternating runs (median, least-most).\n{machine()}"
    )


if __name__ == "__main__":
    main()
