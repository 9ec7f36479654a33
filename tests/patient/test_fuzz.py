"""Whatever comes in: a record that accounts for everything, or an InputError."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patient_cases import PATIENT, bundle, condition, observation

from benchmarks.fuzz_reader import SAMPLES, check, damaged, seeds
from cds.vocabulary import load_vocabulary
from tests.shared_data import shared_data

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12),
    st.sampled_from(["2019", "2019-05-01", "<5", "145 mmHg", "male", "Patient/p1", "mg/dL", "#"]),
)  # fmt: skip
KEYS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "resourceType",
            "entry",
            "resource",
            "contained",
            "id",
            "subject",
            "reference",
            "code",
            "coding",
            "system",
            "value",
            "unit",
            "valueQuantity",
            "component",
            "status",
            "effectiveDateTime",
            "class",
            "period",
            "start",
            "end",
            "time",
            "until",
            "conditions",
            "medications",
            "observations",
            "birthDate",
            "gender",
            "identifier",
        ]
    ),
    st.sampled_from(sorted(load_vocabulary().names)),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
RESOURCES = st.dictionaries(KEYS, TREES, max_size=6).flatmap(
    lambda fields: st.sampled_from(
        [
            "Patient",
            "Observation",
            "Condition",
            "MedicationRequest",
            "MedicationStatement",
            "MedicationDispense",
            "MedicationAdministration",
            "Encounter",
            "Medication",
            "Location",
            "Composition",
            "Bundle",
            "Procedure",
        ]
    ).map(lambda kind: {**fields, "resourceType": kind})
)
EXAMPLES = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def holds(document):
    _, flaw = check(json.dumps(document).encode())
    assert not flaw


@EXAMPLES
@given(TREES)
def test_any_json(document):
    holds(document)


@EXAMPLES
@given(st.dictionaries(st.sampled_from(sorted(load_vocabulary().names)), TREES, max_size=6))
def test_any_values_in_known_fields(document):
    holds(document)


@EXAMPLES
@given(st.lists(RESOURCES, max_size=5), st.booleans())
def test_any_resources_in_a_bundle(resources, with_patient):
    entries = [
        {"resource": resource} for resource in ([PATIENT] if with_patient else []) + resources
    ]
    holds({"resourceType": "Bundle", "type": "collection", "entry": entries})


@EXAMPLES
@given(
    st.sampled_from(sorted(observation()) + ["component", "dataAbsentReason", "valueString"]),
    TREES,
    st.sampled_from(sorted(condition("38341003")) + ["onsetDateTime", "abatementAge"]),
    TREES,
)
def test_one_wrong_element_in_a_good_bundle(first, one, second, other):
    holds(bundle({**observation(), first: one, "resourceType": "Observation"},
                 {**condition("38341003"), second: other, "resourceType": "Condition"}))  # fmt: skip


@EXAMPLES
@given(st.binary(max_size=60))
def test_any_bytes(data):
    _, flaw = check(data)
    assert not flaw


@pytest.mark.parametrize("place", ["samples", "real"])
def test_damaged_patients(place):
    folder = SAMPLES if place == "samples" else shared_data("fhir")
    pool = seeds(folder)
    assert pool
    read = 0
    for data in damaged(pool, 2000, seed=7):
        record, flaw = check(data)
        assert not flaw, data[:500]
        read += record is not None
    assert read > 800  # most damage leaves something to read
