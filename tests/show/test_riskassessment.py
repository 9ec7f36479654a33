"""The FHIR form, validated by a library that shares no code with ours."""

from __future__ import annotations

import copy
from typing import Any

import predict_results as results
import pytest
from fhir.resources.R4B.bundle import Bundle

from cds.show.predict.facts import ModelFacts
from cds.show.predict.riskassessment import bundle

FACTS = {
    "icu-mortality": ModelFacts(
        not_for="deciding to withdraw treatment",
        normal=results.FACTS["icu-mortality"].normal,
        horizon=(30, "d"),
    )
}


def made(language: str = "en", **changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(results.document(language))
    document["patients"][0].update(changes)
    return bundle(document, [FACTS], language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_validates(language: str) -> None:
    validated = Bundle.model_validate(made(language))
    assert [entry.resource.get_resource_type() for entry in validated.entry] == ["RiskAssessment"]


def test_an_empty_collection_validates() -> None:
    empty = made(predictions=[])
    Bundle.model_validate(empty)
    assert "entry" not in empty  # FHIR forbids empty arrays


def test_the_content() -> None:
    (entry,) = made(id="patient-7")["entry"]
    resource = entry["resource"]
    assert entry["fullUrl"] == f"urn:uuid:{resource['id']}"
    assert resource["status"] == "final"
    assert resource["subject"] == {"reference": "Patient/patient-7"}
    assert resource["occurrenceDateTime"] == "2026-05-11T09:30:00+08:00"
    assert resource["method"]["text"] == "icu-mortality 1.0.0 (cds 0.1.0)"
    (prediction,) = resource["prediction"]
    assert prediction["outcome"]["text"] == "death in hospital"
    assert prediction["probabilityDecimal"] == 0.231
    assert prediction["qualitativeRisk"]["coding"][0]["code"] == "high"
    assert prediction["whenPeriod"] == {
        "start": "2026-05-11T09:30:00+08:00",
        "end": "2026-06-10T09:30:00+08:00",
    }
    assert prediction["rationale"].startswith("raises: Glasgow coma score, lowest in 48 h 9; ")
    notes = " ".join(note["text"] for note in resource["note"])
    for words in ("14 % to 35 %", "Lactate", "withdraw treatment", "98.6 Cel", "does not replace"):
        assert words in notes


def test_an_id_that_cannot_be_a_reference_is_an_identifier() -> None:
    (entry,) = made(id="病人 7")["entry"]
    assert entry["resource"]["subject"] == {
        "type": "Patient",
        "identifier": {"value": "病人 7"},
    }


def test_the_same_result_has_the_same_bytes() -> None:
    assert made() == made()
    assert made(id="a")["entry"][0]["fullUrl"] != made(id="b")["entry"][0]["fullUrl"]


def test_a_hospitals_own_band_has_no_code() -> None:
    document = copy.deepcopy(results.document())
    document["patients"][0]["predictions"][0]["band"] = "amber"
    made_bundle = bundle(document, [{}], language="en")
    prediction = made_bundle["entry"][0]["resource"]["prediction"][0]
    assert prediction["qualitativeRisk"] == {"text": "amber"}
    assert "whenPeriod" not in prediction
    Bundle.model_validate(made_bundle)
