"""A model small enough to read: five inputs, twelve trees of four leaves, made-up data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cds.risk.store import CARD, MODEL, PREDICTOR, RECIPE, write_model

MODEL_TEXT = Path(__file__).with_name("small_model.txt")

RECIPE_TEXT = """\
name = "NAME"
version = "1.2.0"
[outcome]
en = "readmission within 30 days"
zh = "30天内再入院"
[purpose]
en = "testing"
[not_for]
en = "patients"
[source]
title = "made up"
licence = "none"
data = "stays.csv"
[table]
layout = "wide"
id = "stay"
label = "back"
positive = ["1"]
[[concept]]
name = "age"
column = "age"
[[concept]]
name = "sex"
column = "sex"
[[concept]]
name = "systolic_bp"
column = "sbp"
[[concept]]
name = "creatinine"
column = "crea"
unit = "umol/L"
[[concept]]
name = "hypertension"
column = "htn"
[time]
anchor = "moment"
[[feature]]
name = "age"
concept = "age"
[[feature]]
name = "sex"
concept = "sex"
levels = {male = 1, female = 0}
[[feature]]
name = "systolic_bp"
concept = "systolic_bp"
[[feature]]
name = "creatinine"
concept = "creatinine"
[[feature]]
name = "hypertension"
concept = "hypertension"
aggregate = "present"
[eligibility]
required = ["age", "sex"]
age = [18, 110]
[training]
rounds = 12
"""


def predictor(name: str, **changes: Any) -> dict[str, Any]:
    """The ``predictor.json`` of the small model."""
    return {
        "schema": "cds.predictor/1",
        "name": name,
        "version": "1.2.0",
        "outcome": {"en": "readmission within 30 days", "zh": "30天内再入院"},
        "purpose": {"en": "testing", "zh": "测试"},
        "not_for": {"en": "patients", "zh": "患者"},
        "source": {"title": "made up", "licence": "none"},
        "anchor": "moment",
        "features": [
            {"name": "age", "concept": "age", "kind": "demographic"},
            {
                "name": "sex",
                "concept": "sex",
                "kind": "demographic",
                "levels": {"male": 1.0, "female": 0.0},
            },
            {"name": "systolic_bp", "concept": "systolic_bp"},
            {"name": "creatinine", "concept": "creatinine"},
            {
                "name": "hypertension",
                "concept": "hypertension",
                "aggregate": "present",
                "kind": "condition",
            },
        ],
        "inputs": ["age", "sex", "systolic_bp", "creatinine", "hypertension"],
        "eligibility": {
            "required": ["age", "sex"],
            "minimum_count": 0,
            "minimum_of": [],
            "setting": [],
            "age": [18, 110],
            "exclude": None,
            "exclude_reason": {},
        },
        "calibrator": {"kind": "platt", "slope": 1.02, "intercept": -0.05},
        "prior_shift": 0.0,
        "interval": {"score": [-4.0, 0.0, 3.0], "lo": [-4.6, -0.3, 2.5], "hi": [-3.4, 0.3, 3.6]},
        "conformal": None,
        "bands": [["low", 0.1], ["moderate", 0.3], ["high", 1.0]],
        "reference": {
            "systolic_bp": {"quantiles": [101, 118, 130, 142, 160]},
            "creatinine": {"quantiles": [0.56, 0.79, 1.0, 1.27, 1.78]},
            "hypertension": {"levels": [0.0, 1.0]},
        },
        "trained_on": {"rows": 4000, "device": "cpu", "lightgbm": "4.7.0"},
        **changes,
    }


def write_small_model(folder: Path, **changes: Any) -> Path:
    """Write the small model to ``folder``, named after it."""
    import json

    write_model(
        folder,
        {
            MODEL: MODEL_TEXT.read_text(encoding="utf-8"),
            PREDICTOR: json.dumps(predictor(folder.name, **changes)),
            CARD: "# A small model\n\nOnly for tests.\n",
            RECIPE: RECIPE_TEXT.replace("NAME", folder.name),
        },
    )
    return folder
