"""Who gets what when there is not enough: vital needs first, equals in proportion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Claim:
    """What a ward or site needs; a lower ``priority`` is served before a higher one."""

    name: str
    quantity: float
    priority: int


def allocate(available: float, claims: Sequence[Claim], *, pack: float = 1.0) -> dict[str, float]:
    """Whole packs for each claimant, never more than claimed nor than there is in all.

    A priority is served in full before the next gets anything. Within one, shares are
    proportional to the claims; packs left over by rounding go to the largest remainders
    (Hamilton's method), ties by name. Raises ValueError for a name that claims twice, a
    negative amount or a pack that is not positive.
    """
    if pack <= 0 or available < 0 or any(claim.quantity < 0 for claim in claims):
        raise ValueError("amounts must not be negative and a pack must be positive")
    given = dict.fromkeys((claim.name for claim in claims), 0.0)
    if len(given) < len(claims):
        raise ValueError("each name may claim once")
    left = floor(available / pack + 1e-9)
    for priority in sorted({claim.priority for claim in claims}):
        equals = [claim for claim in claims if claim.priority == priority]
        wanted = {claim.name: floor(claim.quantity / pack + 1e-9) for claim in equals}
        total = sum(wanted.values())
        if total == 0:
            continue
        portion = min(left, total)
        exact = {name: portion * packs / total for name, packs in wanted.items()}
        packs = {name: floor(share + 1e-9) for name, share in exact.items()}
        spare = portion - sum(packs.values())
        by_remainder = sorted(exact, key=lambda name: (packs[name] - exact[name], name))
        for name in by_remainder[:spare]:
            packs[name] += 1
        for name, count in packs.items():
            given[name] = count * pack
        left -= portion
    return given
