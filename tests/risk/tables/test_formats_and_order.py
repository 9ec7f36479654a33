"""One table in many formats, orders and batch sizes gives one answer."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from small_recipes import concept, features, recipe_from, recipe_text

from cds.errors import InputError
from cds.risk.tables.training_table import load_training_table
from cds.risk.tables.units import UnitBatch, iter_units

WIDE = recipe_text(
    '[table]\nlayout = "wide"\nid = "id"\nlabel = "dead"\npositive = ["1"]\nmissing = ["-1"]\n'
    + concept("age", "age")
    + concept("sex", "gender", 'map = {"M" = "male", "F" = "female"}')
    + concept("glucose", "glucose", 'unit = "mmol/L"')
    + concept("diabetes", "dm")
    + '[[feature]]\nname = "is_male"\nconcept = "sex"\nlevels = {male = 1, female = 0}\n'
    + '[[feature]]\nname = "diabetic"\nconcept = "diabetes"\naggregate = "present"\n'
    + features("age", "glucose")
)
LONG = recipe_text(
    '[table]\nlayout = "long"\nid = "id"\ntime = "t"\ntime_unit = "h"\nparameter = "what"\n'
    'value = "value"\nlabel = "dead"\npositive = ["1"]\n'
    + concept("heart_rate", "HR")
    + concept("heart_rate", "Pulse")
    + features(
        "heart_rate", aggregates='"last","first","mean","count"', windows="windows = [[0, 10]]"
    ),
    anchor="start",
)
PANEL = recipe_text(
    '[table]\nlayout = "panel"\nid = "id"\ntime = "hour"\nlabel = "dead"\npositive = ["1"]\n'
    + concept("heart_rate", "HR")
    + features("heart_rate", aggregates='"last","mean","count","std"', windows="windows = [3]")
)


def joined(batches: list[UnitBatch]) -> tuple[list[object], np.ndarray]:
    ids = [value for batch in batches for value in batch.ids.to_list()]
    return ids, np.concatenate([batch.inputs for batch in batches])


def a_panel(seed: int, ids: int = 7, rows: int = 90) -> pl.DataFrame:
    dice = random.Random(seed)
    return pl.DataFrame(
        {
            "id": [f"p{dice.randrange(ids)}" for _ in range(rows)],
            "hour": [dice.randrange(20) for _ in range(rows)],
            "HR": [
                None if dice.random() < 0.3 else round(dice.uniform(50, 120), 1)
                for _ in range(rows)
            ],
        }
    )


CSV = "id,age,gender,glucose,dm\n7,63,M,5.5,1\n8,-1,F,<2.0,0\n9,640,X,,\n"


@pytest.mark.parametrize(
    "ending", ["csv", "csv.gz", "tsv", "txt", "parquet", "ndjson", "data", "bom.csv", "mac.csv"]
)
def test_every_format(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"table.{ending}"
    if ending == "csv.gz":
        path.write_bytes(gzip.compress(CSV.encode()))
    elif ending == "parquet":
        pl.read_csv(CSV.encode()).write_parquet(path)
    elif ending == "ndjson":
        pl.read_csv(CSV.encode()).write_ndjson(path)
    else:
        separator = {"tsv": "\t", "txt": ";", "data": "|"}.get(ending, ",")
        text = CSV.replace(",", separator)
        text = text.replace("\n", "\r") if ending == "mac.csv" else text
        path.write_text(
            ("\ufeff" if ending.startswith("bom") else "") + text, encoding="utf-8", newline=""
        )
    batches = list(iter_units(path, recipe_from(WIDE, tmp_path)))
    ids, inputs = joined(batches)
    assert [str(value) for value in ids] == ["7", "8", "9"]
    expected = [
        [1, 1, 63, 5.5 * 18.0156],
        [0, 0, np.nan, 2 * 18.0156],
        [np.nan, np.nan, np.nan, np.nan],
    ]
    np.testing.assert_allclose(inputs, expected, rtol=1e-4)
    tally = batches[-1].tally
    assert dict(tally.implausible) == {"age": 1}
    assert dict(tally.unknown) == {("gender", "X"): 1}


def test_a_column_that_is_absent_is_missing_and_named(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,age\n1,50\n")
    batch = next(iter_units(path, recipe_from(WIDE, tmp_path)))
    assert batch.tally.absent == {"gender", "glucose", "dm"}
    np.testing.assert_array_equal(batch.inputs, [[np.nan, np.nan, 50.0, np.nan]])


@pytest.mark.parametrize(("name", "content", "message"), [
    ("table.csv", "", "is empty"),
    ("table.csv", "a,b\n1,2\n", "none of the recipe's columns"),
    ("table.xlsx", "PK", "expected a table ending in"),
    ("table.parquet", "not parquet", "cannot be read as a table"),
    ("table.csv", "id,age\n1,\xff\n", "is not UTF-8"),
    ("gone.csv", None, "does not exist"),
])  # fmt: skip
def test_bad_tables_are_refused_by_name(
    name: str, content: str | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=message) as caught:
        list(iter_units(path, recipe_from(WIDE, tmp_path)))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("batch_rows", [1, 3, 17, 1000])
@pytest.mark.parametrize("scattered", [False, True])
def test_panel_batches_do_not_matter(batch_rows: int, scattered: bool, tmp_path: Path) -> None:
    recipe = recipe_from(PANEL, tmp_path)
    frame = a_panel(3)
    frame = frame if scattered else frame.sort("id", "hour", maintain_order=True)
    path = tmp_path / "panel.parquet"
    frame.write_parquet(path)
    ids, inputs = joined(list(iter_units(path, recipe, batch_rows)))
    assert ids == frame["id"].to_list()
    for row in range(frame.height):
        person, hour, _ = frame.row(row)
        seen = frame.with_row_index("n").filter(
            (pl.col("id") == person) & (pl.col("hour") <= hour) & (pl.col("hour") > hour - 3)
        ).sort("hour", maintain_order=True)["HR"].drop_nulls()  # fmt: skip
        expected = [
            seen[-1] if len(seen) else np.nan,
            seen.mean() if len(seen) else np.nan,
            len(seen),
            seen.std() if len(seen) > 1 else np.nan,
        ]
        np.testing.assert_allclose(
            inputs[row], np.array(expected, dtype=float), rtol=1e-8, atol=1e-8
        )


@pytest.mark.parametrize("batch_rows", [1, 4, 1000])
def test_long_units_come_in_order_of_first_appearance(batch_rows: int, tmp_path: Path) -> None:
    recipe = recipe_from(LONG, tmp_path)
    path = tmp_path / "long.csv"
    path.write_text(
        "id,t,what,value\nb,5,HR,90\na,1,HR,60\nb,2,Pulse,80\na,20,HR,200\nc,1,Nonsense,1\nb,,HR,70\na,1,HR,62\n"
    )
    ids, inputs = joined(list(iter_units(path, recipe, batch_rows)))
    assert ids == ["b", "a", "c"]
    # b: 70 untimed (at the start), 80, 90; a: 60 and 62 at one time, 200 outside the window
    np.testing.assert_allclose(
        inputs, [[90, 70, 80, 3], [62, 60, 61, 2], [np.nan, np.nan, np.nan, 0]]
    )


def test_a_panel_row_without_time_is_named(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("id,hour,HR\na,1,60\na,soon,61\n")
    with pytest.raises(InputError, match="column hour, row 2"):
        list(iter_units(path, recipe_from(PANEL, tmp_path)))


def test_labels_exclusions_and_groups(tmp_path: Path) -> None:
    recipe = recipe_from(
        recipe_text(
            '[table]\nlayout = "wide"\nid = "id"\ngroup = "person"\nlabel = "end"\npositive = ["dead"]\nmissing = ["?"]\n'
            'exclude = [{when = "visit_no > 1", why = "later visit"}, {column = "ward", values = ["3"], why = "hospice"}]\n'
            + concept("age", "age") + features("age")
        ),
        tmp_path,
    )  # fmt: skip
    (tmp_path / "table.csv").write_text(
        "id,person,visit no,ward,end,age\n1,x,1,1,dead,50\n2,x,1,2,alive,51\n3,x,2,1,dead,52\n"
        "4,y,1,3.0,alive,53\n5,y,1,1,?,54\n6,,1,1,dead,55\n7,,1,1,alive,56\n"
    )
    table = load_training_table(recipe, tmp_path)
    assert table.ids.to_list() == ["1", "2", "6", "7"]
    assert table.outcome.tolist() == [1, 0, 1, 0]
    assert table.groups.tolist() == [0, 0, 1, 2]
    assert table.excluded == (("later visit", 1), ("hospice", 1), ("outcome not known", 1))


def test_labels_from_a_second_table(tmp_path: Path) -> None:
    recipe = recipe_from(
        LONG.replace('data = "table.csv"', 'data = "long.csv", labels = "labels.csv"'), tmp_path
    )
    (tmp_path / "long.csv").write_text("id,t,what,value\n2,1,HR,60\n1,1,HR,70\n3,1,HR,80\n")
    (tmp_path / "labels.csv").write_text("id,dead\n1,1\n2,0\n")
    table = load_training_table(recipe, tmp_path)
    assert (table.ids.to_list(), table.outcome.tolist()) == (["2", "1"], [0.0, 1.0])
    assert table.excluded == (("outcome not known", 1),)


def test_an_outcome_that_never_occurs_is_refused(tmp_path: Path) -> None:
    recipe = recipe_from(WIDE, tmp_path)
    (tmp_path / "table.csv").write_text(
        "id,age,gender,glucose,dm,dead\n1,50,F,90,0,0\n2,51,M,95,0,0\n"
    )
    with pytest.raises(InputError, match="the outcome never occurs"):
        load_training_table(recipe, tmp_path)


def test_training_on_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    recipe = recipe_from(WIDE, tmp_path)
    (tmp_path / "table.csv").write_text("id,age,dead\n1,50,0\n2,51,1\n")
    with pytest.raises(InputError, match="has no column dm"):
        load_training_table(recipe, tmp_path)
