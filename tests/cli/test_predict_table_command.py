"""``cds predict TABLE``: one row out for one row in, whatever the format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hospital import MODEL, Cds

ROWS = """\
stay,age,sex,sbp,crea,htn,back
s3,71,female,152,,1,0
s1,9,male,110,60,0,0
s2,55,male,,120,0,1
"""


@pytest.fixture(autouse=True)
def table() -> Path:
    path = Path("stays.csv")
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("out.csv", pl.read_csv),
        ("out.parquet", pl.read_parquet),
        ("out.ndjson", pl.read_ndjson),
    ],
)
def test_the_format_follows_the_ending(
    cds: Cds, name: str, read: Callable[[str], pl.DataFrame]
) -> None:
    run = cds("predict", "stays.csv", "--model", MODEL, "-o", name)
    assert run.code == 0 and run.out == ""
    assert "no risk for 1 of 3 rows" in run.err
    frame = read(name)
    assert frame.columns == ["id", "risk", "lo", "hi", "status"]
    assert frame["id"].to_list() == ["s3", "s1", "s2"]
    assert frame["status"].to_list() == ["ok", "refused", "ok"]
    assert frame["risk"].is_null().to_list() == [False, True, False]
    assert sorted(path.name for path in Path().iterdir()) == sorted(["stays.csv", name])


def test_the_bedside_and_the_table_say_the_same(cds: Cds) -> None:
    patient = {"age": 71, "sex": "female", "systolic_bp": 152, "hypertension": True}
    Path("bed.json").write_text(json.dumps(patient))
    (entry,) = json.loads(cds("predict", "bed.json", "--json").out)["patients"][0]["predictions"]
    rows = cds("predict", "stays.csv", "-m", MODEL, "--json", "-q").out.splitlines()
    first = json.loads(rows[0])
    assert first["risk"] == pytest.approx(entry["risk"], abs=1e-12)
    assert [first["lo"], first["hi"]] == pytest.approx(entry["interval"], abs=1e-12)


def test_without_a_file_it_is_csv_on_stdout_and_quiet_is_quiet(cds: Cds) -> None:
    run = cds("predict", "stays.csv", "--model", MODEL, "-q")
    assert run.code == 0 and run.err == ""
    assert run.out.splitlines()[0] == "id,risk,lo,hi,status"
    assert run.out.splitlines()[2] == "s1,,,,refused"


def test_the_label_need_not_be_there(cds: Cds) -> None:
    with_label = cds("predict", "stays.csv", "-m", MODEL).out
    lines = [line.rpartition(",")[0] for line in ROWS.splitlines()]
    Path("stays.csv").write_text("\n".join(lines) + "\n")
    assert cds("predict", "stays.csv", "-m", MODEL).out == with_label


def test_rows_about_which_nothing_can_be_said_need_a_person(cds: Cds) -> None:
    Path("stays.csv").write_text("stay,age,sex,sbp,crea,htn\ns1,9,male,110,60,0\n")
    assert cds("predict", "stays.csv", "-m", MODEL).code == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "out.xlsx"], "expected a file ending in .csv, .parquet, .ndjson"),
        (["-o", "absent/out.csv"], "cannot be written"),
        (["--model", "other"], "no model is called 'other'"),
    ],
)
def test_what_the_user_can_mend(cds: Cds, words: list[str], message: str) -> None:
    extra = [] if "--model" in words else ["--model", MODEL]
    run = cds("predict", "stays.csv", *extra, *words)
    assert run.code == 2 and message in run.err and run.err.count("cds:") == 1
