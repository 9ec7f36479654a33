"""Textbook instances: our exact functions against stockpyl's, and batches against known optima.

``python -m benchmarks.inventory_textbook DATA --seconds 60`` where DATA is the folder with
``stockpyl_instances``, ``dlsp_pigment`` and ``clsp_trigeiro``. Needs the package stockpyl.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from cds.inventory.ordering.lot_sizing import BatchWork, plan_batches, sequence_batches
from cds.inventory.ordering.textbook import (
    best_s_S,
    economic_order_quantity,
    newsvendor_discrete,
    newsvendor_normal,
    poisson_law,
    quantity_with_backorders,
    quantity_with_discounts,
    wagner_whitin,
)


def textbook(folder: Path) -> None:
    """One row an instance: our cost, stockpyl's, the difference."""
    from stockpyl import eoq, newsvendor, ss
    from stockpyl import wagner_whitin as whitin

    listed = json.loads((folder / "stockpyl_instances" / "instances.json").read_text())
    data: dict[str, Any] = {entry["name"]: entry["data"] for entry in listed["instances"]}
    print("| instance | class | ours | stockpyl | difference |")
    print("| --- | --- | ---: | ---: | ---: |")

    def show(name: str, kind: str, ours: float, theirs: float) -> None:
        print(f"| {name} | {kind} | {ours:.6f} | {theirs:.6f} | {ours - theirs:+.1e} |")

    for name in ("example_3_1", "problem_3_1"):
        d = data[name]
        ours = economic_order_quantity(d["fixed_cost"], d["holding_cost"], d["demand_rate"])[1]
        show(name, "EOQ", ours, eoq.economic_order_quantity(**d)[1])
    d = data["problem_3_2b"]
    four = d["fixed_cost"], d["holding_cost"], d["stockout_cost"], d["demand_rate"]
    theirs = eoq.economic_order_quantity_with_backorders(*four)[2]
    show("problem_3_2b", "EOQ, backorders", quantity_with_backorders(*four)[2], theirs)
    d = data["problem_3_12"]
    five = (
        d["fixed_cost"],
        d["holding_cost_rate"],
        d["demand_rate"],
        d["breakpoints"],
        d["unit_costs"],
    )
    theirs = eoq.economic_order_quantity_with_all_units_discounts(*five)[2]
    show("problem_3_12", "EOQ, discounts", quantity_with_discounts(*five)[1], theirs)
    for name in ("problem_3_27", "problem_3_29"):
        d = data[name]
        ours = wagner_whitin(d["demand"], d["fixed_cost"], d["holding_cost"])[1]
        theirs = whitin.wagner_whitin(
            d["num_periods"], d["holding_cost"], d["fixed_cost"], d["demand"]
        )[1]
        show(name, "Wagner–Whitin", ours, float(theirs))
    for name in ("example_4_1", "example_4_3", "problem_4_1", "example_4_4"):
        d = data[name]
        values = (
            d["holding_cost"], d["stockout_cost"], d["demand_mean"], d["demand_sd"],
            d.get("lead_time", 0),
        )  # fmt: skip
        theirs = newsvendor.newsvendor_normal(*values)[1]
        show(name, "newsvendor, normal", newsvendor_normal(*values)[1], float(theirs))
    d = data["problem_4_8a"]
    three = d["holding_cost"], d["stockout_cost"], d["demand_mean"]
    ours = newsvendor_discrete(*three[:2], poisson_law(three[2]))[1]
    show(
        "problem_4_8a", "newsvendor, Poisson", ours, float(newsvendor.newsvendor_poisson(*three)[1])
    )
    d = data["example_4_7"]
    h, p, k, mean = d["holding_cost"], d["stockout_cost"], d["fixed_cost"], d["demand_mean"]
    theirs = ss.s_s_discrete_exact(h, p, k, True, mean)[2]
    show("example_4_7", "(s, S), Poisson", best_s_S(k, h, p, poisson_law(mean))[2], float(theirs))


def pigment(path: Path) -> tuple[np.ndarray, np.ndarray, int, str]:
    """Demand, changeover costs, holding cost, and the last line."""
    words = path.read_text().split()
    periods, products = int(words[0]), int(words[1])
    body = np.array(words[2 : 3 + products * (periods + products)], np.int64)
    demand = body[: products * periods].reshape(products, periods)
    changeover = body[products * periods + 1 :].reshape(products, products)
    known = " ".join(words[3 + products * (periods + products) :])
    return demand, changeover, int(body[products * periods]), known


def trigeiro(path: Path) -> BatchWork:
    """A set of Trigeiro: columns of demand are products, in blocks where there are many."""
    lines = [line.split() for line in path.read_text().splitlines()]
    products, periods = int(lines[0][0]), int(lines[0][1])
    capacity = int(float(lines[2][0]))
    table = np.array([[float(word) for word in line] for line in lines[3 : 3 + products]])
    rows = []
    for line in lines[3 + products :]:
        try:
            rows.append([int(float(word)) for word in line])
        except ValueError:
            break  # the legend
    blocks = [rows[first : first + periods] for first in range(0, len(rows), periods)]
    blocks = [block for block in blocks if len(block) == periods and block[0]]
    demand = np.hstack([np.array(block) for block in blocks])[:, :products].T
    unit, holding, setup_time, setup_cost = np.rint(table[:, :4]).astype(np.int64).T
    full = np.full(periods, capacity, np.int64)
    return BatchWork(demand.astype(np.int64), full, unit, setup_time, setup_cost, holding)


def batches(folder: Path, seconds: float) -> None:
    """One row an instance: cost, proven bound, known optimum."""
    print("| instance | cost | bound | known | status | wall s |")
    print("| --- | ---: | ---: | ---: | --- | ---: |")
    for path in sorted((folder / "dlsp_pigment").glob("*.psp")):
        demand, changeover, holding, known = pigment(path)
        began = time.perf_counter()
        found = sequence_batches(demand, changeover, holding, time_limit=seconds)
        taken = time.perf_counter() - began
        print(
            f"| {path.stem} | {found.cost:.0f} | {found.bound:.0f} | {known} | {found.status} "
            f"| {taken:.1f} |",
            flush=True,
        )
    for path in sorted((folder / "clsp_trigeiro").glob("*.DAT")):
        began = time.perf_counter()
        found = plan_batches(trigeiro(path), time_limit=seconds)
        taken = time.perf_counter() - began
        print(
            f"| Trigeiro {path.stem} | {found.cost:.0f} | {found.bound:.0f} | | {found.status} "
            f"| {taken:.1f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    textbook(arguments.data)
    batches(arguments.data, arguments.seconds)


if __name__ == "__main__":
    main()
