"""The leak check finds each planted leak and stays silent without one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from cds.risk.leaks import area_under_curve, find_leaks
from cds.risk.recipe.model import ConceptSource, Drop, TableLayout
from cds.risk.tables.cells import Tally
from cds.risk.tables.training_table import TrainingTable

ROWS = 600


def a_recipe(*sources: ConceptSource) -> SimpleNamespace:
    layout = TableLayout("wide", label="dead", drop=(Drop("Survival", "leaks death"),))
    return SimpleNamespace(table=layout, sources=sources, path=Path("recipe.toml"))


def a_table(**changes: object) -> TrainingTable:
    dice = np.random.default_rng(5)
    outcome = (dice.random(ROWS) < 0.3).astype(float)
    inputs = dice.normal(size=(ROWS, 5)) + 0.3 * outcome[:, None]
    values = {
        "names": ("a", "b", "c", "d", "e"), "ids": pl.Series(range(ROWS)), "times": None,
        "groups": np.arange(ROWS), "inputs": inputs, "outcome": outcome, "report_columns": {},
        "sites": None, "excluded": (), "tally": Tally(), "grouped": False, **changes,
    }  # fmt: skip
    return TrainingTable(**values)  # type: ignore[arg-type]


def checks(table: TrainingTable, *sources: ConceptSource) -> set[tuple[str, str]]:
    return {(f.check, f.subject) for f in find_leaks(a_recipe(*sources), table)}  # type: ignore[arg-type]


def test_silence_without_a_leak() -> None:
    assert checks(a_table(), ConceptSource("age", "Age")) == set()


def test_a_dropped_column_and_the_label() -> None:
    found = checks(a_table(), ConceptSource("age", "Survival"), ConceptSource("sex", "dead"))
    assert found == {("dropped column in use", "Survival"), ("dropped column in use", "dead")}


def test_a_feature_that_knows_the_outcome() -> None:
    table = a_table()
    table.inputs[:, 2] += 10 * table.outcome
    assert checks(table) == {("feature too good", "c")}


def test_copies() -> None:
    table = a_table()
    table.inputs[300:330] = table.inputs[:30]
    assert checks(table) == {("copies across patients", "rows")}
    groups = np.arange(ROWS)
    groups[300:330] = groups[:30]
    same_people = a_table(groups=groups)
    same_people.inputs[300:330] = same_people.inputs[:30]
    assert checks(same_people) == set()


def test_missingness() -> None:
    table = a_table()
    table.inputs[table.outcome == 1.0, 1] = np.nan
    assert ("missingness tells outcome", "b") in checks(table)
    sites = tuple("north" if row % 2 else "south" for row in range(ROWS))
    table = a_table(sites=sites)
    table.inputs[::2, 4] = np.nan
    assert checks(table) == {("missingness tells site", "e")}


def test_people_without_a_group() -> None:
    assert checks(a_table(repeated_people=("patient_nbr",))) == {
        ("patients not grouped", "patient_nbr")
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 3, 4], 1.0), ([4, 3, 2, 1], 0.0), ([1, 1, 1, 1], 0.5), ([1, 2, 2, 3], 0.875)],
)
def test_area_under_curve(values: list[float], expected: float) -> None:
    assert area_under_curve(np.array(values, float), np.array([0.0, 0, 1, 1])) == expected
