"""One item's places as a network whose cheapest flow is the best set of moves.

Arcs, from the source to the sink, in packs:

- each giver: a chain of arcs, one for each lot that expires within its minimum cover. The flow
  through an arc is what leaves of all lots that outlast the one before; its bound keeps what
  the giver needs from then until its minimum cover ends (the first arc: from today on);
- each lot hangs on its giver's chain, and has two arcs: what would expire there anyway, whose
  rescue is worth its value, and the rest, worth nothing by itself;
- from each lot an arc to each place that may hold the item and uses it before the lot expires;
- each receiver: a chain over the days on which lots expire. The flow through an arc is all
  that comes and expires by then; its bound is what the place can still use by then beside its
  own. At the end two arcs: what it lacks, worth the shortage it avoids, and the rest.

Both chains state nested bounds exactly, so whole packs come out of the flow whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cds.inventory.description import Lot
from cds.inventory.fefo import days_left, use_at

_SCALE: Final = 10_000
"""Worth is money a pack; OR-Tools wants whole numbers."""
_MOVING: Final = 1
_MOVING_FAR: Final = 10
"""What a pack moved within and between sites costs, in scaled money: no move without a reason,
and of two as good the nearer one."""
_LARGEST: Final = 10**9
_SLIGHTLY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Shelf:
    """An item in one place: usable lots, units used a day, units it lacks, what it must keep."""

    place: str
    lots: tuple[Lot, ...]
    rate: float
    lacks: float
    may_receive: bool
    site: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every place of one item: money a unit, days, units in a pack."""

    as_of: date
    transfer_days: int
    cover_days: float
    pack: float
    value: float
    shortage: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Units of a lot that go to a place."""

    lot: Lot
    target: str
    quantity: float


class Network:
    """Builds the arcs of one item and solves."""

    def __init__(self, shelves: Sequence[Shelf], terms: Terms) -> None:
        self._shelves, self._terms = shelves, terms
        self._nodes = 2  # 0 the source, 1 the sink
        self._arcs: list[tuple[int, int, int, int]] = []  # tail, head, packs, cost
        self._routes: dict[int, tuple[Lot, str]] = {}

    def solve(self) -> list[Flow]:
        """The moves of the greatest worth; empty where none is worth anything."""
        givers = [(lot, node) for shelf in self._shelves for lot, node in self._giver(shelf)]
        if not givers:
            return []
        moments = sorted({lot.expiry for lot, _ in givers})
        sites = {shelf.place: shelf.site for shelf in self._shelves}
        for shelf in self._shelves:
            if shelf.may_receive and shelf.rate > 0:
                entries = self._receiver(shelf, moments)
                for lot, node in givers:
                    if lot.place != shelf.place and lot.expiry in entries:
                        self._routes[len(self._arcs)] = (lot, shelf.place)
                        near = sites[lot.place] == shelf.site
                        cost = _MOVING if near else _MOVING_FAR
                        self._arc(node, entries[lot.expiry], _LARGEST, cost)
        return self._solved() if self._routes else []

    def _giver(self, shelf: Shelf) -> list[tuple[Lot, int]]:
        """The lots of a place with the nodes from which they leave."""
        terms = self._terms
        uses = use_at(shelf.lots, terms.as_of, shelf.rate)
        if not uses:
            return []
        keeps = self._keeps(shelf)
        bound = self._packs(sum(use.lot.quantity for use in uses) - keeps)
        tail, node, found = 0, self._node(), []
        self._arc(tail, node, bound, 0)
        index = 0
        for expiry in sorted({use.lot.expiry for use in uses}):
            mine = [use for use in uses if use.lot.expiry == expiry]
            for use in mine:
                leaving = self._node()
                doomed = self._packs(use.unused)
                self._arc(node, leaving, doomed, -self._worth(terms.value))
                self._arc(node, leaving, self._packs(use.lot.quantity) - doomed, 0)
                found.append((use.lot, leaving))
            index += len(mine)
            reach = days_left(expiry, terms.as_of)
            if reach < terms.cover_days:
                later = sum(use.lot.quantity for use in uses[index:])
                still = max(keeps - reach * shelf.rate, 0.0)
                following = self._node()
                self._arc(node, following, self._packs(later - still), 0)
                node = following
        return found

    def _keeps(self, shelf: Shelf) -> float:
        """Units of its minimum cover that a place can meet now: what it meets afterwards too.

        The least, over all days, of what is asked for before the day and the stock that lasts
        beyond it: what first expired, first out can meet.
        """
        terms = self._terms
        met = terms.cover_days * shelf.rate
        met = min(met, sum(lot.quantity for lot in shelf.lots))
        for expiry in {lot.expiry for lot in shelf.lots}:
            beyond = sum(lot.quantity for lot in shelf.lots if lot.expiry > expiry)
            met = min(met, shelf.rate * days_left(expiry, terms.as_of) + beyond)
        return met

    def _receiver(self, shelf: Shelf, moments: Sequence[date]) -> dict[date, int]:
        """Day of expiry → the node at which lots with it come in."""
        terms = self._terms
        uses = use_at(shelf.lots, terms.as_of, shelf.rate)
        arrival = terms.as_of + timedelta(days=terms.transfer_days)
        days = sorted({*moments, *(use.lot.expiry for use in uses)})
        entries: dict[date, int] = {}
        node = self._node()
        for position, day in enumerate(days):
            if day in moments and days_left(day, arrival) > 0:
                entries[day] = node
            own = sum(use.used for use in uses if use.lot.expiry <= day)
            # Nothing of the lots that come is used before they are there.
            room = min(
                shelf.rate * days_left(day, terms.as_of) - own,
                shelf.rate * days_left(day, arrival),
            )
            following = self._node()
            self._arc(node, following, self._packs(room), 0)
            node = following
            if position == len(days) - 1:
                lacking = math.ceil(shelf.lacks / terms.pack - _SLIGHTLY)
                self._arc(node, 1, min(lacking, _LARGEST), -self._worth(terms.shortage))
                self._arc(node, 1, _LARGEST, 0)
        return entries

    def _solved(self) -> list[Flow]:
        from ortools.graph.python import min_cost_flow

        solver: Any = min_cost_flow.SimpleMinCostFlow()
        for tail, head, packs, cost in self._arcs:
            solver.add_arc_with_capacity_and_unit_cost(tail, head, packs, cost)
        # As much flow as pays: what is left goes from source to sink for nothing.
        solver.add_arc_with_capacity_and_unit_cost(0, 1, _LARGEST, 0)
        solver.set_node_supply(0, _LARGEST)
        solver.set_node_supply(1, -_LARGEST)
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise RuntimeError(f"the flow of one item ended with {status}")
        found = []
        for arc, (lot, target) in self._routes.items():
            moved = int(solver.flow(arc))
            if moved:
                found.append(Flow(lot, target, moved * self._terms.pack))
        return found

    def _node(self) -> int:
        self._nodes += 1
        return self._nodes - 1

    def _arc(self, tail: int, head: int, packs: int, cost: int) -> None:
        self._arcs.append((tail, head, packs, cost))

    def _packs(self, units: float) -> int:
        """Whole packs in so many units; none below nothing."""
        return min(max(math.floor(units / self._terms.pack + _SLIGHTLY), 0), _LARGEST)

    def _worth(self, money_a_unit: float) -> int:
        return round(money_a_unit * self._terms.pack * _SCALE)
