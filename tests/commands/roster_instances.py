"""Benchmark instances of our own in Curtois's form: one to solve by hand, one nobody can."""

from __future__ import annotations

import random

# Two nurses, four days from a Monday, one shift, 3 shifts each at most and 2 in a row. One a day
# is needed (100 for each too few). Bea is off on day 0, so Ann works it against her wish (5); Bea
# works day 1 as she wishes (2 otherwise). Nothing better can be had: 5.
TINY = """\
SECTION_HORIZON
4

SECTION_SHIFTS
D,480,

SECTION_STAFF
Ann,D=4,1440,0,2,1,1,1
Bea,D=4,1440,0,2,1,1,1

SECTION_DAYS_OFF
Bea,0

SECTION_SHIFT_ON_REQUESTS
Bea,1,D,2

SECTION_SHIFT_OFF_REQUESTS
Ann,0,D,5

SECTION_COVER
0,D,1,100,1
1,D,1,100,1
2,D,1,100,1
3,D,1,100,1
"""
TINY_COST = 5


def long_instance(nurses: int = 16, weeks: int = 6) -> str:
    """Easy to roster, hard to roster best: more wishes than anybody can weigh in a minute."""
    luck = random.Random(4)
    days = 7 * weeks
    names = [f"n{index:02}" for index in range(nurses)]
    shifts = ("E", "L", "N")
    lines = ["SECTION_HORIZON", str(days), "", "SECTION_SHIFTS"]
    lines += ["E,480,", "L,480,E", "N,480,E|L", "", "SECTION_STAFF"]
    most = "|".join(f"{shift}={days}" for shift in shifts)
    lines += [f"{name},{most},{weeks * 2400},{weeks * 1800},5,2,2,{weeks}" for name in names]
    lines += ["", "SECTION_DAYS_OFF", *(f"{name},{luck.randrange(days)}" for name in names)]
    for section in ("ON", "OFF"):
        lines += ["", f"SECTION_SHIFT_{section}_REQUESTS"]
        for name in names:
            for day in luck.sample(range(days), 8):
                lines.append(f"{name},{day},{luck.choice(shifts)},{luck.randint(1, 3)}")
    lines += ["", "SECTION_COVER"]
    for day in range(days):
        for shift in shifts:
            lines.append(f"{day},{shift},{luck.randint(nurses // 6, nurses // 4)},100,1")
    return "\n".join(lines) + "\n"
