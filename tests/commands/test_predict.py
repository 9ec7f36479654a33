"""``cds predict`` as its users run it: real commands on the sample data and on public data."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import shared_data

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "sample_data"
NOW = "2026-11-23T10:00:00+00:00"
HEAVY = {
    "numpy", "pandas", "polars", "sklearn", "scipy", "lightgbm", "shap", "ortools", "onnxruntime",
    "numba", "rich",
}  # fmt: skip


def cds(*words: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cds", *map(str, words)],
        input=stdin,
        capture_output=True,
        check=False,
    )


def predicted(*words: str | Path) -> dict[str, Any]:
    done = cds("predict", *words, "--json", "--now", NOW)
    assert done.returncode in (0, 3), done.stderr.decode()
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def spoken(document: dict[str, Any]) -> dict[str, Any]:
    (patient,) = document["patients"]
    return {p["model"]: p for p in patient["predictions"] if p["status"] == "ok"}


@pytest.mark.parametrize(
    ("file", "models"),
    [
        ("patient.json", {"heart-disease", "diabetes", "mortality-10y"}),
        ("icu_patient.json", {"icu-mortality", "sepsis-6h", "diabetes"}),
        ("patient_fhir.json", {"diabetes", "mortality-10y"}),
    ],
)
def test_the_models_that_apply_speak(file: str, models: set[str]) -> None:
    assert set(spoken(predicted(SAMPLES / file))) == models


@pytest.mark.parametrize("file", ["patient.json", "icu_patient.json", "patient_fhir.json"])
def test_contributions_add_up_and_risks_follow_from_them(file: str) -> None:
    for prediction in spoken(predicted(SAMPLES / file)).values():
        total = prediction["base_value"] + sum(
            one["contribution"] for one in prediction["contributions"]
        )
        assert total == pytest.approx(prediction["raw_score"], abs=1e-9)
        low, high = prediction["interval"]
        assert 0 < low <= prediction["risk"] <= high < 1
        calibrator = prediction["calibrator"]
        if calibrator["kind"] in ("none", "platt"):
            log_odds = (
                calibrator.get("slope", 1.0) * prediction["raw_score"]
                + calibrator.get("intercept", 0.0)
                + calibrator["prior_shift"]
            )
            assert prediction["risk"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-12)


def test_missing_inputs_have_a_range_that_holds_the_risk() -> None:
    for prediction in spoken(predicted(SAMPLES / "patient.json")).values():
        unknown = {one["feature"] for one in prediction["contributions"] if one["value"] is None}
        assert unknown == {one["feature"] for one in prediction["missing"]}
        for one in prediction["missing"]:
            low, high = one["risk_range"]
            assert low <= prediction["risk"] <= high


def test_a_cold_prediction_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom cds.cli.app import main\n"
        f"main(['predict', {str(SAMPLES / 'patient.json')!r}, '--json'])\n"
        "sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert not HEAVY & set(done.stderr.split())


def test_the_same_input_and_now_give_the_same_bytes() -> None:
    words = ("predict", SAMPLES / "icu_patient.json", "--json", "--now", NOW)
    assert cds(*words).stdout == cds(*words).stdout


def test_ndjson_is_answered_line_by_line_and_a_bad_line_in_its_place() -> None:
    lines = (SAMPLES / "patients.ndjson").read_bytes().splitlines()
    done = cds("predict", "-", "--json", "--now", NOW, stdin=b"\n".join([lines[0], b"{", lines[1]]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 3
    assert done.returncode == 2
    assert b"line" in done.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"[1, 2]", "list"),
        (b'{"age": NaN}', "NaN"),
        (b'{"age": 640, "sex": "male"}', "640"),
        (b'{"age": 63, "age": 64}', "age"),
        (b"not json", "JSON"),
        (b'{"a":' * 5000, "deep"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    file = tmp_path / "patient.json"
    file.write_bytes(content)
    done = cds("predict", file, "--json")
    message = done.stderr.decode()
    assert done.returncode == 2
    assert "Traceback" not in message
    assert str(file) in message
    assert expected.lower() in message.lower()


def test_a_wrong_unit_is_a_warning_and_not_a_number(tmp_path: Path) -> None:
    record = {"age": 63, "sex": "male", "systolic_bp": {"value": 145, "unit": "parsec"}}
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(record))
    document = predicted(file)
    warnings = document["patients"][0]["record"]["warnings"]
    assert any("parsec" in json.dumps(warning) for warning in warnings)
    pressure = [
        one
        for one in spoken(document)["mortality-10y"]["contributions"]
        if one["feature"] == "systolic_bp"
    ]
    assert pressure[0]["value"] is None


def test_a_table_and_a_record_give_the_same_risk(tmp_path: Path) -> None:
    table = tmp_path / "clinic.data"
    table.write_text("63,1,4,145,233,1,2,150,0,2.3,3,?,6,?\n41,0,2,130,?,0,0,172,0,1.4,1,0,3,0\n")
    done = cds("predict", table, "--model", "heart-disease")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert [row["status"] for row in rows] == ["ok", "ok"]
    file = tmp_path / "patient.json"
    file.write_text(
        json.dumps(
            {
                "age": 63,
                "sex": "male",
                "chest_pain_type": "asymptomatic",
                "systolic_bp": 145,
                "cholesterol_total": 233,
                "fasting_glucose_above_120": True,
                "resting_ecg": "left_ventricular_hypertrophy",
                "max_heart_rate": 150,
                "exercise_angina": False,
                "st_depression": 2.3,
                "st_slope": "downsloping",
                "thallium_scan": "fixed_defect",
            }  # fmt: skip
        )
    )
    risk = spoken(predicted(file, "--model", "heart-disease"))["heart-disease"]["risk"]
    assert float(rows[0]["risk"]) == pytest.approx(risk, abs=1e-12)


def test_contributions_of_a_table_add_up_to_the_raw_score(tmp_path: Path) -> None:
    table, out = tmp_path / "clinic.data", tmp_path / "out.csv"
    table.write_text("63,1,4,145,233,1,2,150,0,2.3,3,?,6,?\n" * 3)
    done = cds("predict", table, "--model", "heart-disease", "--contributions", "-o", out)
    assert done.returncode == 0, done.stderr.decode()
    (row, *_) = csv.DictReader(io.StringIO(out.read_text()))
    total = sum(float(v) for k, v in row.items() if k.startswith(("contribution:", "base_value")))
    assert 1 / (1 + math.exp(-total)) == pytest.approx(float(row["risk"]), abs=1e-9)


PUBLIC_TABLES = [
    ("heart-disease", ("clinical", "uci_heart", "processed.hungarian.data"), 294),
    ("diabetes", ("clinical", "brfss2015_5050", "brfss2015_5050.parquet"), 70_692),
    ("hospital-mortality", ("clinical", "support2", "support2.dev.csv.gz"), 6_829),
    ("mortality-10y", ("clinical", "nhanes1", "nhanes1.dev.csv"), 7_449),
    ("icu-mortality", ("clinical", "physionet2012", "set-a.parquet"), 4_000),
    ("readmission-30d", ("clinical", "diabetes130", "diabetic_data.dev.parquet"), 76_389),
    ("sepsis-6h", ("clinical", "physionet2019", "setB_first9271.dev.parquet"), 264_829),
]


@pytest.mark.parametrize(("model", "place", "rows"), PUBLIC_TABLES)
def test_the_public_sets_own_files_are_scored_row_by_row(
    model: str, place: tuple[str, ...], rows: int, tmp_path: Path
) -> None:
    import polars as pl

    out = tmp_path / "risks.parquet"
    done = cds("predict", shared_data(*place), "--model", model, "-o", out)
    assert done.returncode == 0, done.stderr.decode()
    result = pl.read_parquet(out)
    assert result.height == rows
    assert result.filter(pl.col("status") == "ok").height > 0.97 * rows
    assert result.filter(
        (pl.col("risk") < pl.col("lo")) | (pl.col("risk") > pl.col("hi"))
    ).is_empty()


def test_every_adult_synthea_patient_gets_a_risk() -> None:
    folder = shared_data("fhir", "synthea-r4")
    done = cds("predict", folder, "--json", "--now", "2021-06-01T00:00:00+00:00")
    document = json.loads(done.stdout)
    assert len(document["patients"]) == 19
    silent = []
    for patient in document["patients"]:
        ages = [
            one["value"]
            for prediction in patient["predictions"]
            for one in prediction["contributions"]
            if one["feature"] == "age"
        ]
        if not any(prediction["status"] == "ok" for prediction in patient["predictions"]):
            silent.append((patient["id"], ages))
    # those left are children
    assert all(not ages for _, ages in silent), silent
