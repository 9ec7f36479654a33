"""From a pharmacy to an order: periods, sites, stock day by day, and the check of the tables."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent))

from small_pharmacy import AS_OF, read

from cds.inventory.description import Pharmacy
from cds.inventory.planning.checked import check_orders
from cds.inventory.planning.demand import DemandForecast, forecast_demand, horizon_for
from cds.inventory.planning.explain import explain
from cds.inventory.planning.grid import Grid, grid_for
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.inventory.planning.orders import plan_orders
from cds.inventory.planning.stock_path import NEVER, Stocks, _run, stock_path
from cds.inventory.planning.supply import Sources

DAYS = [date(2026, 6, 1) + timedelta(days=day) for day in range(175)]
TABLES = {
    "items": "item,name,unit,pack,ven,storage,minimum,maximum,controlled,monthly_quota,substitutes\n"
    "A1,Alpha,vial,10,V,ambient,,600,no,,B1\n"
    "B1,Beta,vial,5,E,ambient,20,,yes,400,\n"
    "C1,Gamma,vial,1,N,cold,,,no,,\n",
    "lots": "item,lot,quantity,expiry,place,status\n"
    "A1,L1,40,2026-12-31,north,available\nA1,L2,60,2027-06-30,south,available\n"
    "A1,L3,500,2027-06-30,south,recalled\nA1,L4,500,2026-11-01,north,available\n"
    "B1,M1,90,2027-06-30,north,available\nC1,N1,3,2027-06-30,north,available\n",
    "issues": "item,date,quantity,place,to\n"
    + "".join(
        f"A1,{day},{6 + day.day % 5},north,W\nA1,{day},3,south,W\nB1,{day},4,north,W\n"
        + (f"C1,{day},1,north,W\n" if day.day % 3 == 0 else "")
        for day in DAYS
    ),
    "suppliers": "supplier,name,lead_time_days,minimum_order_value\nS1,One,3,50\nS2,Two,6,\n",
    "offers": "item,supplier,price,minimum_packs,priced_on\n"
    "A1,S1,50,2,2026-11-01\nB1,S2,20,1,2026-11-01\nC1,S2,30,1,2026-11-01\nA1,S2,60,1,2026-11-01\n",
    "places": "place,name,site,stores,controlled\n"
    "north,North,N,ambient;cold,yes\nsouth,South,S,ambient;cold,yes\n",
    "budgets": "period,amount,currency\n2026-11,3000,CNY\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def pharmacy(tmp_path_factory: pytest.TempPathFactory) -> Pharmacy:
    found, problems = read(tmp_path_factory.mktemp("plan") / "p", **TABLES)
    assert not [one for one in problems if one.severity == "refused"]
    return found


@pytest.fixture(scope="module")
def forecast(pharmacy: Pharmacy) -> DemandForecast:
    found = forecast_demand(pharmacy, effort="light")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def plan(pharmacy: Pharmacy, forecast: DemandForecast) -> OrderPlan:
    return plan_orders(pharmacy, forecast, scenarios=64)


GRID = [
    # days in a period, days of the first, days that a delivery takes, the period in which it comes
    (7, 4, 0, 0),
    (7, 4, 1, 1),
    (7, 4, 4, 1),
    (7, 4, 5, 2),
    (7, 4, 11, 2),
    (7, 4, 12, 3),
    (7, 7, 7, 1),
    (1, 1, 5, 5),
]


@pytest.mark.parametrize(("days", "first", "taken", "period"), GRID)
def test_a_delivery_falls_into_the_next_period_that_begins(
    days: int, first: int, taken: int, period: int
) -> None:
    grid = Grid(days, first)
    assert grid.at_or_after(np.array([taken]))[0] == period
    assert grid.start(np.array([period], np.int32))[0] >= taken


def test_period_0_ends_when_deliveries_usually_come() -> None:
    assert grid_for(np.array([4, 4, 4, 4, 5]), 7).first in (4, 5)
    assert grid_for(np.array([10]), 7).first == 3
    assert grid_for(np.array([7, 14]), 7).first == 7


@given(
    first=st.integers(1, 7),
    units=st.lists(st.integers(0, 50), min_size=2, max_size=8),
    seed=st.integers(0, 9),
)
def test_cutting_demand_anew_keeps_whole_units_and_their_sum(
    first: int, units: list[int], seed: int
) -> None:
    periods = np.array([units], np.float32)
    cut = Grid(7, first).demand(periods, True, np.random.default_rng(seed))
    assert (cut == np.round(cut)).all() and (cut >= 0).all()
    left = units[-1]  # of the last period, what lies after the last cut is left out
    assert sum(units) - left <= cut.sum() <= sum(units)


def test_a_lot_of_a_few_days_counts_for_the_periods_it_lasts_half_of() -> None:
    grid = Grid(7, 4)
    assert [grid.periods_left(days) for days in (0, 1, 2, 4, 7, 8, 11, 15)] == [
        0, 0, 1, 1, 1, 2, 2, 3,
    ]  # fmt: skip


def test_stock_day_by_day_is_taken_first_expired_first_and_expires() -> None:
    stocks = Stocks(
        np.array([10.0, 10.0, 10.0]),
        np.array([[0], [0], [4]]),
        np.array([[100], [3], [100]]),
    )
    stock, out = np.zeros((1, 8)), np.full(1, NEVER)
    short, wasted = np.zeros(8), np.zeros(8)
    demand = np.array([[14.0, 70.0]], np.float32)  # 2 a day, then 10 a day
    _run(stocks.units, stocks.begins, stocks.ends, demand, 7, stock, out, short, wasted)
    assert stock[0].tolist() == [18, 16, 14, 8, 16, 14, 12, 2]
    assert wasted.tolist() == [0, 0, 0, 4, 0, 0, 0, 0]
    assert out[0] == NEVER and short.sum() == 0


def test_everything_the_tables_say_is_kept(pharmacy: Pharmacy, plan: OrderPlan) -> None:
    assert plan.violations == ()
    lines = {line.item: line for line in plan.lines}
    assert lines["A1"].usable == 100  # neither the recalled lot nor the expired one
    assert [lot.lot for lot in lines["A1"].lots] == ["L1", "L2"]
    assert lines["A1"].supplier == "S1"
    for line in plan.orders:
        item = pharmacy.items[line.item]
        assert line.quantity == line.packs * item.pack
        assert item.maximum is None or line.usable + line.on_order + line.quantity <= item.maximum
    assert plan.cost <= 1500 + 1e-6  # half of the month's money: two reviews are left


def test_the_same_seed_gives_the_same_order(
    pharmacy: Pharmacy, forecast: DemandForecast, plan: OrderPlan
) -> None:
    assert plan_orders(pharmacy, forecast, scenarios=64, workers=2).lines == plan.lines


def test_the_longer_an_item_must_last_the_likelier_it_runs_out(
    pharmacy: Pharmacy, forecast: DemandForecast
) -> None:
    """An order takes 2 days or 40: the next one's may be there long before today's."""
    import polars as pl

    taken_days = [2] * 10 + [40] * 10
    known = pl.DataFrame(
        {
            "supplier": ["S1", "S2"] * 10,
            "item": pl.Series([None] * 20, dtype=pl.String),
            "ordered": [AS_OF - timedelta(days=90)] * 20,
            "received": [AS_OF - timedelta(days=90 - taken) for taken in taken_days],
            "days": pl.Series(taken_days, dtype=pl.Int32),
        }
    )
    slow = replace(pharmacy, lead_times=known)
    made = plan_orders(slow, forecast, scenarios=64)
    vague = [line for line in made.lines if 0 < line.risk_before < 1]
    assert vague
    for line in made.lines:
        assert line.risk_before <= line.risk_with <= line.risk_without
    ordered = made.orders[0]
    assert explain(slow, made, ordered.item).chosen.risk == ordered.risk_with


def test_an_order_is_shared_between_sites_by_what_each_lacks(plan: OrderPlan) -> None:
    line = plan.line("A1")
    assert line is not None and line.quantity > 0
    assert sum(line.sites.values()) == line.quantity
    assert line.sites["N"] > line.sites["S"]  # it uses more and has less


@settings(max_examples=6, deadline=None)
@given(budgets=st.lists(st.floats(0, 3000), min_size=2, max_size=2))
def test_more_money_never_costs_more(
    pharmacy: Pharmacy, forecast: DemandForecast, budgets: list[float]
) -> None:
    low, high = (
        plan_orders(pharmacy, forecast, scenarios=32, budget=money) for money in sorted(budgets)
    )
    assert low.cost <= min(budgets) + 1e-6
    gap = low.engine.expected_cost * 5e-4
    assert high.engine.expected_cost <= low.engine.expected_cost + gap
    assert low.violations == high.violations == ()


PLANTED: list[tuple[dict[str, Any], str]] = [
    ({"quantity": 25.0}, "packs"),
    ({"packs": 90, "quantity": 900.0, "cost": 4500.0}, "maximum stock"),
    ({"packs": 1, "quantity": 10.0, "cost": 50.0}, "minimum order"),
    ({"packs": 90, "quantity": 900.0, "cost": 4500.0}, "budget"),
    ({"packs": 1, "quantity": 10.0, "cost": 5.0}, "supplier minimum"),
    ({"cost": 1.0}, "cost"),
    ({"pack_price": 1.0}, "offer"),
    ({"supplier": "S9"}, "offer"),
    ({"usable": 600.0}, "usable stock"),
    ({"on_order": 70.0}, "on order"),
    ({"item": "B1"}, "one line an item"),
]


def with_first(plan: OrderPlan, **values: Any) -> OrderPlan:
    """The plan with A1's line altered."""
    lines = [replace(line, **values) if line.item == "A1" else line for line in plan.lines]
    return replace(plan, lines=tuple(lines))


@pytest.mark.parametrize(("values", "rule"), PLANTED, ids=[rule for _, rule in PLANTED])
def test_the_checker_finds_what_is_planted(
    pharmacy: Pharmacy, plan: OrderPlan, values: dict[str, Any], rule: str
) -> None:
    found = check_orders(pharmacy, with_first(plan, **values))
    assert rule in {fault.rule for fault in found}


def test_the_checker_finds_lots_that_must_not_be_counted(
    pharmacy: Pharmacy, plan: OrderPlan
) -> None:
    line: OrderLine | None = plan.line("A1")
    assert line is not None
    recalled = next(lot for lot in pharmacy.lots if lot.status == "recalled")
    for lots, rule in (
        ((*line.lots, recalled), "usable stock"),
        (line.lots[::-1], "FEFO"),
    ):
        found = check_orders(pharmacy, with_first(plan, lots=lots))
        assert rule in {fault.rule for fault in found}


def test_a_quota_is_checked_with_what_came_this_month(
    pharmacy: Pharmacy, forecast: DemandForecast
) -> None:
    tight = {**pharmacy.items, "B1": replace(pharmacy.items["B1"], monthly_quota=30.0)}
    limited = replace(pharmacy, items=tight)
    made = plan_orders(limited, forecast, scenarios=32)
    line = made.line("B1")
    assert line is not None and line.quantity <= 30 and made.violations == ()
    more = replace(line, packs=8, quantity=40.0, cost=160.0)
    lines = tuple(more if one.item == "B1" else one for one in made.lines)
    found = check_orders(limited, replace(made, lines=lines))
    assert "quota" in {fault.rule for fault in found}


def test_an_order_late_beyond_all_that_came_is_rather_lost(pharmacy: Pharmacy) -> None:
    import polars as pl

    from cds.inventory.description import OpenOrder

    taken = [3] * 18 + [9, 9]
    known = pl.DataFrame(
        {
            "supplier": ["S1"] * 20,
            "item": ["A1"] * 20,
            "ordered": [AS_OF - timedelta(days=60)] * 20,
            "received": [AS_OF - timedelta(days=60 - days) for days in taken],
            "days": pl.Series(taken, dtype=pl.Int32),
        }
    )
    sources = Sources(replace(pharmacy, lead_times=known))
    random = np.random.default_rng(0)

    def arrivals(days: int) -> Any:
        order = OpenOrder("O", "A1", "S1", 10.0, AS_OF - timedelta(days=days))
        return sources.arrivals(order, AS_OF, 200, random)

    assert set(arrivals(1)) == {2, 8}  # two days left, or eight
    assert set(arrivals(4)) == {5}  # only the late ones took longer
    assert arrivals(12) is None


def test_the_horizon_holds_long_lead_times_twice(pharmacy: Pharmacy) -> None:
    assert horizon_for(pharmacy) == 12
    slow = {"S1": replace(pharmacy.suppliers["S1"], lead_time_days=60)}
    assert horizon_for(replace(pharmacy, suppliers=slow)) == 22


def test_stock_never_grows_but_by_deliveries(plan: OrderPlan, pharmacy: Pharmacy) -> None:
    from cds.inventory.planning.stock_path import stocks_of

    line = plan.line("A1")
    assert line is not None
    future = plan.futures["A1"]
    path = stock_path(future, stocks_of(pharmacy, future, line.lots), 60)
    assert (np.diff(path.stock, axis=1) <= 1e-9).all()
    assert (np.diff(path.short) >= 0).all()
