"""Input that once gave a plausible risk without a word; each case is a story of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
NOW = "2026-11-23T10:00:00+00:00"
PERSON = {"age": 63, "sex": "male", "bmi": 31}


def cds(*words: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    import os

    environment = {**os.environ, **({"CDS_HOME": str(home)} if home else {})}
    return subprocess.run(
        [sys.executable, "-m", "cds", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def answer(tmp_path: Path, record: dict[str, Any], model: str, now: str = NOW) -> dict[str, Any]:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    done = cds("predict", file, "--model", model, "--json", "--now", now)
    patient: dict[str, Any] = json.loads(done.stdout)["patients"][0]
    return {**patient["predictions"][0], "warnings": patient["record"]["warnings"]}


@pytest.mark.parametrize(
    "known",
    [
        {"conditions": ["diabetes"]},
        {"conditions": ["Type 2 diabetes mellitus"]},
        {"conditions": ["T2DM"]},
        {"conditions": ["2型糖尿病"]},
        {"conditions": ["E11.9"]},
        {"medications": ["metformin 500 mg"]},
        {"hba1c": 9.5},
        {"fasting_glucose": {"value": 11.2, "unit": "mmol/L"}},
    ],
)
def test_the_diabetes_model_does_not_speak_about_known_diabetes(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    assert answer(tmp_path, {**PERSON, **known}, "diabetes")["status"] == "refused"


def test_a_diagnosis_that_is_not_understood_is_not_the_absence_of_others(tmp_path: Path) -> None:
    unknown = answer(tmp_path, {**PERSON, "conditions": ["Morbus Examplus"]}, "diabetes")
    unsaid = answer(tmp_path, PERSON, "diabetes")
    none = answer(tmp_path, {**PERSON, "conditions": []}, "diabetes")
    assert unknown["risk"] == unsaid["risk"] > none["risk"]
    assert any("Morbus Examplus" in json.dumps(warning) for warning in unknown["warnings"])


def test_words_for_a_diagnosis_raise_the_risk_as_its_name_does(tmp_path: Path) -> None:
    words = answer(tmp_path, {**PERSON, "conditions": ["Essential hypertension"]}, "diabetes")
    name = answer(tmp_path, {**PERSON, "conditions": ["hypertension"]}, "diabetes")
    assert words["risk"] == name["risk"]


def test_icu_mortality_waits_for_its_48_hours() -> None:
    early = cds(
        "predict", ROOT / "sample_data" / "icu_patient.json", "--json",
        "--model", "icu-mortality", "--now", "2026-03-02T10:00:00Z",
    )  # fmt: skip
    (prediction,) = json.loads(early.stdout)["patients"][0]["predictions"]
    assert prediction["status"] == "insufficient"
    assert "too early" in prediction["reason"]
    assert early.returncode == 3


def test_an_hourly_model_says_how_old_its_hour_is() -> None:
    late = cds(
        "predict", ROOT / "sample_data" / "icu_patient.json", "--json",
        "--model", "sepsis-6h", "--now", "2030-01-01T00:00:00Z",
    )  # fmt: skip
    warnings = json.loads(late.stdout)["patients"][0]["record"]["warnings"]
    assert any("not about now" in warning["message"] for warning in warnings)


def test_a_resent_result_counts_once(tmp_path: Path) -> None:
    record = json.loads((ROOT / "sample_data" / "icu_patient.json").read_text(encoding="utf-8"))
    twice = {
        name: value * 2 if isinstance(value, list) and isinstance(value[0], dict) else value
        for name, value in record.items()
    }
    assert twice != record
    once = answer(tmp_path, record, "icu-mortality")
    again = answer(tmp_path, twice, "icu-mortality")
    assert again["risk"] == once["risk"]
    assert any("copies" in warning["message"] for warning in again["warnings"])


def test_old_values_are_dated(tmp_path: Path) -> None:
    old = {**PERSON, "systolic_bp": [{"value": 210, "time": "1980-01-01"}]}
    warnings = answer(tmp_path, old, "mortality-10y")["warnings"]
    assert any("1980-01-01" in warning["message"] for warning in warnings)


def test_a_recipe_changed_after_training_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "heart-disease"
    shutil.copytree(ROOT / "models" / "heart-disease", folder)
    recipe = folder / "recipe.toml"
    recipe.write_text(
        recipe.read_text(encoding="utf-8").replace('"chol"', '"ca"'), encoding="utf-8"
    )
    table = tmp_path / "clinic.data"
    table.write_text("63,1,4,145,233,1,2,150,0,2.3,3,?,6,?\n")
    done = cds("predict", table, "--model", "heart-disease", home=tmp_path)
    assert done.returncode != 0 and done.stdout == ""
    assert "has been changed" in done.stderr


def test_a_table_without_header_may_lack_its_outcome_or_have_gained_names(tmp_path: Path) -> None:
    full, short, named = (tmp_path / f"{name}.data" for name in ("full", "short", "named"))
    row = "63,1,4,145,233,1,2,150,0,2.3,3,?,6"
    full.write_text(f"{row},1\n")
    short.write_text(f"{row}\n")
    named.write_text(
        "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal,num\n"
        + f"{row},1\n"
    )
    results = {
        cds("predict", table, "-m", "heart-disease").stdout for table in (full, short, named)
    }
    assert len(results) == 1 and results.pop().count("\n") == 2


def test_a_patients_record_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(PERSON))
    done = cds("predict", file, "-o", file)
    assert done.returncode == 2
    assert json.loads(file.read_text()) == PERSON
