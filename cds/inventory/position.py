"""Where each item stands on the as-of date: stock, orders, cover, risk, what will expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cds.inventory.demand import RecentDemand, recent_demand
from cds.inventory.description import Lot, OpenOrder, Pharmacy
from cds.inventory.fefo import cover_days, days_left, in_order
from cds.inventory.lead_time import LeadTimes, NextDelivery
from cds.inventory.shelves import Shelves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEWEST_STRETCHES: Final = 13
"""Past stretches below which no share of them is called a risk."""


@dataclass(frozen=True, slots=True)
class Position:
    """One item, in its units; None is not known.

    ``usable``: on hand, neither held back nor expired. ``daily``: units used a day lately.
    ``cover_days``: until nothing usable is left at that rate, expiring lots left out; None also
    where nothing is used. ``will_expire``: of the usable, what will not be used in time where
    it lies, at the rate of each place; None where such a rate is not known. ``risk``: see
    ``stock_out_risk``. ``overdue``: open orders that are out for longer than any delivery took;
    they are in ``on_order``, and not counted on.
    """

    item: str
    usable: float
    quarantined: float
    recalled: float
    expired: float
    on_order: float
    daily: float | None
    cover_days: float | None
    value: float | None  # money, of the usable
    will_expire: float | None
    will_expire_value: float | None
    risk: float | None
    delivery: NextDelivery | None
    overdue: tuple[OpenOrder, ...]
    days_out: int  # recent days out of stock


def positions(pharmacy: Pharmacy, rates: Mapping[str, float] | None = None) -> dict[str, Position]:
    """The position of every item, in the order of the items table.

    ``rates`` (units a day) take the place of recent means, such as those of a forecast.
    """
    recent = recent_demand(pharmacy)
    lead_times = LeadTimes(pharmacy)
    unused = Shelves(pharmacy, recent).unused()
    by_item: dict[str, list[Lot]] = {code: [] for code in pharmacy.items}
    for lot in pharmacy.lots:
        by_item[lot.item].append(lot)
    on_order: dict[str, float] = {}
    for order in pharmacy.orders:
        on_order[order.item] = on_order.get(order.item, 0.0) + order.quantity
    return {
        code: _position(
            pharmacy,
            code,
            lots,
            on_order.get(code, 0.0),
            recent.get(code),
            None if rates is None else rates.get(code),
            lead_times.next_delivery(code),
            lead_times.overdue(code),
            unused,
        )
        for code, lots in by_item.items()
    }


def stock_out_risk(
    lots: Sequence[Lot], pharmacy: Pharmacy, demand: RecentDemand, delivery: NextDelivery
) -> float | None:
    """The chance that the usable ``lots`` do not last until ``delivery``, from 0 to 1.

    For each possible number of days until the delivery: the share of all past stretches of so
    many days (up to a year back, overlapping) whose use these lots, taken first expired first
    out, could not have met; then the mean over the possible numbers. No law of demand or of
    lead times is supposed, so a use or a delay that was never seen counts as impossible. None
    where the history is too short.
    """
    import numpy as np

    ordered = in_order(lots, pharmacy.as_of)
    until = np.concatenate([[0.0], np.cumsum(demand.daily)])
    shares: dict[int, float] = {}
    for days in set(delivery.days):
        stretches = len(demand.daily) - days + 1
        if stretches < _FEWEST_STRETCHES:
            return None
        asked = until[days:] - until[:stretches]
        met = _met(ordered, pharmacy, until, days, stretches)
        shares[days] = float(np.mean(asked > met + 1e-9))
    return sum(shares[days] for days in delivery.days) / len(delivery.days)


def _met(
    ordered: Sequence[Lot],
    pharmacy: Pharmacy,
    until: NDArray[np.float64],
    days: int,
    stretches: int,
) -> NDArray[np.float64]:
    """Units that the lots could give in each stretch, each up to its expiry."""
    import numpy as np

    met = np.zeros(stretches)
    for lot in ordered:
        reach = min(days_left(lot.expiry, pharmacy.as_of), days)
        asked = until[reach : reach + stretches] - until[:stretches]
        met += np.clip(asked - met, 0.0, lot.quantity)
    return met


def _position(
    pharmacy: Pharmacy,
    code: str,
    lots: Sequence[Lot],
    on_order: float,
    recent: RecentDemand | None,
    rate: float | None,
    delivery: NextDelivery | None,
    overdue: tuple[OpenOrder, ...],
    unused: Mapping[Lot, float | None],
) -> Position:
    as_of = pharmacy.as_of
    usable = sum(lot.quantity for lot in lots if lot.usable(as_of))
    daily = rate if rate is not None else (recent.mean if recent is not None else None)
    left = [unused[lot] for lot in lots if lot.usable(as_of)]
    known = [units for units in left if units is not None]
    wasted = sum(known) if len(known) == len(left) else None
    risk = None
    if delivery is not None and recent is not None:
        risk = stock_out_risk(lots, pharmacy, recent, delivery)
    return Position(
        item=code,
        usable=usable,
        quarantined=sum(lot.quantity for lot in lots if lot.status == "quarantined"),
        recalled=sum(lot.quantity for lot in lots if lot.status == "recalled"),
        expired=sum(
            lot.quantity for lot in lots if lot.status == "available" and lot.expiry < as_of
        ),
        on_order=on_order,
        daily=daily,
        cover_days=cover_days(lots, as_of, daily) if daily else None,
        value=pharmacy.value(code, usable),
        will_expire=wasted,
        will_expire_value=None if wasted is None else pharmacy.value(code, wasted),
        risk=risk,
        delivery=delivery,
        overdue=overdue,
        days_out=0 if recent is None else recent.days_out,
    )
