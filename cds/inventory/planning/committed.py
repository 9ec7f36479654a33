"""What was ordered already in this budget's time and in this month, and what that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import inf

from cds.inventory.description import Pharmacy


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """The money for tonight's order.

    ``committed`` was ordered since the budget's ``first`` day; what is left is shared equally
    over the ``reviews`` that are left until its last, tonight's included: ``limit``.
    """

    first: date
    last: date
    amount: float
    committed: float
    reviews: int

    @property
    def left(self) -> float:
        """Money left until the last day."""
        return max(self.amount - self.committed, 0.0)

    @property
    def limit(self) -> float:
        """Money for tonight."""
        return self.left / self.reviews


def budget_left(pharmacy: Pharmacy) -> BudgetLeft | None:
    """The budget that holds ``as_of``; None where none does. Where several do they are added."""
    as_of = pharmacy.as_of
    holding = [one for one in pharmacy.budgets if one.first <= as_of <= one.last]
    if not holding:
        return None
    first = min(one.first for one in holding)
    last = min(one.last for one in holding)
    committed = 0.0
    for item, quantity, price in _ordered_since(pharmacy, first):
        value = price if price is not None else pharmacy.price(item)
        committed += quantity * (value or 0.0)
    return BudgetLeft(
        first=first,
        last=last,
        amount=sum(one.amount for one in holding),
        committed=committed,
        reviews=(last - as_of).days // pharmacy.settings.review_days + 1,
    )


def quotas_left(pharmacy: Pharmacy) -> dict[str, float]:
    """Units of each controlled item with a monthly quota that may still be ordered this month."""
    month = pharmacy.as_of.replace(day=1)
    limited = {
        code: item.monthly_quota
        for code, item in pharmacy.items.items()
        if item.controlled and item.monthly_quota is not None
    }
    ordered = dict.fromkeys(limited, 0.0)
    for item, quantity, _ in _ordered_since(pharmacy, month):
        if item in ordered:
            ordered[item] += quantity
    return {code: max(quota - ordered[code], 0.0) for code, quota in limited.items()}


def quota_of(quotas: dict[str, float], item: str) -> float:
    """The units left; no limit for an item without a quota."""
    return quotas.get(item, inf)


def _ordered_since(pharmacy: Pharmacy, first: date) -> Iterator[tuple[str, float, float | None]]:
    """(item, units, money a unit or None) of orders placed from ``first`` on, open or received.

    A receipt that does not say when it was ordered counts by the day on which it came.
    """
    import polars as pl

    for order in pharmacy.orders:
        if order.ordered >= first:
            yield order.item, order.quantity, None
    placed = pl.coalesce("ordered", "date")
    received = pharmacy.receipts.filter((placed >= first) & pl.col("supplier").is_not_null())
    yield from received.select("item", "quantity", "price").iter_rows()
