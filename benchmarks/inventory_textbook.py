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

from cds.inventory.ordering.lot_sizing import (
    BatchWork,
    Production,
    plan_batches,
    sequence_batches,
)
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
    """Demand, changeover costs, holding cost, and the last line.

    Words one after another, whatever the lines: pigment15c has a table of ten products where it
    declares eight, and its published optimum is that of a reader that takes the first 64 numbers.
    """
    text = path.read_text()
    words = text.split()
    periods, products = int(words[0]), int(words[1])
    body = np.array(words[2 : 3 + products * (periods + products)], np.int64)
    demand = body[: products * periods].reshape(products, periods)
    changeover = body[products * periods + 1 :].reshape(products, products)
    return demand, changeover, int(body[products * periods]), text.strip().splitlines()[-1].strip()


def sequence_cost(
    demand: np.ndarray, changeover: np.ndarray, holding: int, made: np.ndarray
) -> int:
    """The cost of a sequence from the plan alone; ValueError where it breaks a rule."""
    stock = made.cumsum(axis=1) - demand.cumsum(axis=1)
    if stock.min() < 0 or stock[:, -1].any() or made.sum(axis=0).max() > 1:
        raise ValueError("the plan is late, makes too much, or makes two batches at once")
    order = made.argmax(axis=0)[made.any(axis=0)]
    return int(holding * stock.sum() + changeover[order[:-1], order[1:]].sum())


def batches_cost(work: BatchWork, made: np.ndarray) -> int:
    """The cost of a plan of batches from the plan alone; ValueError where it breaks a rule."""
    stock = made.cumsum(axis=1) - work.demand.cumsum(axis=1)
    hours = work.unit_time @ made + work.setup_time @ (made > 0)
    if stock.min() < 0 or np.any(hours > work.capacity):
        raise ValueError("the plan is late or takes more hours than there are")
    return int(work.holding @ stock.sum(axis=1) + work.setup_cost @ (made > 0).sum(axis=1))


def trigeiro(path: Path) -> BatchWork:
    """A set of Trigeiro: columns of demand are products, in blocks where there are many.

    Notes may stand after a row of the last block, and after the table (G73).
    """
    lines = [line.split() for line in path.read_text().splitlines()]
    lines = [line for line in lines if line]
    products, periods = int(lines[0][0]), int(lines[0][1])
    table = np.array([[float(word) for word in line] for line in lines[3 : 3 + products]])
    body = lines[3 + products :]
    width = len(body[0])
    demand = np.hstack(
        [
            np.array(
                [row[: products - first] for row in body[first // width * periods :][:periods]],
                np.float64,
            )
            for first in range(0, products, width)
        ]
    ).T
    if demand.shape != (products, periods):
        raise ValueError(f"{path}: {demand.shape} where {(products, periods)} is declared")
    unit, holding, setup_time, setup_cost = np.rint(table[:, :4]).astype(np.int64).T
    full = np.full(periods, int(float(lines[2][0])), np.int64)
    return BatchWork(np.rint(demand).astype(np.int64), full, unit, setup_time, setup_cost, holding)


def batches(folder: Path, seconds: float, only: str) -> None:
    """One row an instance: cost (reckoned again from the plan), proven bound, published cost."""
    print("| instance | cost | bound | published | status | wall s | CPU s |")
    print("| --- | ---: | ---: | ---: | --- | ---: | ---: |")
    for path in sorted((folder / "dlsp_pigment").glob(f"{only}.psp")):
        demand, changeover, holding, known = pigment(path)
        clocks = time.perf_counter(), time.process_time()
        found = sequence_batches(demand, changeover, holding, time_limit=seconds)
        cost = None
        if found.made is not None:
            cost = sequence_cost(demand, changeover, holding, found.made)
        show_batches(path.stem, found, cost, known, clocks)
    for path in sorted((folder / "clsp_trigeiro").glob(f"{only}.DAT")):
        work = trigeiro(path)
        clocks = time.perf_counter(), time.process_time()
        found = plan_batches(work, time_limit=seconds)
        cost = None if found.made is None else batches_cost(work, found.made)
        show_batches(f"Trigeiro {path.stem}", found, cost, "", clocks)


def show_batches(
    name: str, found: Production, cost: int | None, known: str, began: tuple[float, float]
) -> None:
    """One row; ValueError where the cost is not the one that was claimed."""
    if cost is not None and abs(cost - found.cost) > 1e-6:
        raise ValueError(f"{name}: claimed {found.cost}, costs {cost}")
    wall, processor = time.perf_counter() - began[0], time.process_time() - began[1]
    print(
        f"| {name} | {cost or ''} | {found.bound:.0f} | {known} | {found.status} "
        f"| {wall:.1f} | {processor:.1f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="*", help="batches of these names, as a file pattern")
    arguments = parser.parse_args()
    if arguments.only == "*":
        textbook(arguments.data)
    batches(arguments.data, arguments.seconds, arguments.only)


if __name__ == "__main__":
    main()
