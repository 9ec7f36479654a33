"""The public tables, read as they are; both engines agree on their real rows."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import small_recipes
from small_recipes import recipe_from

from cds.risk.features.declaration import concepts_used
from cds.risk.features.record_engine import FeaturePlan, Series
from cds.risk.features.table_engine import TableValues, compute_table
from cds.risk.tables.cells import Tally
from cds.risk.tables.contiguous import unit_frames
from cds.risk.tables.layout import FrameMapper
from cds.risk.tables.read import open_table
from cds.risk.tables.training_table import load_training_table
from cds.risk.tables.units import iter_units
from tests.shared_data import shared_data

NAMES = sorted(small_recipes.ALL)


def the_recipe(name: str, folder: Path):
    recipe = recipe_from(small_recipes.ALL[name], folder)
    files = [shared_data(*file.split("/")) for file in recipe.source.data.values()]
    return recipe, files


def one_series(values: TableValues, query: int) -> dict[str, Series]:
    """The values that a bedside record of the same unit, at the same moment, would hold."""
    unit, moment = values.units[query], values.moments[query]
    series = {
        name: Series([(0, column[query], None)])
        for name, column in values.aligned.items()
        if column[query] is not None
    }
    for name, timed in values.timed.items():
        mine = np.flatnonzero(timed.units == unit)
        if len(mine):
            series[name] = Series(
                (int(timed.times[i] - moment), timed.values[int(i)], None) for i in mine
            )
    return series


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree_on_real_rows(name: str, tmp_path: Path) -> None:
    recipe, files = the_recipe(name, tmp_path)
    table = open_table(files[0], recipe.table.header, recipe.table.columns)
    mapper = FrameMapper(recipe, concepts_used(recipe.features), table, Tally())
    if recipe.table.layout == "wide":
        frame = next(table.batches(2000, mapper.columns))
    else:
        frame = next(unit_frames(table, str(recipe.table.id), 20_000, mapper.columns)[1])
    values = mapper.map(frame).values
    columns = compute_table(recipe.features, recipe.anchor, values)
    plan = FeaturePlan(recipe.features, recipe.anchor)
    known = 0
    for query in np.linspace(0, len(values.units) - 1, 40).astype(int):
        record = plan.compute(one_series(values, int(query)))
        for feature, one in zip(recipe.features, record, strict=True):
            other = float(columns[feature.name][query])
            known += not math.isnan(other)
            assert one == pytest.approx(other, rel=1e-9, abs=2e-9, nan_ok=True), feature
    assert known > 100


@pytest.mark.parametrize(("name", "rows", "groups", "prevalence"), [
    ("uci_heart", 426, 426, 0.5962),
    ("physionet2012", 4000, 4000, 0.1385),
    ("support2", 6829, 6829, 0.2585),
    ("diabetes130", 74616, 52520, 0.1134),
    ("brfss2015_5050", 70692, 70692, 0.5),
    ("nhanes1", 7159, 7159, 0.1591),
])  # fmt: skip
def test_training_rows(
    name: str, rows: int, groups: int, prevalence: float, tmp_path: Path
) -> None:
    recipe, files = the_recipe(name, tmp_path)
    root = files[0].parents[2]
    table = load_training_table(recipe, root)
    assert table.inputs.shape == (rows, len(recipe.inputs))
    assert table.groups.max() + 1 == groups
    assert table.outcome.mean() == pytest.approx(prevalence, abs=1e-4)
    assert not table.tally.absent


def test_zero_cholesterol_is_missing_and_sites_are_named(tmp_path: Path) -> None:
    recipe, files = the_recipe("uci_heart", tmp_path)
    table = load_training_table(recipe, files[0].parents[2])
    swiss = np.array(table.sites) == "switzerland"
    cholesterol = table.inputs[:, table.names.index("cholesterol_total_last")]
    assert np.isnan(cholesterol[swiss]).all()
    assert not np.isnan(cholesterol[~swiss]).any()
    assert set(table.report_columns["sex"]) == {"male", "female"}
    assert set(table.report_columns["age_band"]) <= {"<40", "40 to <65", "65 to <80", "≥80"}


def test_diagnoses_fall_into_groups(tmp_path: Path) -> None:
    recipe, files = the_recipe("diabetes130", tmp_path)
    table = load_training_table(recipe, files[0].parents[2])
    codes = table.inputs[:, table.names.index("diagnosis")]
    shares = {level: float((codes == code).mean()) for level, code in
              {"circulatory": 1, "diabetes": 2, "injury": 3, "other": 0}.items()}  # fmt: skip
    # Strack et al. 2014, table 3: circulatory 30.6 %, diabetes 8.2 %, injury 6.9 %
    assert shares["circulatory"] == pytest.approx(0.30, abs=0.02)
    assert shares["diabetes"] == pytest.approx(0.085, abs=0.01)
    assert shares["injury"] == pytest.approx(0.068, abs=0.01)
    assert table.excluded == (("died or hospice", 1773),)


def test_units_without_enough_measurements_are_marked(tmp_path: Path) -> None:
    recipe, files = the_recipe("physionet2012", tmp_path)
    batch = next(iter_units(files[0], recipe, 400_000))
    assert set(np.unique(batch.status)) <= {0, 1}
    assert ((batch.minimum_found < 2) == (batch.status == 1)).all()
    ages = small_recipes.recipe_from(small_recipes.HEART, tmp_path)
    heart = next(iter_units(shared_data("clinical", "uci_heart", "processed.cleveland.data"), ages))
    age = heart.inputs[:, [f.name for f in ages.inputs].index("age_last")]
    assert ((heart.status == 2) == ((age < 30) | (age > 70))).all()
    assert (heart.status == 2).sum() == 7
