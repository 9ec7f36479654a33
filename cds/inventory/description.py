"""A pharmacy as it was read: what it stocks, where it lies, what moved, who supplies it.

Every quantity is in the item's own unit (a tablet, an ampoule), never in packs,
unless a name says ``packs``. Every amount of money is in ``Settings.currency``.
Movements may be millions and are polars frames; all else are dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

    from cds.inventory.unusual import UnusualIssue

Ven = Literal["V", "E", "N"]
Storage = Literal["ambient", "cold", "frozen"]
LotStatus = Literal["available", "quarantined", "recalled"]

VEN_CLASSES: Final[tuple[Ven, ...]] = ("V", "E", "N")
"""Vital, essential, non-essential (WHO, Managing Access to Medicines, MDS-3, chapter 40)."""
STORAGE_CLASSES: Final[tuple[Storage, ...]] = ("ambient", "cold", "frozen")


@dataclass(frozen=True, slots=True)
class Substitute:
    """Another item that may stand in; ``ratio`` of its units replace one unit."""

    item: str
    ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Item:
    """One medicine or article. None means that the pharmacy does not say."""

    code: str
    name: str
    unit: str
    pack: float  # units in a pack
    ven: Ven
    storage: Storage = "ambient"
    name_zh: str | None = None
    atc: str | None = None
    form: str | None = None
    abc: Literal["A", "B", "C"] | None = None
    volume: float | None = None  # litres a pack
    controlled: bool = False
    monthly_quota: float | None = None  # units of a controlled item that may be ordered a month
    shelf_life_days: int | None = None  # on arrival
    substitutes: tuple[Substitute, ...] = ()
    minimum: float | None = None  # units
    maximum: float | None = None  # units
    shortage_cost: float | None = None  # money a unit that was asked for and not there
    gtins: tuple[str, ...] = ()  # 14 digits each

    def label(self, language: str) -> str:
        """The name in ``language`` (en or zh) where there is one."""
        return self.name_zh if language == "zh" and self.name_zh else self.name


@dataclass(frozen=True, slots=True)
class Lot:
    """So much of one lot in one place. It may be used on its ``expiry`` day, not after."""

    item: str
    lot: str
    quantity: float
    expiry: date
    place: str
    status: LotStatus = "available"
    gtin: str | None = None

    def usable(self, day: date) -> bool:
        """Whether it may be given to a patient on ``day``: neither held back nor expired."""
        return self.status == "available" and self.expiry >= day


@dataclass(frozen=True, slots=True)
class Place:
    """Where stock lies: a store or a ward. ``described`` is False for one only named by rows."""

    code: str
    name: str
    site: str = ""
    name_zh: str | None = None
    stores: frozenset[Storage] = frozenset(STORAGE_CLASSES)
    controlled: bool = True
    described: bool = True

    def label(self, language: str) -> str:
        """The name in ``language`` where there is one."""
        return self.name_zh if language == "zh" and self.name_zh else self.name


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who sells. ``delivery_days`` are weekdays, Monday 0; empty: any day."""

    code: str
    name: str
    name_zh: str | None = None
    lead_time_days: int | None = None  # as promised
    delivery_days: tuple[int, ...] = ()
    minimum_order_value: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A price. ``minimum_packs`` is the least that is delivered of the item."""

    item: str
    supplier: str
    price: float  # money a pack
    minimum_packs: int = 1
    lead_time_days: int | None = None  # as promised, where it differs from the supplier's
    priced_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """Ordered and not here yet."""

    order: str
    item: str
    supplier: str
    quantity: float
    ordered: date
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Money for orders placed from ``first`` to ``last``, both included."""

    first: date
    last: date
    amount: float


@dataclass(frozen=True, slots=True)
class Settings:
    """``pharmacy.toml``. Shares are fractions of 1; money is in ``currency``."""

    name: str
    currency: str
    zone: ZoneInfo
    name_zh: str | None = None
    language: str | None = None
    review_days: int = 7
    service: Mapping[Ven, float] = field(default_factory=lambda: {"V": 0.998, "E": 0.98, "N": 0.95})
    holding_rate: float = 0.25  # of an item's value, a year
    expiry_factor: float = 1.1  # of an item's value: lost and disposed of
    shortage_factor: Mapping[Ven, float] = field(
        default_factory=lambda: {"V": 20.0, "E": 8.0, "N": 3.0}
    )  # of an item's value, where the item gives no shortage cost
    order_line_cost: float = 0.0
    cold_capacity: float | None = None  # litres in all
    stale_days: int = 4
    price_days: int = 365
    stock_date: date | None = None  # the day the lots were counted; None: the as-of date
    recent_days: int = 182  # what "recent demand" looks back on
    minimum_cover_days: float = 14.0  # what a place keeps when it gives to another
    transfer_days: int = 1
    transfer_line_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit costs, and how it is known."""

    value: float  # money a unit
    source: Literal["offer", "receipt"]
    supplier: str | None
    day: date | None  # priced or received on
    stale: bool = False


@dataclass(frozen=True)
class Pharmacy:
    """Everything that was read and may be counted, as it was known on ``as_of``.

    Frames (one row a movement; rows after ``as_of`` and refused rows are not in them):

    - ``issues``: item str, date Date, quantity f64 (negative: a return), place str (gave it),
      to str or null (got it), lot str or null, transfer bool (to a place that records its own
      issues: no consumption);
    - ``receipts``: item, date, quantity, place, lot, supplier, order (str or null), ordered Date
      or null, price f64 or null (money a unit);
    - ``adjustments``: item, date, quantity (signed: found or lost), place, reason;
    - ``lead_times``: supplier, item or null, ordered Date, received Date, days i32;
    - ``stock_outs``: item, first Date, last Date, place or null.
    """

    as_of: date
    settings: Settings
    items: Mapping[str, Item]
    places: Mapping[str, Place]
    lots: tuple[Lot, ...]
    issues: pl.DataFrame
    receipts: pl.DataFrame
    adjustments: pl.DataFrame
    orders: tuple[OpenOrder, ...]
    suppliers: Mapping[str, Supplier]
    offers: tuple[Offer, ...]
    lead_times: pl.DataFrame
    stock_outs: pl.DataFrame
    budgets: tuple[Budget, ...]
    prices: Mapping[str, Price]  # items whose price is known
    tables: Mapping[str, int]  # table → rows that may be counted
    refused: Mapping[str, int]  # table → rows set aside as wrong; only tables with some
    later: Mapping[str, int]  # table → rows dated after as_of; only tables with some
    unknown_items: frozenset[str] = frozenset()  # codes that lots or issues name, items has not
    unusual_issues: tuple[UnusualIssue, ...] = ()  # issues that look mistyped; they count
    files: tuple[str, ...] = ()  # those read, for a manifest

    @property
    def refused_rows(self) -> int:
        """How many rows were set aside."""
        return sum(self.refused.values())

    def price(self, item: str) -> float | None:
        """Money a unit; None where no offer and no receipt tells."""
        known = self.prices.get(item)
        return None if known is None else known.value

    def shortage_cost(self, item: str) -> float | None:
        """Money a unit short: the item's own, else its price times its class's factor."""
        own, price = self.items[item].shortage_cost, self.price(item)
        if own is not None or price is None:
            return own
        return price * self.settings.shortage_factor[self.items[item].ven]

    def value(self, item: str, quantity: float) -> float | None:
        """Money that ``quantity`` units are worth; None where the price is not known."""
        price = self.price(item)
        return None if price is None else price * quantity
