"""``load``: a folder of tables and ``pharmacy.toml`` as a checked ``Pharmacy``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cds.errors import InputError, Place
from cds.inventory import description
from cds.inventory.description import (
    Budget,
    Item,
    Lot,
    Offer,
    OpenOrder,
    Pharmacy,
    Settings,
    Supplier,
)
from cds.inventory.problems import Findings, Problem
from cds.inventory.reading import lots, masters, movements, supply
from cds.inventory.reading.columns import NEEDED, TABLES
from cds.inventory.reading.prices import known_prices, note_stale
from cds.inventory.reading.rows import Rows
from cds.inventory.reading.settings import FILE, read_settings
from cds.inventory.reading.sources import ROW, find_tables, read_table
from cds.inventory.unusual import UnusualIssue, unusual_issues

if TYPE_CHECKING:
    import polars as pl

NAMING_ITEMS: Final = ("lots", "issues")
"""Tables whose items should all be in the table of items."""

T = TypeVar("T")


def load(folder: Path, as_of: date) -> tuple[Pharmacy, tuple[Problem, ...]]:
    """The pharmacy in ``folder`` as it was known on ``as_of``, and what is wrong with its files.

    Rows that contradict themselves or name what is not there are set aside: they are in no
    sum, in the problems, and counted in ``Pharmacy.refused``. Raises InputError, naming every
    reason, where nothing can be computed: the folder, pharmacy.toml, a needed table or column
    is missing, a table holds no usable row, or two say the same thing differently.
    """
    if not folder.is_dir():
        raise InputError("is no folder; expected one with pharmacy.toml and tables", _at(folder))
    findings = Findings()
    settings, files = read_settings(folder, findings)
    reader = _Reader(folder, as_of, settings, files.date_order, findings)
    pharmacy = reader.pharmacy()
    findings.raise_broken(_at(folder))
    note_stale(pharmacy, findings)
    _note_old_feed(pharmacy, findings)
    _note_unusual(pharmacy, findings)
    return pharmacy, tuple(findings.problems)


class _Reader:
    """Reads table after table; what was found so far is what later ones may refer to."""

    def __init__(
        self, folder: Path, as_of: date, settings: Settings, order: str, findings: Findings
    ) -> None:
        self._as_of, self._settings, self._order = as_of, settings, order
        self._findings = findings
        self._paths = find_tables(folder, findings)
        self._folder = folder
        self._tables: dict[str, int] = {}
        self._refused: dict[str, int] = {}
        self._later: dict[str, int] = {}
        self._unknown: set[str] = set()

    def pharmacy(self) -> Pharmacy:
        for table in NEEDED:
            if table not in self._paths:
                also = ", ".join(TABLES[table])
                self._findings.broken(
                    Place(FILE),
                    f"has no table '{table}' beside it ({table}.csv or {table}.parquet; "
                    f"also: {also})",
                )
        no_items: tuple[dict[str, Item], set[str]] = ({}, set())
        items, aside = self._read("items", masters.read_items, no_items)
        no_places: dict[str, description.Place] | None = None
        places = self._read("places", masters.read_places, no_places)
        no_conversions: dict[tuple[str, str], float] = {}
        conversions = self._read(
            "conversions", lambda rows: masters.read_conversions(rows, items), no_conversions
        )
        known = lots.Known(items, aside, places, conversions)
        as_of, currency = self._as_of, self._settings.currency
        no_suppliers: dict[str, Supplier] = {}
        suppliers = self._read("suppliers", masters.read_suppliers, no_suppliers)
        no_lots: tuple[Lot, ...] = ()
        on_hand = self._read("lots", lambda rows: lots.read_lots(rows, known, as_of), no_lots)
        issues = self._dated(
            "issues",
            lambda rows: movements.read_issues(rows, known, as_of),
            movements.issues_frame(),
        )
        unusual: tuple[UnusualIssue, ...] = ()
        if ROW in issues.columns:
            unusual = unusual_issues(issues, ROW, self._paths["issues"].name, as_of)
            issues = issues.drop(ROW)
        receipts = self._dated(
            "receipts",
            lambda rows: movements.read_receipts(rows, known, as_of),
            movements.receipts_frame(),
        )
        adjustments = self._dated(
            "adjustments",
            lambda rows: movements.read_adjustments(rows, known, as_of),
            movements.adjustments_frame(),
        )
        no_orders: tuple[OpenOrder, ...] = ()
        orders = self._dated(
            "orders", lambda rows: supply.read_orders(rows, known, suppliers, as_of), no_orders
        )
        no_offers: tuple[Offer, ...] = ()
        offers = self._read(
            "offers", lambda rows: supply.read_offers(rows, known, suppliers, currency), no_offers
        )
        lead_times = self._dated(
            "lead_times",
            lambda rows: supply.read_lead_times(rows, known, as_of),
            supply.lead_times_frame(),
        )
        if "lead_times" not in self._paths:
            lead_times = supply.lead_times_of(receipts)
        stock_outs = self._read(
            "stock_outs",
            lambda rows: supply.read_stock_outs(rows, known),
            supply.stock_outs_frame(),
        )
        no_budgets: tuple[Budget, ...] = ()
        budgets = self._read(
            "budgets", lambda rows: supply.read_budgets(rows, currency), no_budgets
        )
        prices = known_prices(items, offers, receipts, as_of, self._settings.price_days)
        return Pharmacy(
            as_of=as_of,
            settings=self._settings,
            items=items,
            places=_all_places(places, on_hand, issues),
            lots=on_hand,
            issues=issues,
            receipts=receipts,
            adjustments=adjustments,
            orders=orders,
            suppliers=suppliers,
            offers=offers,
            lead_times=lead_times,
            stock_outs=stock_outs,
            budgets=budgets,
            prices=prices,
            tables=self._tables,
            refused=self._refused,
            later=self._later,
            unknown_items=frozenset(self._unknown),
            unusual_issues=unusual,
            files=(FILE, *(path.name for path in self._paths.values())),
        )

    def _read(self, table: str, read: Callable[[Rows], T], nothing: T) -> T:
        path = self._paths.get(table)
        if path is None:
            return nothing
        before = len(self._findings.problems)
        raw = read_table(table, path, self._findings)
        if raw is None:
            return nothing
        too_long = sum(
            problem.count
            for problem in self._findings.problems[before:]
            if problem.severity == "refused"
        )
        rows = Rows(raw, self._findings, self._order, self._settings.zone.key)
        found = read(rows)
        if table in NAMING_ITEMS:
            self._unknown |= rows.unknown.get("item", set())
        refused = rows.refused + too_long
        self._tables[table] = rows.count - rows.refused
        if refused:
            self._refused[table] = refused
        if table in NEEDED and not rows.count - rows.refused and not self._findings.is_broken:
            self._no_rows(table, path.name)
        return found

    def _dated(self, table: str, read: Callable[[Rows], tuple[T, int]], nothing: T) -> T:
        found, later = self._read(table, read, (nothing, 0))
        if later:
            self._later[table] = later
            self._tables[table] -= later
        return found

    def _no_rows(self, table: str, file: str) -> None:
        """A needed table without a usable row: an empty hospital is no answer."""
        if table == "lots" and not self._refused.get(table):
            message = "has no rows: taken as nothing on hand; a failed export looks the same"
            self._findings.add(Problem("warning", table, file, 0, "", message))
            return  # it may be the truth
        # Also those of tables before: a lot may be unknown because its item's row is wrong.
        found = [one for one in self._findings.problems if one.severity == "refused"]
        if not found:
            self._findings.broken(Place(file), "has no rows; expected at least one")
        for problem in found:
            self._findings.broken(problem.place, problem.message)


def _all_places(
    described: dict[str, description.Place] | None,
    on_hand: tuple[description.Lot, ...],
    issues: pl.DataFrame,
) -> dict[str, description.Place]:
    if described is not None:
        return described
    codes = {lot.place for lot in on_hand} | set(issues["place"].drop_nulls().unique())
    return {code: description.Place(code, code, described=False) for code in sorted(codes)}


def _note_old_feed(pharmacy: Pharmacy, findings: Findings) -> None:
    """The newest movement is older than the pharmacy allows, or the count is not of this day."""
    settings, as_of = pharmacy.settings, pharmacy.as_of
    newest = pharmacy.issues["date"].max()
    if isinstance(newest, date) and (as_of - newest).days > settings.stale_days:
        findings.add(
            Problem(
                "warning", "issues", "issues", 0, "",
                f"the newest issue is of {newest}, {(as_of - newest).days} days before {as_of}; "
                f"expected at most {settings.stale_days}: is the feed stale?",
            )
        )  # fmt: skip
    counted = settings.stock_date
    if counted is None:
        return
    if counted > as_of:
        findings.add(
            Problem(
                "warning", "lots", FILE, 0, "stock_date",
                f"the lots were counted on {counted}, after {as_of}; what lay there on {as_of} is "
                "not known",
            )
        )  # fmt: skip
    elif (as_of - counted).days > settings.stale_days:
        findings.add(
            Problem(
                "warning", "lots", FILE, 0, "stock_date",
                f"the lots were counted on {counted}, {(as_of - counted).days} days before "
                f"{as_of}; expected at most {settings.stale_days}",
            )
        )  # fmt: skip


def _note_unusual(pharmacy: Pharmacy, findings: Findings) -> None:
    """An issue so large that it looks mistyped is used, and told of."""
    for one in pharmacy.unusual_issues:
        findings.add(
            Problem(
                "warning", "issues", one.file, one.row, "",
                f"{one.quantity:g} of '{one.item}' were issued on {one.day}; the largest other "
                f"issue of it is {one.largest_other:g}, its usual use {one.usual_daily:.1f} a day: "
                "was it mistyped? (it counts)",
            )
        )  # fmt: skip


def _at(folder: Path) -> Place:
    return Place(str(folder))
