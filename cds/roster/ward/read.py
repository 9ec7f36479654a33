"""Reads a ward: its settings and the tables beside them; every problem is named at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cds.errors import InputError
from cds.roster.ward.day_tables import (
    Staff,
    read_assigned,
    read_balances,
    read_demand,
    read_leave,
    read_wishes,
)
from cds.roster.ward.description import Balance, RuleSetting, Ward
from cds.roster.ward.fields import Reading
from cds.roster.ward.grids import Cells, read_grid
from cds.roster.ward.headings import TABLES
from cds.roster.ward.names import Names
from cds.roster.ward.possible import check_contracts
from cds.roster.ward.rule_settings import Known, limit_columns, read_rules
from cds.roster.ward.settings import General, read_general, read_ratios, read_skills
from cds.roster.ward.shift_types import read_shifts
from cds.roster.ward.sources import Source, find_source
from cds.roster.ward.staff_tables import read_contracts, read_staff, read_together
from cds.roster.ward.tables import Table, read_table

T = TypeVar("T")

_REQUIRED = {
    "staff": ("name", "contract", "skills"),
    "contracts": ("contract", "hours_per_week"),
    "demand": ("day", "shift", "minimum"),
    "leave": ("name", "from", "to"),
    "wishes": ("name", "date", "shift"),
    "assigned": ("name", "date", "shift"),
    "together": ("name", "with"),
    "balances": ("name",),
}
_NEEDED = ("staff", "contracts", "demand")


def read_ward(path: Path, *, rule_folders: Sequence[Path] = ()) -> Ward:
    """The ward in a folder with ``ward.toml``, in such a file, or in an .xlsx workbook.

    ``rule_folders`` are where working-time packs (``NAME.toml``) are looked
    for, the first one winning. Raises InputError naming every problem found by
    file, row and column, or by line of ``ward.toml``.
    """
    reading = Reading()
    source = find_source(path, reading)
    ward = _Reader(source, rule_folders, reading).ward()
    reading.complaints.raise_any(source.place)
    check_contracts(ward, reading)
    reading.complaints.raise_any(source.place)
    return ward


class _Reader:
    """Reads part after part; the names found so far are what later parts may refer to."""

    def __init__(self, source: Source, rule_folders: Sequence[Path], reading: Reading) -> None:
        self._source = source
        self._folders = rule_folders
        self._reading = reading

    def ward(self) -> Ward:
        document, reading = self._source.document, self._reading
        general = read_general(document, self._source.folder, reading)
        shifts = read_shifts(document, reading)
        skills = read_skills(document, reading)
        # Names stay known where their entry has another fault, so that it is told only once.
        codes = Names("shift", self._codes("shift"))
        skill_codes = Names("skill", self._codes("skill"))
        contract_names = Names("contract", self._column("contracts", "contract"))
        contracts = self._rows("contracts", lambda table: read_contracts(table, shifts))
        people = self._rows("staff", lambda table: read_staff(table, contract_names, skill_codes))
        names = Names("person", self._column("staff", "name"))
        staff = Staff(names, {person.name: person for person in people})
        known = Known(codes, skill_codes, contract_names, names)
        leave = self._rows("leave", lambda table: read_leave(table, staff))
        ward = Ward(
            name=general.name,
            zone=general.zone,
            shifts=shifts,
            skills=skills,
            contracts=contracts,
            people=people,
            leave=leave,
            wishes=self._rows(
                "wishes", lambda table: read_wishes(table, staff, codes, general.wish_weight)
            ),
            assigned=self._rows(
                "assigned", lambda table: read_assigned(table, staff, codes, skill_codes, leave)
            ),
            needs=self._rows(
                "demand", lambda table: read_demand(table, codes, skill_codes, general.weekend)
            ),
            together=self._rows("together", lambda table: read_together(table, names, codes)),
            rules=(*read_rules(document, known, reading), *self._laws(general)),
            ratios=read_ratios(document, codes, skill_codes, reading),
            weights=general.weights,
            holidays=general.holidays,
            weekend=general.weekend,
            worked=self._grid("worked", staff, known),
            published=self._grid("published", staff, known),
            published_until=general.published_until,
            balances=self._balances(staff),
            place=document.place,
            notice_days=general.notice_days,
        )
        self._check_rule_names(ward.rules)
        return ward

    def _codes(self, section: str) -> list[str]:
        entries = self._source.document.entries(section, Reading())
        return [code for fields in entries if (code := fields.text("code"))]

    def _table(self, name: str, reading: Reading) -> Table | None:
        sheet = self._source.sheets.get(name)
        if sheet is None:
            if name in _NEEDED and name not in self._source.sheets:
                others = ", ".join(TABLES[name])
                reading.complaints.add(
                    self._source.place,
                    f"has no table '{name}' ({name}.csv, {name}.xlsx, or a sheet so called; "
                    f"also: {others})",
                    root=True,
                )
            return None
        extra = limit_columns() if name == "contracts" else None
        return read_table(sheet, name, _REQUIRED[name], reading, extra)

    def _rows(self, name: str, read: Callable[[Table], tuple[T, ...]]) -> tuple[T, ...]:
        table = self._table(name, self._reading)
        return () if table is None else read(table)

    def _balances(self, staff: Staff) -> dict[str, Balance]:
        table = self._table("balances", self._reading)
        return {} if table is None else read_balances(table, staff)

    def _column(self, table: str, column: str) -> list[str]:
        found = self._table(table, Reading(date_order=self._reading.date_order))
        rows = found.rows() if found else ()
        return [name for _, fields in rows if (name := fields.text(column))]

    def _grid(self, name: str, staff: Staff, known: Known) -> Cells:
        sheet = self._source.sheets.get(name)
        if sheet is None:
            return {}
        return read_grid(sheet, staff, known.shifts, known.skills, self._reading)

    def _laws(self, general: General) -> tuple[RuleSetting, ...]:
        """The rules of every working-time pack that the ward names."""
        if not general.laws:
            return ()
        from cds.roster.ward.laws import load_pack

        ward = self._source.document.section("ward", self._reading)
        found: list[RuleSetting] = []
        for name in general.laws:
            try:
                found.extend(load_pack(name, self._folders).rules)
            except InputError as error:
                self._reading.complaints.absorb(error, ward.place("laws"))
        return tuple(found)

    def _check_rule_names(self, rules: Sequence[RuleSetting]) -> None:
        seen: dict[str, RuleSetting] = {}
        for rule in rules:
            first = seen.setdefault(rule.name, rule)
            if first is not rule:
                self._reading.complaints.add(
                    rule.place,
                    f"the name '{rule.name}' is taken by {first.place}; expected another",
                )
