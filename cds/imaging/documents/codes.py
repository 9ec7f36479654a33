"""Coded concepts of reports: DICOM's own where it has one, else of the private scheme 99CDS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from highdicom.sr import CodedConcept

    from cds.imaging.contract.model import Contract, Label

SCHEME: Final = "99CDS"
_MEANING: Final = 64  # characters of a code's meaning (LO)
_DESIGNATORS: Final = {  # a contract may name a code system as FHIR does
    "http://snomed.info/sct": "SCT",
    "http://dicom.nema.org/resources/ontology/DCM": "DCM",
    "http://loinc.org": "LN",
    "http://radlex.org": "RADLEX",
    "http://www.radlex.org": "RADLEX",
}
_SYSTEMS: Final = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "LN": "http://loinc.org",
    "RADLEX": "http://www.radlex.org",
}
_STATUS: Final = {
    "ok": "Label given",
    "abstain": "No label: not certain enough",
    "refused": "Not answered: image is not what the model was made for",
    "error": "Not answered: the model gave no number",
}
REASONS: Final = {  # code → what it means in short; the sentence with its numbers is a text
    "modality": "Modality is not one the model was made for",
    "body_part": "Body part is not one the model was made for",
    "view": "View is not one the model was made for",
    "age": "Age is outside of what the model was made for",
    "localizer": "Image is a localizer",
    "segmentation": "File is a segmentation, not an image",
    "quality_control": "Image is for quality control of the device",
    "distance": "Image is unlike those the model was trained on",
    "uncertain": "Model is not sure enough",
    "not_finite": "Model gave no number",
    "unreadable": "Image cannot be read",
    "cannot_prepare": "Image cannot be made ready for the model",
}


def private(value: str, meaning: str) -> CodedConcept:
    """A concept of the private scheme."""
    from highdicom.sr import CodedConcept

    return CodedConcept(value, SCHEME, meaning[:_MEANING] or value[:_MEANING])


def label_code(label: Label) -> CodedConcept:
    """The contract's code of a label where DICOM knows its system, else the label's own name."""
    from highdicom.sr import CodedConcept

    if label.code is not None:
        system, value, meaning = label.code
        designator = _DESIGNATORS.get(system, system)
        if len(designator) <= 16 and "/" not in designator:
            return CodedConcept(value, designator, meaning[:_MEANING])
    return private(label.name, title(label))


def fhir_system(system: str) -> str | None:
    """The URI of a code system that a contract names in either way; None where not known."""
    if system in _DESIGNATORS:
        return _SYSTEMS[_DESIGNATORS[system]]
    return _SYSTEMS.get(system) or (system if "://" in system or system[:4] == "urn:" else None)


def probability_of(label: Label) -> CodedConcept:
    """The concept of one label's probability."""
    return private(f"P_{label.name}", f"Probability of {title(label)}")


def status_code(status: str) -> CodedConcept:
    """Whether the model spoke."""
    return private(status.upper(), _STATUS[status])


def reason_code(code: str) -> CodedConcept:
    """Why the model gave no label, in short."""
    return private(code, REASONS[code])


def named(contract: Contract, name: str) -> Label:
    """The contract's label of that name."""
    return next(label for label in contract.output.labels if label.name == name)


def title(label: Label, language: str = "en") -> str:
    """What a label is called, its name where the contract does not say."""
    return label.title.get(language) or label.title.get("en") or label.name
