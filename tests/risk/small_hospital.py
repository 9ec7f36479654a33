"""A small invented hospital: a recipe, its table, and rows ready to train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from cds.risk.train import TrainingRows

RECIPE = """
name = "small-hospital"
version = "1.2.0"

[outcome]
en = "death in hospital"
zh = "院内死亡"
[purpose]
en = "Show how training works."
zh = "演示训练流程。"
[not_for]
en = "Any patient."
zh = "任何患者。"

[source]
title = "An invented hospital"
licence = "CC0"
citation = "Nobody 2026"
data = "stays.csv"

[table]
layout = "wide"
id = "stay"
group = "patient"
label = "died"
positive = ["1"]
exclude = [{ column = "ward", values = ["x"], why = "test ward" }]
drop = [{ column = "days_dead", why = "tells the outcome" }]

[[concept]]
name = "age"
column = "age"
unit = "a"
[[concept]]
name = "creatinine"
column = "creatinine"
unit = "mg/dL"
[[concept]]
name = "heart_rate"
column = "pulse"
unit = "/min"
[[concept]]
name = "sex"
column = "sex"
map = { m = "male", f = "female" }

[time]
anchor = "moment"

[[feature]]
name = "age"
concept = "age"
[[feature]]
name = "creatinine"
concept = "creatinine"
[[feature]]
name = "heart_rate"
concept = "heart_rate"
[[feature]]
name = "sex"
concept = "sex"
levels = { female = 0, male = 1 }
categorical = true

[eligibility]
required = ["age"]
age = [18, 110]

[training]
rounds = 40
boosters = 2
folds = 3
repeats = 2
params = { learning_rate = 0.1, num_leaves = 4, bagging_fraction = 0.8, bagging_freq = 1 }
monotone = { age = 1 }
mask = [{ features = ["creatinine"], share = 0.5, weight = 0.5 }]

[report]
subgroups = ["sex"]
leave_one_out = "ward"
masked = [{ name = "without a laboratory", features = ["creatinine"] }]
bands = [["low", 0.1], ["high", 1.0]]

[card]
limits = "It is invented."
"""

NAMES = ("age", "creatinine", "heart_rate", "sex")


def rows(patients: int = 400, *, stays: int = 2, seed: int = 0) -> TrainingRows:
    """Stays of patients whose risk rises with age and creatinine; 20 % lack the latter."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(patients), stays)
    age = np.repeat(random.uniform(20, 95, patients), stays).round()
    creatinine = random.lognormal(0.2, 0.5, len(groups)).round(2)
    pulse = random.normal(85, 15, len(groups)).round()
    sex = np.repeat(random.integers(0, 2, patients), stays).astype(float)
    log_odds = -2.2 + 0.05 * (age - 60) + 1.2 * np.log(creatinine)
    outcome = (random.random(len(groups)) < 1 / (1 + np.exp(-log_odds))).astype(float)
    creatinine[random.random(len(groups)) < 0.2] = np.nan
    return TrainingRows(
        inputs=np.column_stack([age, creatinine, pulse, sex]),
        outcome=outcome,
        groups=groups.astype(np.int64),
        report_columns={"sex": ["male" if one else "female" for one in sex]},
        sites=[("north", "south")[number % 2] for number in groups],
    )


def write_hospital(folder: Path, patients: int = 250) -> Path:
    """Write the recipe and its table into a folder; the recipe's path."""
    made = rows(patients)
    age, creatinine, pulse, sex = made.inputs.T
    pl.DataFrame(
        {
            "stay": np.arange(len(age)),
            "patient": made.groups,
            "ward": ["x" if n < 3 else site for n, site in enumerate(made.sites or ())],
            "age": age,
            "creatinine": pl.Series(creatinine).fill_nan(None),
            "pulse": np.where(np.arange(len(age)) == 5, 9000.0, pulse),
            "sex": ["m" if one else "f" for one in sex],
            "died": made.outcome.astype(int),
        }
    ).write_csv(folder / "stays.csv")
    path = folder / "recipe.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path
