"""Recipes: what is accepted, and how each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.errors import InputError
from cds.risk.eligibility import Eligibility, eligibility_from_json, judge
from cds.risk.recipe import Recipe, parse_recipe

GOOD = """
name = "icu-mortality"
version = "1.0.0"
outcome = {en = "death in hospital", zh = "院内死亡"}
purpose = {en = "p"}
not_for = {en = "n"}
source = {title = "t", licence = "CC0", data = "t.parquet"}
[table]
layout = "long"
id = "id"
time = "minute"
time_unit = "min"
parameter = "parameter"
value = "value"
label = "dead"
positive = [1]
[[concept]]
name = "creatinine"
column = "Crea"
unit = "umol/L"
[[concept]]
name = "sex"
column = "Gender"
map = {"1" = "male", "0" = "female"}
[[local_concept]]
name = "ward_mood"
kind = "categorical"
en = "mood"
levels = ["good", "bad"]
[time]
anchor = "start"
[[feature]]
name = "creatinine_max"
concept = "creatinine"
aggregate = "max"
window = [0, 48]
unit = "umol/L"
[[feature]]
name = "is_male"
concept = "sex"
levels = {male = 1, female = 0}
[[feature]]
name = "mood"
concept = "ward_mood"
categorical = true
[[feature]]
name = "ratio"
expression = "creatinine_max / heart_rate_mean_24_48h"
[[feature_set]]
concepts = ["heart_rate"]
aggregates = ["mean", "time_since_last"]
windows = [[0, 24], [24, 48]]
hidden = true
[eligibility]
required = ["age", "creatinine_max"]
minimum = {count = 1, of = ["heart_rate", "creatinine"]}
setting = ["icu"]
age = [16, 120]
exclude = {expression = "is_male == 2", en = "never", zh = "从不"}
[training]
params = {num_leaves = 8}
monotone = {creatinine_max = 1}
mask = [{features = ["mood"], share = 0.3}]
calibrators = ["none", "platt"]
prevalence = 0.1
[report]
subgroups = ["sex", "age_band", {name = "old", of = "age", edges = [75]}]
bands = [["low", 0.1], ["high", 1.0]]
"""


def parse(text: str, folder: Path) -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return parse_recipe(path)


def test_a_full_recipe(tmp_path: Path) -> None:
    recipe = parse(GOOD, tmp_path)
    assert [f.name for f in recipe.features] == [
        "creatinine_max", "is_male", "mood", "ratio",
        "heart_rate_mean_24h", "heart_rate_time_since_last_24h",
        "heart_rate_mean_24_48h", "heart_rate_time_since_last_24_48h",
    ]  # fmt: skip
    assert [f.name for f in recipe.inputs] == ["creatinine_max", "is_male", "mood", "ratio"]
    assert recipe.features[0].scale == pytest.approx(88.4, abs=0.1)
    assert recipe.features[2].levels == {"good": 0.0, "bad": 1.0}
    assert recipe.table.positive == ("1",)
    assert recipe.concept("ward_mood").label("zh") == "mood"
    assert recipe.eligibility.age == (16.0, 120.0)
    assert [s.name for s in recipe.report.subgroups] == ["sex", "age_band", "old"]
    assert recipe.purpose == {"en": "p", "zh": "p"}
    assert eligibility_from_json(recipe.eligibility.to_json()) == recipe.eligibility


@pytest.mark.parametrize(("found", "instead", "message"), [
    ('name = "icu-mortality"', 'name = "ICU Mortality"', "name: is 'ICU Mortality'; expected small letters"),
    ('version = "1.0.0"\n', "", "version: is missing; expected a text"),
    ('version = "1.0.0"', "version = 1.0", "version: is 1.0; expected a text"),
    ('layout = "long"', 'layout = "lang"', "layout: is 'lang'; expected wide | long | panel; did you mean 'long'"),
    ('time = "minute"\n', "", r"\[table\] time: is missing; expected a column's name"),
    ("positive = [1]\n", "", r"\[table\] positive: is missing"),
    ('time_unit = "min"', 'time_unti = "min"', "time_unti: is not a key of this table; did you mean 'time_unit'"),
    ('concept = "creatinine"', 'concept = "creatinin"', "is 'creatinin'; expected a concept of the vocabulary; did you mean 'creatinine'"),
    ('unit = "umol/L"\n[[concept]]', 'unit = "furlong"\n[[concept]]', "'furlong' does not fit creatinine; accepted: mg/dL"),
    ('"1" = "male"', '"1" = "man"', "map.1: is 'man'; expected a level of sex"),
    ('aggregate = "max"', 'aggregate = "maximum"', "aggregate: is 'maximum'; expected last"),
    ("window = [0, 48]", "window = 48", "is 48; expected \\[from, to\\] in hours"),
    ("window = [0, 48]", "window = [48, 0]", "is \\[48, 0\\]; expected"),
    ("{male = 1, female = 0}", "{male = 1, femal = 0}", "levels.femal: is no level of sex"),
    ("levels = {male = 1, female = 0}\n", "", "levels: are missing; expected a number for each level of sex"),
    ('"creatinine_max / h', '"creatinine_maxx / h', "uses 'creatinine_maxx'; expected features of the recipe; did you mean"),
    ('"creatinine_max / h', '"creatinine_max // h', "expression: .*not allowed"),
    ('"creatinine_max / h', '"ratio / h', "goes in a circle: ratio → ratio"),
    ('name = "mood"', 'name = "is_male"', "'is_male' is already the name of"),
    ('name = "mood"', 'name = "my mood"', "expected letters, digits and underscores"),
    ('required = ["age"', 'required = ["aeg"', "is 'aeg'; expected a concept"),
    ("count = 1", "count = 3", "is 3; expected at most 2"),
    ('setting = ["icu"]', 'setting = ["ICU"]', "setting: holds 'ICU'"),
    ("age = [16, 120]", "age = [16]", "expected 2 numbers"),
    ("monotone = {creatinine_max = 1}", "monotone = {age = 1}", "names 'age'; expected inputs of the model"),
    ("monotone = {creatinine_max = 1}", "monotone = {creatinine_max = 2}", "is 2; expected -1, 0 or 1"),
    ('"platt"', '"plat"', "holds 'plat'"),
    ("prevalence = 0.1", "prevalence = 10", "is 10; expected 0 ≤ number ≤ 1"),
    ('["high", 1.0]', '["high", 0.9]', "the last one 1"),
    ("[time]\n", "[[time]]\n", "expected a table, found"),
    ("[table]\n", '[table]\ndrop = [{column = "Crea", why = "leaks"}]\n', "'Crea' is also in drop: leaks"),
    ("[table]\n", "[table\n", "is not TOML"),
])  # fmt: skip
def test_mistakes_are_named(found: str, instead: str, message: str, tmp_path: Path) -> None:
    assert found in GOOD
    with pytest.raises(InputError, match=message) as caught:
        parse(GOOD.replace(found, instead, 1), tmp_path)
    assert "recipe.toml" in str(caught.value)


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('version = "1.0.0"', "").replace('aggregate = "max"', 'aggregate = "top"')
    with pytest.raises(InputError, match="1 more") as caught:
        parse(text, tmp_path)
    assert "version" in str(caught.value)
    assert "[[feature]] 1 (creatinine_max) aggregate" in str(caught.value)


def test_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        parse_recipe(tmp_path / "gone.toml")


@pytest.mark.parametrize(("values", "status", "detail"), [
    ({"age": 50.0, "?heart_rate": 1.0, "?in_setting": 1.0}, "ok", ()),
    ({"age": float("nan"), "?heart_rate": 1.0, "?in_setting": 1.0}, "insufficient", ("age",)),
    ({"age": 50.0, "?heart_rate": 0.0, "?in_setting": 1.0}, "insufficient", ()),
    ({"age": 50.0, "?heart_rate": 2.0, "?in_setting": float("nan")}, "insufficient", ()),
    ({"age": 50.0, "?heart_rate": 2.0, "?in_setting": 0.0}, "refused", ()),
    ({"age": 12.0, "?heart_rate": 2.0, "?in_setting": 1.0}, "refused", ()),
    ({"age": 50.0, "?heart_rate": 2.0, "?in_setting": 1.0, "?excluded": 1.0}, "refused", ()),
])  # fmt: skip
def test_who_the_model_is_for(
    values: dict[str, float], status: str, detail: tuple[str, ...]
) -> None:
    import numpy as np

    from cds.risk.tables.status import STATUSES, judge_columns

    conditions = Eligibility(("age",), 1, ("heart_rate",), ("icu",), (16.0, 120.0), "x == 1")
    values = {"?age_in_years": values["age"], "?excluded": float("nan"), **values}
    verdict = judge(conditions, values)
    assert (verdict.status, verdict.missing) == (status, detail)
    columns = {name: np.array([value]) for name, value in values.items()}
    codes, missing, found = judge_columns(conditions, columns, 1)
    assert STATUSES[codes[0]] == status
    assert (missing[0], found[0]) == (len(verdict.missing), verdict.found)
