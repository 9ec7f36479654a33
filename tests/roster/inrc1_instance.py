"""A small INRC-I instance in both forms, made from the same values."""

from __future__ import annotations

from dataclasses import dataclass, field

BOUNDS = (
    "MaxNumAssignments",
    "MinNumAssignments",
    "MaxConsecutiveWorkingDays",
    "MinConsecutiveWorkingDays",
    "MaxConsecutiveFreeDays",
    "MinConsecutiveFreeDays",
    "MaxConsecutiveWorkingWeekends",
    "MinConsecutiveWorkingWeekends",
    "MaxWorkingWeekendsInFourWeeks",
)
SWITCHES = (
    "CompleteWeekends",
    "IdenticalShiftTypesDuringWeekend",
    "NoNightShiftBeforeFreeWeekend",
    "TwoFreeDaysAfterNightShifts",
    "AlternativeSkillCategory",
)
SHIFTS = (
    # Not in the order of their start, and not in that of the XML form.
    ("N", "22:30:00", "06:30:00", "Nurse"),
    ("E", "06:30:00", "14:30:00", "Nurse"),
    ("H", "08:30:00", "16:30:00", "Head"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Small:
    """Two weeks from Friday 1 January 2010; everything is off unless said otherwise."""

    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)  # weight, value
    switches: dict[str, int] = field(default_factory=dict)  # weight
    weekend: str = "SaturdaySunday"
    patterns: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = ()
    requests: tuple[tuple[str, str, str, int], ...] = ()  # kind, date, shift, weight
    skills: tuple[str, ...] = ("Nurse",)
    last: str = "2010-01-14"


def as_text(small: Small) -> str:
    bounds = ", ".join("({}|{}|{})".format(*_term(small.bounds, name)) for name in BOUNDS)
    switches = ", ".join(
        f"(1|{small.switches[name]})" if name in small.switches else "(0|0)" for name in SWITCHES
    )
    chosen = " ".join(str(place) for place in range(len(small.patterns)))
    sections = {
        "SKILLS": ["Nurse", "Head"],
        "SHIFT_TYPES": [f"{name}, x, {a}, {b}, 1, {skill}" for name, a, b, skill in SHIFTS],
        "CONTRACTS": [
            f"7, full, (1|1), {bounds}, {small.weekend}, {switches}, "
            f"{len(small.patterns)}, {chosen}"
        ],
        "PATTERNS": [
            f"{place}, {weight}, {len(steps)} " + " ".join(f"({s}|{d})" for s, d in steps)
            for place, (weight, steps) in enumerate(small.patterns)
        ],
        "EMPLOYEES": [f"0, Ann, 7, {len(small.skills)}, {' '.join(small.skills)}"],
        "DAY_OF_WEEK_COVER": [f"{day}, E, 1" for day in WEEKDAYS],
        "DATE_SPECIFIC_COVER": ["2010-01-05, E, 0", "2010-01-05, N, 1"],
        "DAY_OFF_REQUESTS": _requests(small, "DayOff"),
        "DAY_ON_REQUESTS": _requests(small, "DayOn"),
        "SHIFT_OFF_REQUESTS": _requests(small, "ShiftOff"),
        "SHIFT_ON_REQUESTS": _requests(small, "ShiftOn"),
    }
    rule = "/" * 40 + "\n"
    text = f"{rule}SCHEDULING_PERIOD;\n{rule}small, 2010-01-01, {small.last};\n\n"
    for name, rows in sections.items():
        equals = " " if name == "EMPLOYEES" else " = "
        text += f"{rule}{name}{equals}{len(rows)};\n{rule}"
        text += "".join(f"{row};\n" for row in rows) + "\n"
    return text


def as_xml(small: Small) -> str:
    bounds = "".join(
        '<{0} on="{1}" weight="{2}">{3}</{0}>\n'.format(name, *_term(small.bounds, name))
        for name in BOUNDS
    )
    switches = "".join(
        f'<{name} weight="{small.switches.get(name, 0)}">'
        f"{'true' if name in small.switches else 'false'}</{name}>\n"
        for name in SWITCHES
    )
    shifts = "".join(
        f'<Shift ID="{name}"><StartTime>{a}</StartTime><EndTime>{b}</EndTime>'
        f"<Skills><Skill>{skill}</Skill></Skills></Shift>\n"
        for name, a, b, skill in reversed(SHIFTS)
    )
    patterns = "".join(
        f'<Pattern ID="{place}" weight="{weight}"><PatternEntries>\n'
        + "".join(
            f'<PatternEntry index="{index}"><ShiftType>{s}</ShiftType><Day>{d}</Day>'
            "</PatternEntry>\n"
            for index, (s, d) in enumerate(steps)
        )
        + "</PatternEntries></Pattern>\n"
        for place, (weight, steps) in enumerate(small.patterns)
    )
    chosen = "".join(f"<Pattern>{place}</Pattern>" for place in range(len(small.patterns)))
    skills = "".join(f"<Skill>{skill}</Skill>" for skill in small.skills)
    weekly = "".join(
        f"<DayOfWeekCover><Day>{day}</Day>{_cover('E', 1)}</DayOfWeekCover>\n" for day in WEEKDAYS
    )
    requests = "".join(
        f"<{kind}Requests>\n"
        + "".join(
            f'<{kind} weight="{weight}"><EmployeeID>0</EmployeeID><Date>{date}</Date>'
            + (f"<ShiftTypeID>{shift}</ShiftTypeID>" if shift else "")
            + f"</{kind}>\n"
            for own, date, shift, weight in small.requests
            if own == kind
        )
        + f"</{kind}Requests>\n"
        for kind in ("DayOff", "DayOn", "ShiftOff", "ShiftOn")
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<SchedulingPeriod ID="small">
<StartDate>2010-01-01</StartDate><EndDate>{small.last}</EndDate>
<Skills><Skill>Nurse</Skill><Skill>Head</Skill></Skills>
<ShiftTypes>{shifts}</ShiftTypes>
<Patterns>{patterns}</Patterns>
<Contracts><Contract ID="7"><Description>full</Description>
<SingleAssignmentPerDay weight="1">true</SingleAssignmentPerDay>
{bounds}<WeekendDefinition>{small.weekend}</WeekendDefinition>
{switches}<UnwantedPatterns>{chosen}</UnwantedPatterns></Contract></Contracts>
<Employees><Employee ID="0"><ContractID>7</ContractID><Name>Ann</Name>
<Skills>{skills}</Skills></Employee></Employees>
<CoverRequirements>{weekly}<DateSpecificCover><Date>2010-01-05</Date>
{_cover("E", 0)}{_cover("N", 1)}</DateSpecificCover></CoverRequirements>
{requests}</SchedulingPeriod>
"""


def _term(bounds: dict[str, tuple[int, int]], name: str) -> tuple[int, int, int]:
    weight, value = bounds.get(name, (0, 0))
    return int(name in bounds), weight, value


def _cover(shift: str, number: int) -> str:
    return f"<Cover><Shift>{shift}</Shift><Preferred>{number}</Preferred></Cover>"


def _requests(small: Small, kind: str) -> list[str]:
    return [
        f"0, {date}, " + (f"{shift}, " if shift else "") + str(weight)
        for own, date, shift, weight in small.requests
        if own == kind
    ]
