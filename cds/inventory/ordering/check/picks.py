"""Check that lots were issued first to expire first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds.inventory.ordering.check.violation import Violation


def check_picks(
    lots: Mapping[str, tuple[float, Any]],
    picks: Sequence[tuple[str, float]],
    *,
    as_of: Any,
    item: str = "",
) -> tuple[Violation, ...]:
    """Every fault of taking ``picks`` (lot, quantity) from ``lots`` (lot: quantity, expiry).

    Expiries and ``as_of`` are dates, or periods; a lot may be issued until its expiry, not
    after. A lot may be touched only when every usable lot that expires earlier is empty.
    """
    return tuple(faults(lots, picks, as_of, item))


def faults(
    lots: Mapping[str, tuple[float, Any]],
    picks: Sequence[tuple[str, float]],
    as_of: Any,
    item: str,
) -> Iterator[Violation]:
    """The faults, one after another."""
    left = {lot: quantity for lot, (quantity, _) in lots.items()}
    for lot, quantity in picks:
        if lot not in lots or quantity > left[lot] + 1e-9:
            there = left.get(lot, 0.0)
            text = f"{item} lot {lot}: {quantity:g} picked, {there:g} there"
            yield Violation("lot quantity", lot, quantity, there, text)
            continue
        expiry = lots[lot][1]
        if expiry < as_of:
            yield Violation("expired lot", lot, quantity, 0, f"{item} lot {lot}: expired {expiry}")
        for other, (_, other_expiry) in lots.items():
            if as_of <= other_expiry < expiry and left[other] > 1e-9:
                text = (
                    f"{item} lot {lot} (to {expiry}) picked while lot {other} "
                    f"(to {other_expiry}) is there"
                )
                yield Violation("FEFO", lot, quantity, 0, text)
                break
        left[lot] -= quantity
