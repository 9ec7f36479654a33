"""Twenty planted conflicts in a ward of 30 people x 28 days: found, minimal, in which time.

``python -m benchmarks.roster_conflicts --time-limit 10``

"as planted" says whether the conflict is exactly what was planted, where only one would do.
"""

from __future__ import annotations

import argparse

from benchmarks.roster_plants import Planted, planted
from cds.roster.explain.conflict import Conflict, find_conflict
from cds.roster.outcome import Limits


def as_planted(plant: Planted, conflict: Conflict | None) -> str:
    if conflict is None or plant.names is None:
        return ""
    found = set()
    for item in conflict.items:
        if item.kind == "cover":
            found.add((item.label, item.day))
        else:
            found.add((item.origin if item.kind == "cells" else item.rule, item.employee))
    return "yes" if found == plant.names else "no"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time-limit", type=float, default=10.0)
    arguments = parser.parse_args()
    print("| planted | items | minimal | as planted | seconds |")
    print("| --- | ---: | --- | --- | ---: |")
    slowest = 0.0
    for plant in planted():
        conflict = find_conflict(plant.problem, Limits(time_limit=arguments.time_limit))
        if conflict is None:
            print(f"| {plant.title} | not found | | | |", flush=True)
            continue
        slowest = max(slowest, conflict.runtime_s)
        minimal = "proved" if conflict.minimal else "no"
        print(
            f"| {plant.title} | {len(conflict.items)} | {minimal} "
            f"| {as_planted(plant, conflict)} | {conflict.runtime_s:.1f} |",
            flush=True,
        )
    print(f"\nslowest {slowest:.1f} s")


if __name__ == "__main__":
    main()
