"""First expired, first out; demand and days without stock; the risk of running out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from small_pharmacy import AS_OF, SETTINGS, read

from cds.inventory.classify import classify
from cds.inventory.demand import RecentDemand, recent_demand
from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import cover_days, use_at
from cds.inventory.history import demand_history
from cds.inventory.lead_time import NextDelivery
from cds.inventory.pick import pick
from cds.inventory.position import positions, stock_out_risk
from cds.inventory.recall import recall, similar_lots
from cds.inventory.status import status


@cache
def small() -> Pharmacy:
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder))[0]


LOTS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(-5, 40)), min_size=0, max_size=6
)  # quantity, days until expiry


def lots_of(pairs: Sequence[tuple[int, int]]) -> list[Lot]:
    return [
        Lot("A", f"L{index}", float(quantity), AS_OF + timedelta(days=days), "main")
        for index, (quantity, days) in enumerate(pairs)
    ]


def by_hand(lots: list[Lot], rate: float) -> dict[str, float]:
    """What is left of each usable lot when its last day is over, day by day."""
    left = {lot.lot: lot.quantity for lot in lots if lot.expiry >= AS_OF}
    expiry = {lot.lot: lot.expiry for lot in lots}
    for day in range(60):
        today, asked = AS_OF + timedelta(days=day), rate
        for name in sorted(left, key=lambda one: (expiry[one], one)):
            if expiry[name] >= today:
                taken = min(left[name], asked)
                left[name] -= taken
                asked -= taken
    return left


@given(LOTS, st.integers(0, 20))
def test_the_formula_agrees_with_following_the_shelf_day_by_day(
    pairs: list[tuple[int, int]], rate: int
) -> None:
    lots = lots_of(pairs)
    found = {use.lot.lot: use.unused for use in use_at(lots, AS_OF, rate)}
    assert found == pytest.approx(by_hand(lots, rate))


@given(LOTS, st.integers(1, 20))
def test_cover_is_what_is_used_over_the_rate(pairs: list[tuple[int, int]], rate: int) -> None:
    lots = lots_of(pairs)
    usable = sum(lot.quantity for lot in lots if lot.expiry >= AS_OF)
    used = usable - sum(by_hand(lots, rate).values())
    assert cover_days(lots, AS_OF, rate) == pytest.approx(used / rate)


def test_a_lot_may_be_used_on_the_day_of_its_expiry() -> None:
    (today,) = lots_of([(5, 0)])
    assert today.usable(AS_OF) and not today.usable(AS_OF + timedelta(days=1))
    assert not replace(today, status="quarantined").usable(AS_OF)


def weekly_issues(quantities: list[int], first: date = date(2025, 11, 24)) -> str:
    """One issue of A1 a week, on Mondays, and one of B1 so that the feed reaches the end."""
    lines = [
        f"A1,{first + timedelta(weeks=week)},{quantity},main,ICU"
        for week, quantity in enumerate(quantities)
        if quantity
    ]
    lines.append("B1,2026-11-22,1,main,ICU")
    lines.append(f"B1,{first},1,main,ICU")
    return "item,date,quantity,place,to\n" + "\n".join(lines) + "\n"


def test_history_has_every_whole_week_and_zeros_where_nothing_was_issued(tmp_path: Path) -> None:
    issues = weekly_issues([10, 0, 30] + [0] * 49)
    issues += "A1,2026-11-23,99,main,ICU\n"  # this week is not over
    pharmacy, _ = read(tmp_path, issues=issues)
    weeks = demand_history(pharmacy, "W")
    mine = weeks.filter(weeks["unique_id"] == "A1")
    assert mine["ds"].to_list()[:3] == [date(2025, 11, 24), date(2025, 12, 1), date(2025, 12, 8)]
    assert mine["ds"].to_list()[-1] == date(2026, 11, 16)
    assert mine["y"].to_list()[:4] == [10, 0, 30, 0]
    assert mine["out_of_stock"].null_count() == mine.height  # without receipts nobody knows


def test_returns_are_taken_off_and_transfers_are_no_demand(tmp_path: Path) -> None:
    issues = weekly_issues([10] + [0] * 51) + (
        "A1,2025-11-26,-4,main,ICU\nA1,2025-11-26,50,main,ward\nA1,2025-11-27,1,ward,bed\n"
    )
    pharmacy, _ = read(tmp_path, issues=issues)
    weeks = demand_history(pharmacy, "W")
    assert weeks.filter(weeks["unique_id"] == "A1")["y"][0] == 7
    months = demand_history(pharmacy, "M")
    assert months["ds"].min() == date(2025, 12, 1)  # November is not whole


def test_days_out_of_stock_are_rebuilt_from_movements(tmp_path: Path) -> None:
    """20 received on 5 January, 20 issued on 14 January, 100 received on 26 January."""
    issues = (
        "item,date,quantity\nA1,2026-01-05,0\nA1,2026-01-14,20\nB1,2026-11-22,1\nB1,2026-01-05,1\n"
    )
    receipts = "item,date,quantity\nA1,2026-01-05,20\nA1,2026-01-26,100\n"
    pharmacy, _ = read(tmp_path, issues=issues, receipts=receipts)
    weeks = demand_history(pharmacy, "W")
    mine = weeks.filter(weeks["unique_id"] == "A1")
    assert mine["out_of_stock"].to_list()[:5] == pytest.approx([0, 4 / 7, 1, 0, 0])
    # B1 has 10 on hand and no receipt: its past stock is known, and was never nothing.
    assert weeks.filter(weeks["unique_id"] == "B1")["out_of_stock"].sum() == 0


def test_a_past_that_movements_cannot_explain_is_not_known(tmp_path: Path) -> None:
    """More lies there than ever came: before that receipt the balance would be negative."""
    issues = "item,date,quantity\nA1,2026-01-05,5\nB1,2026-11-22,1\n"
    receipts = "item,date,quantity\nA1,2026-03-02,500\n"
    pharmacy, _ = read(tmp_path, issues=issues, receipts=receipts)
    mine = demand_history(pharmacy, "W").filter(demand_history(pharmacy, "W")["unique_id"] == "A1")
    assert (
        mine["out_of_stock"].null_count() == 9
    )  # the week of the receipt too: it began below nothing
    assert mine["out_of_stock"].drop_nulls().sum() == 0


def test_stated_stock_outs_win(tmp_path: Path) -> None:
    pharmacy, _ = read(
        tmp_path,
        issues=weekly_issues([10] * 52),
        stock_outs="item,from,to\nA1,2026-11-16,2026-11-19\n",
    )
    weeks = demand_history(pharmacy, "W").filter(demand_history(pharmacy, "W")["unique_id"] == "A1")
    assert weeks["out_of_stock"].to_list()[-1] == pytest.approx(4 / 7)
    assert weeks["out_of_stock"].to_list()[-2] == 0


def test_the_recent_mean_leaves_days_without_stock_out(tmp_path: Path) -> None:
    """14 a week for 26 weeks of which 13 are out of stock: still 2 a day."""
    issues = weekly_issues([14] * 39 + [0] * 13)
    outs = "item,from,to\nA1,2026-08-24,2026-11-22\n"
    pharmacy, _ = read(tmp_path, issues=issues, stock_outs=outs)
    found = recent_demand(pharmacy)["A1"]
    assert found.mean == pytest.approx(2)
    assert found.days_out == 91


def risk(
    stock: float, daily: list[float], days: tuple[int, ...], expiry: int = 400
) -> float | None:
    pharmacy = small()
    lots = [Lot("A1", "L", stock, AS_OF + timedelta(days=expiry), "main")]
    demand = RecentDemand(1.0, np.array(daily, dtype=float), 0)
    return stock_out_risk(lots, pharmacy, demand, NextDelivery(days, "S", "item"))


def test_the_risk_is_the_share_of_past_stretches_that_the_stock_could_not_have_met() -> None:
    daily = [0, 0, 0, 10] * 10
    assert risk(9, daily, (4,)) == 1  # every four days hold a ten
    assert risk(10, daily, (4,)) == 0
    assert risk(9, daily, (1,)) == pytest.approx(10 / 40)
    assert risk(10, daily, (1, 5)) == pytest.approx((0 + 9 / 36) / 2)
    assert risk(10, daily, (4,), expiry=1) == pytest.approx(19 / 37)  # gone before it is asked for
    assert risk(9, daily, (30,)) is None  # too few stretches to speak of


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=40, max_size=60),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 20)), min_size=1, max_size=4),
    st.integers(1, 12),
)
def test_the_risk_agrees_with_taking_the_lots_day_by_day(
    daily: list[int], pairs: list[tuple[int, int]], days: int
) -> None:
    pharmacy = small()
    lots = lots_of(pairs)
    short = 0
    for start in range(len(daily) - days + 1):
        left = {lot.lot: lot.quantity for lot in lots}
        missing = 0.0
        for day in range(days):
            asked = float(daily[start + day])
            for lot in sorted(lots, key=lambda one: (one.expiry, one.lot)):
                if lot.expiry >= AS_OF + timedelta(days=day):
                    taken = min(left[lot.lot], asked)
                    left[lot.lot] -= taken
                    asked -= taken
            missing += asked
        short += missing > 0
    demand = RecentDemand(1.0, np.array(daily, dtype=float), 0)
    found = stock_out_risk(lots, pharmacy, demand, NextDelivery((days,), "S", "item"))
    assert found == pytest.approx(short / (len(daily) - days + 1))


def test_positions_and_status(tmp_path: Path) -> None:
    lots = (
        "item,lot,quantity,expiry,place,status\nA1,L1,14,2027-03-31,main,\n"
        "A1,L2,9,2027-03-31,main,quarantined\nA1,L3,8,2026-11-01,main,\n"
    )
    receipts = "item,date,quantity,supplier,ordered,price\n" + "".join(
        f"A1,2026-0{month}-11,20,S,2026-0{month}-01,10\n" for month in range(1, 7)
    )
    pharmacy, _ = read(tmp_path, lots=lots, issues=weekly_issues([14] * 52), receipts=receipts)
    found = positions(pharmacy)["A1"]
    assert (found.usable, found.quarantined, found.expired) == (14, 9, 8)
    assert found.daily == pytest.approx(2)
    assert found.cover_days == pytest.approx(7)
    assert found.value == pytest.approx(14 * 10 / 20)
    assert found.delivery is not None and set(found.delivery.days) == {10}
    # Of ten days in a row two are Mondays where they begin on a Saturday, Sunday or Monday.
    assert found.risk == pytest.approx(3 / 7, abs=0.01)
    first = status(pharmacy)[0]
    assert (first.position.item, first.concern) == ("B1", "out")  # vital, and nothing there
    assert first.needs_person


def test_an_order_later_than_any_before_is_not_counted_on(tmp_path: Path) -> None:
    tables = {
        "lead_times": "supplier,item,ordered,received\n"
        + "".join(f"S,A1,2026-05-0{day},2026-05-1{day}\n" for day in range(1, 7)),
        "orders": "order,item,supplier,quantity,ordered\nP1,A1,S,40,2026-11-01\n",
        "offers": "item,supplier,price\nA1,S,10\n",
    }
    pharmacy, _ = read(tmp_path, **tables)
    position = positions(pharmacy)["A1"]
    delivery = position.delivery
    assert delivery is not None
    assert delivery.order is None and set(delivery.days) == {10}
    assert [order.order for order in position.overdue] == ["P1"]


@pytest.mark.parametrize("sold", [True, False])
def test_an_overdue_order_is_told_of_beside_one_that_comes_and_without_a_supplier(
    sold: bool, tmp_path: Path
) -> None:
    tables = {
        "lead_times": "supplier,item,ordered,received\n"
        + "".join(f"S,A1,2026-05-0{day},2026-05-1{day}\n" for day in range(1, 7)),
        "orders": "order,item,supplier,quantity,ordered\nP1,A1,S,40,2026-11-01\n"
        + ("P2,A1,S,40,2026-11-20\n" if sold else ""),
    }
    pharmacy, _ = read(tmp_path, **tables)
    position = positions(pharmacy)["A1"]
    assert (position.delivery is not None) == sold
    assert [order.order for order in position.overdue] == ["P1"]
    (line,) = [one for one in status(pharmacy) if one.position.item == "A1"]
    assert line.concern == "overdue"


def test_picking_goes_by_expiry_and_never_takes_what_is_held(tmp_path: Path) -> None:
    lots = (
        "item,lot,quantity,expiry,place,status\nA1,L1,10,2027-03-31,main,\n"
        "A1,L2,5,2026-12-31,ward,\nA1,L3,50,2026-12-01,main,recalled\n"
        "A1,L4,50,2026-11-22,main,\nA1,L5,50,2027-01-01,main,quarantined\nB1,M,9,2027-01-01,main,\n"
    )
    pharmacy, _ = read(tmp_path, lots=lots)
    found = pick(pharmacy, "A1", 12)
    assert [(line.lot.lot, line.quantity) for line in found.lines] == [("L2", 5), ("L1", 7)]
    assert not found.short
    short = pick(pharmacy, "A1", 20, "main")
    assert (short.available, short.short, dict(short.elsewhere)) == (10, 10, {"ward": 5})
    assert dict(short.held) == {"recalled": 50, "expired": 50, "quarantined": 50}
    (stand,) = short.substitutes
    assert (stand.item, stand.needed, stand.usable) == ("B1", 20, 9)


@settings(deadline=None)
@given(LOTS, st.integers(1, 200))
def test_a_pick_list_is_first_expired_first_out(pairs: list[tuple[int, int]], asked: int) -> None:
    pharmacy = small()
    lots = tuple(replace(lot, item="A1") for lot in lots_of(pairs))
    found = pick(replace(pharmacy, lots=lots), "A1", asked)
    assert found.available + found.short == pytest.approx(asked)
    taken = {line.lot: line.quantity for line in found.lines}
    assert all(lot.expiry >= AS_OF for lot in taken)
    for lot in lots:
        left = lot.quantity - taken.get(lot, 0)
        if left > 0 and lot.expiry >= AS_OF:
            assert all(other.expiry <= lot.expiry for other in taken)


RECALLED = {
    "lots": "item,lot,quantity,expiry,place\nA1,AB-12,30,2027-03-31,main\n",
    "receipts": "item,date,quantity,lot,supplier\nA1,2026-10-01,100,ab12,S\n",
    "issues": "item,date,quantity,place,to,lot\nA1,2026-10-05,50,main,ICU,AB12\n"
    "A1,2026-10-07,-5,main,ICU,AB12\nA1,2026-10-09,20,main,ED,\nA1,2026-09-01,9,main,ED,\n",
}


def test_a_recall_says_where_who_and_what_cannot_be_known(tmp_path: Path) -> None:
    pharmacy, _ = read(tmp_path, **RECALLED)
    (found,) = recall(pharmacy, "ab 12")
    assert [(lot.place, lot.quantity) for lot in found.usable] == [("main", 30)]
    assert [(one.to, one.quantity) for one in found.given] == [("ICU", 45)]
    assert found.unaccounted == pytest.approx(100 - 30 - 45)
    assert found.blind is not None  # only since the lot came
    assert (found.blind.rows, found.blind.quantity, found.blind.receivers) == (1, 20, ("ED",))
    assert recall(pharmacy, "AB12", "B1") == ()
    assert similar_lots(pharmacy, "AB13") == ("AB-12",)


def test_classes_by_value_of_use(tmp_path: Path) -> None:
    """A1 makes 70 % of the value: it is A, and B1, which crosses 80 %, is A too."""
    offers = "item,supplier,price\nA1,S,20\nB1,S,15\n"
    issues = weekly_issues([14] * 52)
    issues += "".join(f"B1,{date(2025, 12, 1) + timedelta(weeks=w)},6,main,ED\n" for w in range(50))
    pharmacy, _ = read(tmp_path, offers=offers, issues=issues)
    first, second = classify(pharmacy)
    assert (first.item, first.value, first.abc) == ("B1", 302 * 15, "A")
    assert (second.item, second.value, second.abc) == ("A1", 728, "B")
    assert second.cumulated == pytest.approx(1)
    assert (second.xyz, second.variation) == ("X", pytest.approx(0))
    assert classify(pharmacy, (0.9, 0.95))[1].abc == "A"


def test_an_item_with_use_and_no_price_has_no_class(tmp_path: Path) -> None:
    pharmacy, _ = read(tmp_path, SETTINGS, issues=weekly_issues([1] * 52))
    assert [one.abc for one in classify(pharmacy)] == [None, None]
