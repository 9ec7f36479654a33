"""One sick call in a ward of 60 people x 28 days: cells changed, what is proved, in which time.

``python -m benchmarks.roster_repair --calls 10 --days 1``

The roster is made first (not timed), with no more people on than are needed, so that
every absence leaves a gap.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from random import Random

from benchmarks.roster_wards import ward
from cds.roster.outcome import Limits
from cds.roster.problem import OFF, Problem
from cds.roster.repair import repair
from cds.roster.solve.compact import solve_compact


def tight(staff: int, days: int) -> Problem:
    """A ward whose preferred number of nurses is both the least and the most."""
    base = ward(staff, days)
    covers = []
    for cover in base.covers:
        if cover.rule == "cover":
            least = (cover.minimum or 0) + 1
            most = least if "nurse" in cover.label else None
            covers.append(replace(cover, minimum=least, maximum=most))
    return replace(base, covers=tuple(covers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--staff", type=int, default=60)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--time-limit", type=float, default=5.0)
    arguments = parser.parse_args()
    problem = tight(arguments.staff, 28)
    roster = solve_compact(problem, Limits(time_limit=20)).roster
    if roster is None:
        raise SystemExit("no roster to repair was found in 20 s")
    random = Random(0)
    print("| sick | gaps | missing after | cells changed | fewer impossible | cost | wall s |")
    print("| --- | ---: | ---: | ---: | --- | ---: | ---: |")
    for _ in range(arguments.calls):
        employee = random.randrange(arguments.staff)
        worked = [day for day, option in enumerate(roster.shifts[employee]) if option != OFF]
        first = random.choice(worked)
        last = min(first + arguments.days - 1, 27)
        began = time.perf_counter()
        found = repair(
            problem,
            roster,
            [(employee, first, last)],
            limits=Limits(time_limit=arguments.time_limit),
        )
        seconds = time.perf_counter() - began
        print(
            f"| {problem.employees[employee].name}, day {first} | {len(found.gaps)} "
            f"| {sum(missing for _, missing in found.unrestored)} | {len(found.changes)} "
            f"| {'proved' if found.fewer_impossible else 'no'} "
            f"| {found.before.cost} to {found.after.cost}"
            f"{' (least)' if found.cheapest else ''} | {seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
