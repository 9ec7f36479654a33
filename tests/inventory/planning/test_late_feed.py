"""A feed that is late is missing days, not days on which nobody wanted anything."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from small_pharmacy import read

from cds.errors import InputError
from cds.inventory.demand import recent_demand
from cds.inventory.history import known_until
from cds.inventory.planning.demand import forecast_demand

NEWEST = date(2026, 11, 20)
ISSUES = "item,date,quantity,place,to\n" + "".join(
    f"A1,{NEWEST - timedelta(days=back)},10,main,ICU\n" for back in range(300)
)


@pytest.mark.parametrize(
    ("late", "first_unknown"),
    [(1, 0), (4, 0), (5, -4), (8, -7), (30, -29)],  # days after the newest issue, from as_of
)
def test_days_that_a_stale_feed_does_not_tell_of_are_not_known(
    tmp_path: Path, late: int, first_unknown: int
) -> None:
    as_of = NEWEST + timedelta(days=late)
    pharmacy, _ = read(tmp_path, as_of=as_of, issues=ISSUES)
    assert known_until(pharmacy) == as_of + timedelta(days=first_unknown)


@pytest.mark.parametrize("late", [1, 8, 30])
def test_ten_a_day_stays_ten_a_day_however_late_the_feed(tmp_path: Path, late: int) -> None:
    as_of = NEWEST + timedelta(days=late)
    pharmacy, _ = read(tmp_path, as_of=as_of, issues=ISSUES)
    assert recent_demand(pharmacy)["A1"].mean == pytest.approx(10)
    found = forecast_demand(pharmacy, horizon=3, effort="light")
    assert found is not None
    assert found.forecast.table["ds"][0] == as_of  # the silent periods are left out
    assert found.forecast.mean.shape == (1, 3)
    assert found.forecast.mean == pytest.approx(70, rel=0.02)


def test_nothing_is_forecast_from_issues_of_more_than_a_year_ago(tmp_path: Path) -> None:
    pharmacy, _ = read(tmp_path, as_of=date(2028, 1, 1), issues=ISSUES)
    with pytest.raises(InputError, match="feed broken"):
        forecast_demand(pharmacy, effort="light")


def test_a_chinese_export_may_write_units_beside_chinese_words(tmp_path: Path) -> None:
    """GBK with "50μg×10支" was taken for a misread French text, and refused."""
    items = "item,name,unit,pack,ven\nA1,芬太尼50μg×10支 0.5g片,tablet,20,E\nB1,胰岛素,vial,1,V\n"
    pharmacy, _ = read(tmp_path, items=items.encode("gb18030"))
    assert pharmacy.items["A1"].name == "芬太尼50μg×10支 0.5g片"
