"""The XML form of INRC-I."""

from __future__ import annotations

from pathlib import Path

from cds.roster.formats.inrc1_rows import (
    BOUNDS,
    SWITCHES,
    ContractRow,
    CoverRow,
    EmployeeRow,
    Instance,
    PatternRow,
    Period,
    RequestRow,
    ShiftRow,
    Term,
)
from cds.roster.formats.xml_tree import Element, parse_xml

_REQUESTS = (
    ("DayOffRequests", "DayOff", False),
    ("DayOnRequests", "DayOn", True),
    ("ShiftOffRequests", "ShiftOff", False),
    ("ShiftOnRequests", "ShiftOn", True),
)


def is_inrc1_xml(text: str) -> bool:
    """Whether ``text`` looks like this form."""
    return text.lstrip().startswith("<") and "<SchedulingPeriod" in text


def read_rows(path: Path, text: str) -> Instance:
    """The rows of ``text``; InputError where an element is missing or twice there."""
    root = parse_xml(path, text)
    if root.tag != "SchedulingPeriod":
        raise root.line.error(f"found <{root.tag}>", "<SchedulingPeriod>")
    period = Period(root.line, root.attribute("ID"), root.said("StartDate"), root.said("EndDate"))
    instance = Instance(period)
    for skill in root.one("Skills").all("Skill"):
        instance.skills.append((skill.line, skill.text.strip()))
    for shift in root.one("ShiftTypes").all("Shift"):
        instance.shifts.append(
            ShiftRow(
                shift.line,
                shift.attribute("ID"),
                shift.said("StartTime"),
                shift.said("EndTime"),
                _texts(shift, "Skills", "Skill"),
            )
        )
    instance.patterns += [_pattern(element) for element in _members(root, "Patterns", "Pattern")]
    instance.contracts += [_contract(element) for element in root.one("Contracts").all("Contract")]
    for person in root.one("Employees").all("Employee"):
        skills = _texts(person, "Skills", "Skill")
        contract = person.said("ContractID")
        instance.employees.append(
            EmployeeRow(person.line, person.attribute("ID"), contract, skills)
        )
    covers = root.one("CoverRequirements")
    for weekly in covers.all("DayOfWeekCover"):
        instance.weekly_covers += _covers(weekly, weekly.said("Day"))
    for dated in covers.all("DateSpecificCover"):
        instance.dated_covers += _covers(dated, dated.said("Date"))
    for group, member, wants_work in _REQUESTS:
        for wish in _members(root, group, member):
            shift_name = wish.said("ShiftTypeID") if group.startswith("Shift") else ""
            if group.startswith("Shift") and not shift_name:
                raise wish.line.error("no shift", "<ShiftTypeID> with a shift")
            instance.requests.append(
                RequestRow(
                    wish.line,
                    wants_work,
                    wish.said("EmployeeID"),
                    wish.said("Date"),
                    shift_name,
                    wish.attribute("weight"),
                )
            )
    return instance


def _members(parent: Element, group: str, member: str) -> list[Element]:
    """The members of a group that may be absent."""
    found = parent.find(group)
    return found.all(member) if found else []


def _texts(parent: Element, group: str, member: str) -> tuple[str, ...]:
    return tuple(element.text.strip() for element in _members(parent, group, member))


def _covers(parent: Element, day: str) -> list[CoverRow]:
    return [
        CoverRow(cover.line, day, cover.said("Shift"), cover.said("Preferred"))
        for cover in parent.all("Cover")
    ]


def _pattern(element: Element) -> PatternRow:
    entries: dict[int, tuple[str, str]] = {}
    steps = element.one("PatternEntries").all("PatternEntry")
    for step in steps:
        index = step.line.whole(step.attribute("index"), "index", below=len(steps))
        if index in entries:
            raise step.line.error(f"index {index} for the second time", "each once")
        entries[index] = (step.said("ShiftType"), step.said("Day"))
    ordered = tuple(entries[index] for index in sorted(entries))
    return PatternRow(element.line, element.attribute("ID"), element.attribute("weight"), ordered)


def _contract(element: Element) -> ContractRow:
    terms: dict[str, Term] = {}
    for name in BOUNDS:
        term = element.find(name)
        if term is not None:
            on, weight = term.attribute("on"), term.attribute("weight")
            terms[name] = Term(term.line, on, weight, term.text.strip())
    for name in SWITCHES:
        term = element.find(name)
        if term is not None:
            terms[name] = Term(term.line, term.text.strip(), term.attribute("weight"))
    label = element.find("Description")
    return ContractRow(
        element.line,
        element.attribute("ID"),
        label.text.strip() if label else "",
        terms,
        element.said("WeekendDefinition"),
        _texts(element, "UnwantedPatterns", "Pattern"),
    )
