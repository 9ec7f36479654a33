"""Real outputs against the JSON Schemas that we publish, which reject what they do not name."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hospital import MODEL, NOW, Cds, patient
from jsonschema import Draft202012Validator, ValidationError

import cds as package

SCHEMAS = Path(package.__file__).parent / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_every_schema_is_sound_and_named_after_its_file(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    stem = path.name.removesuffix(".schema.json")
    assert schema["$id"] == f"urn:cds:schema:cds.{stem.replace('-', '/')}"


def test_predictions_of_every_status(cds: Cds) -> None:
    lines = [patient(), patient(age=9), {"id": "x", "sex": "male"}, patient(temperature=98.6)]
    Path("w.ndjson").write_text("\n".join(map(json.dumps, lines)) + "\n{oops\n")
    check = validator("predict-1")
    for line in cds("predict", "w.ndjson", "--json", "--now", NOW).out.splitlines():
        check.validate(json.loads(line))
    Path("p.json").write_text(json.dumps(patient()))
    check.validate(json.loads(cds("predict", "p.json", "gone.json", "--json").out))


def test_the_hand_made_result_of_the_presentation_tests_is_in_the_format() -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "show"))
    import predict_results

    for language in ("en", "zh"):
        validator("predict-1").validate(predict_results.document(language))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["risk"], 1.2),
        (["risk"], None),
        (["interval"], [0.1]),
        (["status"], "fine"),
        (["contributions"], []),
        (["contributions", 0, "value"], [1]),
        (["surprise"], 1),
    ],
)
def test_the_schema_rejects(cds: Cds, path: list[Any], value: object) -> None:
    Path("p.json").write_text(json.dumps(patient()))
    document = json.loads(cds("predict", "p.json", "--json").out)
    target = copy.deepcopy(document)
    place: Any = target["patients"][0]["predictions"][0]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        validator("predict-1").validate(target)


def test_the_other_commands(cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    validator("models-1").validate(json.loads(cds("models", "list", "--json").out))
    validator("models-1").validate(json.loads(cds("models", "show", MODEL, "--json").out))
    validator("doctor-1").validate(json.loads(cds("doctor", "--quick", "--json").out))
    validator("init-1").validate(json.loads(cds("init", "ward", "--json").out))
    Path("t.csv").write_text("age,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20, 60)))
    run = cds("train", "t.csv", "--label", "y", "-o", "m", "--json")
    validator("train-1").validate(json.loads(run.out))
