"""A hospital's own table becomes a recipe that can be trained on at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.errors import InputError
from cds.risk.recipe import parse_recipe
from cds.risk.recipe.write import first_recipe
from cds.risk.tables.training_table import load_training_table

ROWS = "\n".join(
    f"{n},{40 + n},{'男' if n % 3 else '女'},{60 + n},{120 + n % 30},{'bad' if n % 4 else 'good'},"
    f"{'y' if n % 5 else 'n'},free text {n},{['?', '7'][n % 2]},{'died' if n % 6 == 0 else 'alive'}"
    for n in range(40)
)
HEADER = "record,age,性别,Creatinine (umol/L),systolic-BP,mood,allergy,note,constant,end\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "ward.csv"
    path.write_text(HEADER + ROWS + "\n", encoding="utf-8")
    return path


def test_it_parses_and_loads(table: Path) -> None:
    text = first_recipe(table, label="end", id_column="record", name="Ward 7")
    path = table.with_name("recipe.toml")
    path.write_text(text, encoding="utf-8")
    recipe = parse_recipe(path)
    assert recipe.name == "ward-7"
    sources = {source.column: (source.name, source.unit) for source in recipe.sources}
    assert sources == {
        "age": ("age", "a"),
        "性别": ("sex", None),
        "Creatinine (umol/L)": ("creatinine", "umol/L"),
        "systolic-BP": ("systolic_bp", "mm[Hg]"),
        "mood": ("mood", None),
        "allergy": ("allergy", None),
    }
    assert recipe.local_concepts["mood"].levels == ("bad", "good")
    assert recipe.local_concepts["allergy"].kind == "yes_no"
    assert "#   note: text with 40 different values" in text
    assert "CHECK" in text
    rows = load_training_table(recipe, table.parent)
    assert rows.outcome.sum() == 7
    assert not rows.tally.unknown
    assert not rows.tally.implausible
    assert set(rows.report_columns["sex"]) == {"male", "female"}


def test_values_that_only_fit_another_unit(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "temp,temperature,dead\n" + "".join(f"1,{97 + n % 5}.5,{n % 2}\n" for n in range(20))
    )
    text = first_recipe(path, label="dead")
    assert 'unit = "[degF]"' in text
    assert "values fit the unit [degF], not Cel" in text


@pytest.mark.parametrize(("label", "message"), [
    ("ending", "did you mean 'end'"),
    ("mood", "positive"),
    ("note", "has 40 values"),
])  # fmt: skip
def test_a_label_needs_two_values(table: Path, label: str, message: str) -> None:
    if label == "mood":
        assert 'positive = ["good"]' in first_recipe(table, label=label)
        return
    with pytest.raises(InputError, match=message):
        first_recipe(table, label=label)
