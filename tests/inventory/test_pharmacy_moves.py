"""Moves between places, judged by a checker that follows the stock day by day."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from small_pharmacy import AS_OF, SETTINGS, read

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.expiring import expiring
from cds.inventory.redistribution import check_moves, redistribute
from cds.inventory.shelves import Shelves

TRANSFERS = "[transfers]\nminimum_cover_days = 10\ndays = 1\n"
OFFERS = "item,supplier,price\nA1,S,20\nB1,S,30\n"


def two_places(folder: Path, lots: str, north: int, south: int, **tables: str) -> Pharmacy:
    """A1 is used ``north`` and ``south`` a day, over the 182 days that count."""
    lines = [
        f"A1,{AS_OF - timedelta(days=day)},{rate},{place},ward"
        for place, rate in (("north", north), ("south", south))
        for day in range(1, 183)
        if rate
    ]
    lines += [f"B1,{AS_OF - timedelta(days=1)},1,{place},ward" for place in ("north", "south")]
    pharmacy, _ = read(
        folder,
        SETTINGS + TRANSFERS,
        lots="item,lot,quantity,expiry,place\n" + lots,
        issues="item,date,quantity,place,to\n" + "\n".join(lines) + "\n",
        offers=OFFERS,
        **tables,
    )
    return pharmacy


def checked(pharmacy: Pharmacy) -> list[tuple[str, str, str, float]]:
    found = redistribute(pharmacy)
    shelves = Shelves(pharmacy)
    rates = {
        (item, place): shelves.rate(item, place) or 0.0
        for item in pharmacy.items
        for place in pharmacy.places
    }
    assert check_moves(pharmacy, found.moves, rates) == []
    assert found.waste_after <= found.waste_before + 1e-6
    assert found.short_after <= found.short_before
    return [(move.lot, move.source, move.target, move.quantity) for move in found.moves]


def test_what_would_expire_goes_where_it_is_used(tmp_path: Path) -> None:
    """100 expire in 20 days; the north uses 1 a day, the south 10: 80 in whole packs of 20."""
    lots = f"A1,L1,100,{AS_OF + timedelta(days=19)},north\nA1,L2,200,2027-10-01,south\n"
    assert checked(two_places(tmp_path, lots, 1, 10)) == [("L1", "north", "south", 80)]


def test_a_shortage_is_covered_and_the_giver_keeps_its_cover(tmp_path: Path) -> None:
    """The south has 20 of the 100 it needs for ten days; the north can spare 60 of 160."""
    lots = "A1,L1,160,2027-10-01,north\nA1,L2,20,2027-10-01,south\n"
    assert checked(two_places(tmp_path, lots, 10, 10)) == [("L1", "north", "south", 60)]


def test_nothing_moves_to_a_place_that_may_not_hold_it(tmp_path: Path) -> None:
    lots = f"A1,L1,100,{AS_OF + timedelta(days=19)},north\nA1,L2,200,2027-10-01,south\n"
    places = "place,stores\nnorth,ambient;cold\nsouth,cold\n"
    assert checked(two_places(tmp_path, lots, 1, 10, places=places)) == []


def test_recalled_and_expired_lots_do_not_move(tmp_path: Path) -> None:
    pharmacy = two_places(
        tmp_path, "A1,L1,400,2027-10-01,north\nA1,L2,20,2027-10-01,south\n", 1, 10
    )
    held = tuple(replace(lot, status="recalled") for lot in pharmacy.lots if lot.place == "north")
    old = Lot("A1", "L0", 100.0, AS_OF - timedelta(days=1), "north")
    assert checked(replace(pharmacy, lots=(*held, old, pharmacy.lots[1]))) == []


def test_what_expires_names_the_place_that_could_use_it(tmp_path: Path) -> None:
    lots = f"A1,L1,100,{AS_OF + timedelta(days=19)},north\nA1,L2,20,2027-10-01,south\n"
    (first,) = expiring(two_places(tmp_path, lots, 1, 10), 90)
    assert (first.lot.lot, first.unused, first.suggestion) == ("L1", pytest.approx(80), "move")
    assert (first.move_to, first.unused_value) == ("south", pytest.approx(80))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Pharmacy:
    return two_places(
        tmp_path_factory.mktemp("busy"),
        "A1,L1,1,2027-10-01,north\nA1,L2,1,2027-10-01,south\n",
        3,
        7,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(-3, 60), st.sampled_from(["north", "south"])),
        max_size=7,
    ),
    st.sampled_from([1.0, 5.0, 20.0]),
)
def test_moves_of_any_stock_pass_the_independent_check(
    busy: Pharmacy, stock: list[tuple[int, int, str]], pack: float
) -> None:
    lots = tuple(
        Lot("A1", f"L{index}", float(quantity), AS_OF + timedelta(days=days), place)
        for index, (quantity, days, place) in enumerate(stock)
    )
    items = {**busy.items, "A1": replace(busy.items["A1"], pack=pack)}
    checked(replace(busy, lots=lots, items=items))


def test_the_checker_sees_what_is_wrong(tmp_path: Path) -> None:
    lots = "A1,L1,160,2027-10-01,north\nA1,L2,20,2027-10-01,south\n"
    pharmacy = two_places(tmp_path, lots, 10, 10)
    (move,) = redistribute(pharmacy).moves
    rates = {("A1", "north"): 10.0, ("A1", "south"): 10.0}
    for spoilt, message in (
        (replace(move, quantity=70.0), "whole packs"),
        (replace(move, quantity=80.0), "units it needs"),
        (replace(move, quantity=400.0), "more leaves than there is"),
        (replace(move, lot="L9"), "no such usable lot"),
        (replace(move, target="north"), "moves nothing"),
    ):
        assert message in " ".join(check_moves(pharmacy, [spoilt], rates))
