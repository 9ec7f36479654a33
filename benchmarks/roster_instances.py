"""Public rostering instances: our cost and proven bound beside the best known and published Gurobi.

``python -m benchmarks.roster_instances DATA --set curtois-10`` with DATA the folder
that holds ``curtois-qu``, ``inrc1`` and ``inrc2``. Costs are the checker's.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from cds.roster.check import assess
from cds.roster.formats import read_instance
from cds.roster.outcome import Limits
from cds.roster.problem import Problem
from cds.roster.solve import solve

# Gurobi on the compact model, 10 minutes: Curtois & Qu 2014, table of results.
GUROBI = {
    "2": 828, "4": 1716, "6": 1950, "8": 8995, "10": 4631, "12": 4045,
    "14": 1482, "16": 3521, "18": 7950,
}  # fmt: skip

SETS: dict[str, tuple[float, tuple[str, ...]]] = {
    "curtois-10": (10.0, ("2", "4", "6", "10")),
    "curtois-60": (60.0, ("8", "12")),
    "curtois-300": (300.0, ("14", "16", "18")),
    "curtois-600": (600.0, ("20", "22", "24")),
    "inrc2-10": (
        10.0,
        ("n005w4_0_1-2-3-3", "n005w4_0_1-2-3-5", "n005w4_1_5-6-7-8", "n005w4_1_6-2-9-1"),
    ),
    "inrc2-60": (60.0, ("n030w4_1_6-2-9-1",)),
    "inrc2-300": (300.0, ("n030w4_1_6-2-9-1",)),
    "inrc2-120": (
        120.0,
        (
            "n021w4_1_6-2-9-1", "n040w4_0_2-0-6-1", "n040w4_2_6-1-0-6", "n060w4_1_6-1-1-5",
            "n060w4_1_9-6-3-8",
        ),
    ),
    "sprint": (
        10.0,
        tuple(
            f"sprint{family}{number:02d}"
            for family in ("", "_late", "_hidden")
            for number in (2, 4, 6, 8, 10)
        ),
    ),
    "medium": (
        60.0,
        ("medium02", "medium04", "medium_late02", "medium_late04", "medium_hidden02",
         "medium_hidden04"),
    ),
}  # fmt: skip


def load(data: Path, name: str) -> Problem:
    """The instance called ``name``, as the sets above call it."""
    if name.isdigit():
        return read_instance(data / "curtois-qu" / f"Instance{name}.txt")
    if name.startswith("n"):
        scenario, history, weeks = name.split("_")
        folder = data / "inrc2" / scenario
        return read_instance(
            folder / f"Sc-{scenario}.txt",
            history=folder / f"H0-{scenario}-{history}.txt",
            weeks=[folder / f"WD-{scenario}-{week}.txt" for week in weeks.split("-")],
        )
    return read_instance(data / "inrc1" / "txt" / f"{name}.txt")


def best_known(data: Path) -> dict[str, int]:
    """Best known costs by instance, from the tables beside the instances."""
    found: dict[str, int] = {}
    for table in ("curtois-qu/best_known.csv", "inrc1/best_known.csv"):
        with (data / table).open(encoding="utf-8") as stream:
            for row in csv.reader(stream):
                if row[1].isdigit():
                    found[row[0].removeprefix("Instance")] = int(row[1])
    with (data / "inrc2/best_known_static.csv").open(encoding="utf-8") as stream:
        for row in csv.reader(stream):
            if row[1].isdigit():
                found[row[0]] = int(row[1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", choices=sorted(SETS), default="curtois-10")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", metavar="NAME", help="One instance of the set.")
    arguments = parser.parse_args()
    seconds, names = SETS[arguments.set]
    known = best_known(arguments.data)
    print(
        "| instance | s | best known | Gurobi 10 min | cost | bound | above best known | status |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for name in [arguments.only] if arguments.only else names:
        problem = load(arguments.data, name)
        limits = Limits(seconds, workers=arguments.workers, seed=arguments.seed)
        outcome = solve(problem, limits)
        cost = None
        if outcome.roster is not None:
            judged = assess(problem, outcome.roster)
            assert not judged.hard and judged.cost == outcome.cost
            cost = judged.cost
        best = known.get(name)
        above = "" if cost is None or not best else f"{(cost - best) / best:.2%}"
        print(
            f"| {name} | {outcome.runtime_s:.1f} | {best or ''} | {GUROBI.get(name, '')} | {cost} "
            f"| {outcome.bound} | {above} | {outcome.status} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
