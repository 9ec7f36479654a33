"""``cds forecast``, from a table to its file, as a person runs it."""

from __future__ import annotations

import csv
import io
import json
import string
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from forecast_runs import COLUMNS, QUANTILES, SAMPLES, cds, with_stdin

from cds.show.forecast.words import FORECAST_TEXTS

DEMAND = SAMPLES / "weekly_demand.csv"


def weeks(count: int = 60, future: int = 0, *, series: str = "a") -> str:
    """A steady series, with a covariate ``beds`` that goes on where y does not."""
    first = date(2025, 1, 6)
    lines = [
        f"{series},{first + timedelta(weeks=n)},{20 + n % 5 if n < count else ''},{n % 3}"
        for n in range(count + future)
    ]
    return "unique_id,ds,y,beds\n" + "\n".join(lines) + "\n"


def test_the_sample_is_forecast_into_a_file_with_exactly_the_promised_columns(
    tmp_path: Path,
) -> None:
    target = tmp_path / "f.csv"
    run = cds("forecast", DEMAND, "--freq", "W", "--horizon", 4, "-o", target)
    assert run.code == 0, run.err
    frame = pl.read_csv(target)
    assert frame.columns == COLUMNS
    assert frame.height == 20 * 4
    assert frame["ds"].unique().sort().to_list()[0] == "2026-11-23"
    for low, high in zip(QUANTILES, QUANTILES[1:], strict=False):
        assert (frame[low] <= frame[high]).all()
    assert frame["q0.025"].min() >= 0  # type: ignore[operator]
    again = tmp_path / "g.csv"
    cds("forecast", DEMAND, "--freq", "W", "--horizon", 4, "-o", again, "--workers", 1)
    assert again.read_bytes() == target.read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["f.csv", "g.csv"]


def test_json_says_all_and_shows_what_the_stock_outs_hid() -> None:
    run = cds("forecast", DEMAND, "--freq", "W", "--horizon", 2, "--json")
    document = run.document
    assert len(document["series"]) == 20
    assert len(document["forecast"]) == 40
    corrected = {entry["unique_id"]: entry for entry in document["corrections"]}
    assert set(corrected) == {"heparin-5000iu-amp", "vancomycin-1g-vial", "salbutamol-inhaler"}
    assert all(1 < entry["uplift"] < 1.3 for entry in corrected.values())
    classes = {entry["unique_id"]: entry["class"] for entry in document["series"]}
    assert classes["paracetamol-500mg-tab"] == "smooth"
    assert classes["dantrolene-20mg-vial"] in ("lumpy", "intermittent")


@pytest.mark.parametrize(("language", "word"), [("en", "80 % interval"), ("zh", "80%区间")])
def test_a_person_sees_the_top_series_and_how_many_more(language: str, word: str) -> None:
    run = cds("forecast", DEMAND, "--freq", "W", "--horizon", 2, "--top", 5, "--lang", language)
    assert run.code == 0
    assert word in run.out
    assert "15" in run.out and "heparin-5000iu-amp" in run.out
    assert max(map(len, run.out.splitlines())) <= 80


def test_one_series_is_shown_period_by_period(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(weeks(), encoding="utf-8")
    run = cds("forecast", path, "--freq", "W", "--horizon", 3)
    assert [line.split()[0] for line in run.out.splitlines() if line.startswith("2026")] == [
        "2026-03-02", "2026-03-09", "2026-03-16",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_other_files(tmp_path: Path, ending: str) -> None:
    source, target = tmp_path / "one.csv", tmp_path / f"f.{ending}"
    source.write_text(weeks(), encoding="utf-8")
    assert cds("forecast", source, "--freq", "W", "--horizon", 3, "-o", target).code == 0
    if ending == "parquet":
        frame = pl.read_parquet(target)
        assert frame.columns == COLUMNS and frame["ds"].dtype == pl.Date
    else:
        assert len(json.loads(target.read_text(encoding="utf-8"))["forecast"]) == 3


def test_stdin_to_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    with_stdin(monkeypatch, weeks().encode())
    run = cds("forecast", "-", "--freq", "W", "--horizon", 3, "-o", "-")
    assert run.code == 0, run.err
    rows = list(csv.reader(io.StringIO(run.out)))
    assert rows[0] == COLUMNS and len(rows) == 4


def test_covariates_are_columns_of_the_table_or_a_file_of_their_own(tmp_path: Path) -> None:
    source, file = tmp_path / "t.csv", tmp_path / "known.csv"
    source.write_text(weeks(future=3), encoding="utf-8")
    run = cds("forecast", source, "--freq", "W", "--horizon", 3, "--covariates", "beds", "--json")
    assert run.code == 0, run.err
    assert run.document["forecast"][0]["ds"] == "2026-03-02"
    source.write_text(weeks(), encoding="utf-8")
    known = weeks(future=3).splitlines()
    lines = [",".join((parts[1], parts[3])) for parts in (row.split(",") for row in known)]
    file.write_text("\n".join(lines).replace("beds", "rain") + "\n", encoding="utf-8")
    words = ("forecast", source, "--freq", "W", "--covariates", file)
    assert cds(*words, "--horizon", 3).code == 0
    short = cds(*words, "--horizon", 5)
    assert short.code == 2
    assert "known.csv: column rain: has no value for series 'a' at 2026-03-23" in short.err
    none = cds("forecast", source, "--freq", "W", "--covariates", "beds")
    assert none.code == 2 and "for no period after the last y" in none.err


def test_public_holidays_count(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(weeks(), encoding="utf-8")
    assert cds("forecast", path, "--freq", "W", "--horizon", 3, "--country", "GB").code == 0
    run = cds("forecast", path, "--freq", "W", "--horizon", 3, "--country", "ZZ")
    assert run.code == 2 and "--country is 'ZZ'" in run.err


def test_the_forecast_is_judged_beside_seasonal_naive() -> None:
    run = cds(
        "forecast", DEMAND, "--freq", "W", "--horizon", 4, "--evaluate", "--windows", 2, "--json"
    )
    document = run.document
    assert document["points"] == 20 * 2 * 4  # series, windows, weeks
    ours, naive = document["forecast"], document["seasonal_naive"]
    assert ours["wql"]["value"] < naive["wql"]["value"]
    assert ours["wql"]["low"] <= ours["wql"]["value"] <= ours["wql"]["high"]
    assert 0.6 <= ours["coverage_80"]["value"] <= 1
    text = cds("forecast", DEMAND, "--freq", "W", "--horizon", 4, "--evaluate", "--windows", 2).out
    assert "RMSSE" in text and "seasonal naive" in text


def test_warnings_say_what_was_noticed_and_quiet_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = weeks()
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    run = cds("forecast", path, "--freq", "W", "--horizon", 2)
    assert "1 row equals another in every cell and was dropped" in run.err
    assert cds("forecast", path, "--freq", "W", "--horizon", 2, "-q").err == ""


def test_the_commands_start_without_the_numeric_libraries() -> None:
    heavy = "{'numpy', 'polars', 'scipy', 'lightgbm', 'statsforecast', 'holidays', 'numba'}"
    code = f"import sys, cds.cli.forecast, cds.cli.flow; print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize("key", FORECAST_TEXTS)
def test_both_languages_have_the_same_blanks(key: str) -> None:
    english, chinese = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in FORECAST_TEXTS[key]
    )
    assert english == chinese
