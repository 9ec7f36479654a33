"""``cds predict`` end to end on a small model: outputs, files, exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hospital import MODEL, NOW, Cds, patient
from small_model import write_small_model

import cds as package


@pytest.fixture
def bed(tmp_path: Path) -> Path:
    path = Path("bed.json")
    path.write_text(json.dumps(patient(), ensure_ascii=False))
    return path


def ndjson(*documents: Any) -> str:
    return "".join(
        (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in documents
    )


def test_a_person_reads_a_page(cds: Cds, bed: Path) -> None:
    run = cds("predict", bed, "--now", NOW)
    assert run.code == 0 and run.err == ""
    assert run.out.startswith("Patient bed-7\nbed.json: 5 items used, 0 not needed")
    for words in ("Readmission within 30 days", "152 mmHg H", "Creatinine", "small-30d 1.2.0"):
        assert words in run.out


def test_the_page_in_chinese(cds: Cds, bed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = cds("predict", bed, "--lang", "zh").out
    assert page.startswith("患者 bed-7") and "30天内再入院" in page
    monkeypatch.setenv("CDS_LANG", "zh")
    assert cds("predict", bed).out == page


def test_json_adds_up_and_repeats_to_the_byte(cds: Cds, bed: Path) -> None:
    run = cds("predict", bed, "--json", "--now", NOW)
    assert run.code == 0
    document = json.loads(run.out)
    assert document["schema"] == "cds.predict/1"
    assert document["generated_at"] == NOW
    (entry,) = document["patients"][0]["predictions"]
    total = entry["base_value"] + sum(one["contribution"] for one in entry["contributions"])
    assert total == pytest.approx(entry["raw_score"], abs=1e-9)
    assert [one["feature"] for one in entry["contributions"]] == [
        "age", "sex", "systolic_bp", "creatinine", "hypertension",
    ]  # fmt: skip
    assert entry["interval"][0] <= entry["risk"] <= entry["interval"][1]
    assert cds("predict", bed, "--json", "--now", NOW).out == run.out


def test_json_of_several_patients_is_one_document(cds: Cds, bed: Path) -> None:
    Path("b.json").write_text(json.dumps(patient(id="b")))
    document = json.loads(cds("predict", bed, "b.json", "--json").out)
    assert [one["id"] for one in document["patients"]] == ["bed-7", "b"]


def test_keys_do_not_change_with_the_language(cds: Cds, bed: Path) -> None:
    def keys(value: object) -> object:
        if isinstance(value, dict):
            return {key: keys(member) for key, member in value.items() if key != "used"}
        return [keys(member) for member in value] if isinstance(value, list) else None

    english, chinese = (
        json.loads(cds("predict", bed, "--json", "--lang", tongue).out) for tongue in ("en", "zh")
    )
    assert keys(english) == keys(chinese)


def test_a_stream_is_answered_line_by_line_and_bad_lines_in_their_place(cds: Cds) -> None:
    Path("ward.ndjson").write_text(ndjson(patient(id="a"), "{oops", patient(id="c")))
    run = cds("predict", "ward.ndjson", "--json")
    assert run.code == 2
    lines = [json.loads(line) for line in run.out.splitlines()]
    assert [[one["id"] for one in line["patients"]] for line in lines] == [["a"], [], ["c"]]
    assert lines[1]["errors"][0]["source"] == "ward.ndjson:2"
    assert run.err.startswith("cds: error: ward.ndjson:2: ") and run.err.count("\n") == 1


def test_each_line_is_answered_before_the_next_is_sent() -> None:
    root = Path(package.__file__).parent.parent
    child = subprocess.Popen(
        [sys.executable, "-m", "cds", "predict", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert child.stdin is not None and child.stdout is not None
    with child:
        for name in ("first", "second"):
            child.stdin.write(ndjson(patient(id=name)).encode())
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["patients"][0]["id"] == name
        child.stdin.close()
        assert child.stdout.read() == b""
    assert child.returncode == 0


def test_standard_input_may_be_one_document(cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(patient(id="piped"), indent=2).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert cds("predict", "-").out.startswith("Patient piped\nstdin: ")


@pytest.mark.parametrize("name", ["out.json", "out.ndjson", "out.html", "out.fhir.json"])
def test_the_format_follows_the_ending(cds: Cds, bed: Path, name: str) -> None:
    run = cds("predict", bed, "-o", name, "--now", NOW)
    assert (run.code, run.out, run.err) == (0, "", "")
    content = Path(name).read_text(encoding="utf-8")
    if name == "out.html":
        assert content.startswith("<!DOCTYPE html>") and "bed-7" in content
    elif name == "out.fhir.json":
        bundle = Bundle.model_validate_json(content)
        (assessment,) = (entry.resource for entry in bundle.entry)
        period = assessment.prediction[0].whenPeriod
        assert (period.end - period.start).days == 30  # from the model's name
        assert "152 mmHg" in assessment.prediction[0].rationale
    else:
        assert json.loads(content)["patients"][0]["id"] == "bed-7"
    assert sorted(path.name for path in Path().iterdir()) == sorted(["bed.json", name])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bed.json", "-o", "out.docx"], "expected .json, .ndjson, .html or .fhir.json"),
        (["bed.json", "-o", "absent/out.json"], "cannot be written"),
        (["bed.json", "--model", "smal-30d"], "did you mean 'small-30d'"),
        (["bed.json", "--lang", "fr"], "expected one of en, zh"),
        (["bed.json", "--now", "tomorrow"], "expected a time"),
        (["bed.json", "--contributions"], "for tables"),
        (["gone.json"], "gone.json"),
        (["ward.csv"], "exactly one --model"),
        (["ward.csv", "--model", MODEL], "no such file"),
        (["ward.csv", "bed.json", "--model", MODEL], "scored alone"),
    ],
)
def test_what_the_user_can_mend(cds: Cds, bed: Path, words: list[str], message: str) -> None:
    run = cds("predict", *words)
    assert run.code == 2
    assert message in run.err and run.err.count("\n") == 1
    assert "Traceback" not in run.err and "bug" not in run.err


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty"), ("[1]", "list"), ("{", "not JSON"), ('{"age": 1, "age": 2}', "age")],
)
def test_bad_records_are_one_message_each(cds: Cds, content: str, message: str) -> None:
    Path("bad.json").write_text(content)
    run = cds("predict", "bad.json", "--json")
    assert run.code == 2
    assert message in run.err and run.err.count("\n") == 1
    assert json.loads(run.out)["patients"] == []


def test_one_bad_file_does_not_cost_the_others(cds: Cds, bed: Path) -> None:
    Path("bad.json").write_text("{")
    run = cds("predict", "bad.json", bed, "--json")
    assert run.code == 2
    document = json.loads(run.out)
    assert [one["id"] for one in document["patients"]] == ["bed-7"]
    assert [one["source"] for one in document["errors"]] == ["bad.json"]


def test_an_old_report_is_not_replaced_by_nothing(cds: Cds) -> None:
    Path("out.html").write_text("old")
    assert cds("predict", "gone.json", "-o", "out.html").code == 2
    assert Path("out.html").read_text() == "old"


def test_a_patient_about_whom_nothing_can_be_said_needs_a_person(cds: Cds) -> None:
    Path("child.json").write_text(json.dumps(patient(age=9)))
    run = cds("predict", "child.json")
    assert run.code == 3
    assert "No model could give a risk" in run.out
    assert "refused: made for ages 18 to 110" in run.out


def test_a_model_asked_for_by_name_must_speak(cds: Cds, bed: Path, hospital: Path) -> None:
    folder = hospital / "models" / "icu"
    eligible = {"required": ["lactate"], "minimum_count": 0, "minimum_of": [], "setting": []}
    write_small_model(
        folder, eligibility={**eligible, "age": None, "exclude": None, "exclude_reason": {}}
    )
    assert cds("predict", bed).code == 0  # the other one speaks
    assert cds("predict", bed, "-m", MODEL, "-m", "icu").code == 3
    assert cds("predict", bed, "-m", MODEL).code == 0


@pytest.mark.parametrize("part", ["predictor.json", "model.txt"])
def test_an_altered_model_is_never_used(cds: Cds, bed: Path, hospital: Path, part: str) -> None:
    write_small_model(hospital / "models" / "sound")
    altered = hospital / "models" / MODEL / part
    altered.write_text(altered.read_text().replace("0.05", "0.06") + "\n")
    run = cds("predict", bed, "--json")
    assert run.code == 3
    sound, refused = json.loads(run.out)["patients"][0]["predictions"]
    assert (sound["model"], sound["status"]) == ("sound", "ok")
    assert (refused["model"], refused["status"], refused["risk"]) == (MODEL, "refused", None)
    assert "has been changed" in refused["reason"]
    assert f"model {MODEL} is not used" in run.err and run.err.count("\n") == 1
    alone = cds("predict", bed, "--model", MODEL)
    assert alone.code == 3 and "is not used" in alone.err


def test_a_model_may_be_named_by_its_folder(cds: Cds, bed: Path, tmp_path: Path) -> None:
    folder = write_small_model(tmp_path / "new-model")
    document = json.loads(cds("predict", bed, "--json", "-m", folder).out)
    assert document["patients"][0]["predictions"][0]["model"] == "new-model"


def test_a_hospital_without_models_is_told_so(cds: Cds, bed: Path, hospital: Path) -> None:
    import shutil

    shutil.rmtree(hospital / "models")
    run = cds("predict", bed)
    assert run.code == 2 and "cds doctor" in run.err


def test_chinese_survives_a_terminal_that_cannot_show_it() -> None:
    Path("p.json").write_text(json.dumps(patient(id="陈美玲")), encoding="utf-8")
    root = Path(package.__file__).parent.parent
    surroundings = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "ascii"}

    def run(*words: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "cds", "predict", "p.json", *words],
            capture_output=True,
            env=surroundings,
            check=True,
        ).stdout

    assert b"\\u9648\\u7f8e\\u73b2" in run()
    assert "陈美玲".encode() in run("--json")  # JSON is UTF-8 whatever the terminal
