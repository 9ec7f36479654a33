from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.patient.moments import completed_years, middle, parse_moment

CHINA = timezone(timedelta(hours=8))

READ = [
    ("2019", "2019-01-01T00:00+08:00", "year"),
    ("2019-05", "2019-05-01T00:00+08:00", "month"),
    ("2019-05-31", "2019-05-31T00:00+08:00", "day"),
    ("2019-05-31T10:20:30Z", "2019-05-31T10:20:30+00:00", "time"),
    ("2019-05-31T10:20:30.1234567-05:00", "2019-05-31T10:20:30.123456-05:00", "time"),
    ("2019-05-31T10:20", "2019-05-31T10:20+08:00", "time"),
    ("  2019-05-31 ", "2019-05-31T00:00+08:00", "day"),
]


@pytest.mark.parametrize(("text", "moment", "precision"), READ)
def test_dates_whole_and_partial(text, moment, precision):
    assert parse_moment(text, CHINA) == (datetime.fromisoformat(moment), precision)


@pytest.mark.parametrize(
    "text",
    ["", "19", "2019-13", "2019-02-30", "20190531", "2019-W05", "31/05/2019", "0001-01-01", "1492",
     "9999-12-31T23:59:59-14:00", "２０１９", None, 2019, ["2019"], "2019-05-31T25:00:00Z", "today"],
)  # fmt: skip
def test_what_is_not_a_date(text):
    assert parse_moment(text, UTC) is None


@given(st.text(alphabet="0123456789-:TZ+. ", max_size=32))
def test_no_text_breaks_the_parser(text):
    parsed = parse_moment(text, UTC)
    assert parsed is None or parsed[0].tzinfo is not None


@pytest.mark.parametrize(
    ("birth", "today", "age"),
    [
        ("1960-02-29", "2026-02-28", 65),
        ("1960-02-29", "2026-03-01", 66),
        ("2000-06-15", "2026-06-14", 25),
        ("2000-06-15", "2026-06-15", 26),
        ("2026-01-01", "2026-01-02", 0),
    ],
)
def test_age_in_completed_years(birth, today, age):
    assert completed_years(datetime.fromisoformat(birth), datetime.fromisoformat(today)) == age


def test_a_birth_year_alone_counts_from_its_middle():
    moment, precision = parse_moment("1950", UTC)
    assert middle(moment, precision) == datetime(1950, 7, 1, tzinfo=UTC)
