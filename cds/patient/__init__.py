"""The patient: what is known about one person, read from flat JSON or FHIR R4."""

from __future__ import annotations

from cds.patient.options import ReadOptions
from cds.patient.read import ReadFailure, parse_patient, read_patient, read_patients
from cds.patient.record import Observation, PatientRecord, ReadAccount, ReadWarning

__all__ = [
    "Observation",
    "PatientRecord",
    "ReadAccount",
    "ReadFailure",
    "ReadOptions",
    "ReadWarning",
    "parse_patient",
    "read_patient",
    "read_patients",
]
