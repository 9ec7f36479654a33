"""Who works on the ward and on what terms: staff, contracts, who works beside whom."""

from __future__ import annotations

from cds.roster.ward.description import Contract, Person, ShiftType, Together
from cds.roster.ward.names import Names
from cds.roster.ward.rule_settings import contract_rules, read_weight
from cds.roster.ward.tables import Table
from cds.roster.ward.values import folded

WEEK_HOURS = 7 * 24


def read_contracts(table: Table, shifts: tuple[ShiftType, ...]) -> tuple[Contract, ...]:
    """The contracts; those that leave no shift or cannot fill their hours are refused."""
    codes = Names("shift", (shift.code for shift in shifts))
    found: list[Contract] = []
    seen: dict[str, int] = {}
    for number, fields in table.rows():
        name = fields.text("contract", required=True)
        if folded(name) in seen:
            first = seen[folded(name)]
            fields.complain("contract", f"'{name}' is already in row {first}; expected it once")
        seen.setdefault(folded(name), number)
        hours = fields.number("hours_per_week", high=WEEK_HOURS, required=True)
        allowed = fields.names("shifts", codes)
        possible = [shift for shift in shifts if not allowed or shift.code in allowed]
        for column, night in (("nights_only", True), ("no_nights", False)):
            if fields.yes(column):
                possible = [shift for shift in possible if shift.night is night]
                if shifts and not possible:
                    fields.complain(column, "leaves no shift that may be worked; expected one")
        longest = max((shift.paid_minutes for shift in possible), default=0) / 60
        if hours is not None and possible and hours > 7 * longest:
            fields.complain(
                "hours_per_week",
                f"is {hours:g}, but seven shifts of at most {longest:g} h are {7 * longest:g} h; "
                "expected hours that can be worked",
            )
        rules = contract_rules(fields, name)
        if fields.broken or hours is None:
            continue
        restricted = len(possible) < len(shifts)
        codes_left = frozenset(shift.code for shift in possible) if restricted else frozenset()
        found.append(Contract(name, hours, codes_left, rules, fields.place()))
    if not table.content:
        table.reading.complaints.add(table.sheet.place(0), "has no rows; expected a contract")
    return tuple(found)


def read_staff(table: Table, contracts: Names, skills: Names) -> tuple[Person, ...]:
    """The people, each once."""
    found: list[Person] = []
    seen: dict[str, int] = {}
    for number, fields in table.rows():
        name = fields.text("name", required=True)
        if name and folded(name) in seen:
            first = seen[folded(name)]
            fields.complain(
                "name",
                f"'{name}' is already in row {first}; expected each name once "
                "(add a letter to tell two people apart)",
            )
        seen.setdefault(folded(name), number)
        person = Person(
            name=name,
            contract=fields.name("contract", contracts),
            skills=fields.names("skills", skills, required=True),
            place=fields.place(),
            email=fields.text("email"),
            first_day=fields.day("first_day"),
            last_day=fields.day("last_day"),
        )
        if person.email and "@" not in person.email:
            fields.complain("email", f"is '{person.email}'; expected an address with an @")
        if person.first_day and person.last_day and person.last_day < person.first_day:
            fields.complain(
                "last_day", f"is {person.last_day}, before the first day {person.first_day}"
            )
        if not fields.broken:
            found.append(person)
    if not table.content:
        table.reading.complaints.add(table.sheet.place(0), "has no rows; expected people")
    return tuple(found)


def read_together(table: Table, people: Names, shifts: Names) -> tuple[Together, ...]:
    """Who must be beside whom, or apart."""
    found = []
    for _, fields in table.rows():
        person = fields.name("name", people)
        others = fields.names("with", people, required=True)
        weight = read_weight(fields)
        if person and person in others:
            fields.complain("with", f"names '{person}' itself; expected other people")
        together = Together(
            person=person,
            others=others,
            apart=fields.yes("apart"),
            weight=weight,
            place=fields.place(),
            shifts=frozenset(fields.names("shifts", shifts)),
        )
        if not fields.broken:
            found.append(together)
    return tuple(found)
