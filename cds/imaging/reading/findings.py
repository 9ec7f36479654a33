"""What a reader of a result must know of a DICOM image: codes, each with a sentence."""

from __future__ import annotations

from typing import Any

from cds.imaging.frame import Frame, GreyScale
from cds.imaging.reading.header import items, text

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_LOSSY_SYNTAXES = frozenset(
    {
        "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81",
    }
)  # fmt: skip
_SECTIONAL = frozenset({"CT", "MR", "PT", "NM"})

SENTENCES = {
    "burned_in": "The header says that text is burned into the pixels; it may name the patient.",
    "secondary_capture": "Is a secondary capture: a picture of an image, not the device's own.",
    "lossy": "Lossy compression lost detail.",
    "derived": "Is derived from other images, not what the device recorded.",
    "localizer": "Is a localizer (scout), made for planning only.",
    "for_processing": "Is raw, for processing; it was not made to be looked at.",
    "quality_control": "Is an image for quality control.",
    "segmentation": "Is a segmentation: its values are labels, not grey levels.",
    "no_modality": "The header does not say which modality made the image.",
    "no_rescale": "A CT image without a rescale slope: its values are not known to be HU.",
    "no_window": "The header has no window: unless the contract has one, all bits count.",
    "presentation": "Photometric interpretation and presentation LUT shape contradict each other; "
    "the first was followed.",
    "upside_down": "The header says that the image's rows run towards the head.",
    "detector_spacing": "Spacing is at the detector: what is in the patient is smaller.",
    "unequal_spacing": "Pixels are not square.",
    "overlay": "Overlays of the header were not drawn.",
}


def findings_of(header: Any, syntax: str, grey: GreyScale) -> dict[str, str]:
    """The findings of a dataset, by code, in a fixed order."""
    found = {code for code, holds in _tests(header, syntax, grey).items() if holds}
    return {code: sentence for code, sentence in SENTENCES.items() if code in found}


def with_geometry(frame: Frame) -> dict[str, str]:
    """``frame.findings`` and what its spacing and direction add."""
    found = dict(frame.findings)
    if frame.spacing is not None and abs(frame.spacing[0] / frame.spacing[1] - 1) > 0.01:
        found["unequal_spacing"] = SENTENCES["unequal_spacing"]
    if (
        frame.identity.modality not in _SECTIONAL
        and frame.column_axis is not None
        and frame.column_axis[2] > 0.5
    ):
        found["upside_down"] = SENTENCES["upside_down"]
    return found


def _tests(header: Any, syntax: str, grey: GreyScale) -> dict[str, bool]:
    sop_class = text(header, "SOPClassUID")
    modality = text(header, "Modality").upper()
    kind = text(header, "ImageType").upper().split("\\")
    photometric = text(header, "PhotometricInterpretation")
    shape = text(header, "PresentationLUTShape").upper()
    is_grey = photometric in ("MONOCHROME1", "MONOCHROME2")
    return {
        "burned_in": text(header, "BurnedInAnnotation").upper() == "YES",
        "secondary_capture": sop_class == _SECONDARY_CAPTURE
        or sop_class.startswith(_SECONDARY_CAPTURE + "."),
        "lossy": text(header, "LossyImageCompression") == "01" or syntax in _LOSSY_SYNTAXES,
        "derived": kind[0] == "DERIVED",
        "localizer": "LOCALIZER" in kind or "SCOUT" in kind,
        "for_processing": text(header, "PresentationIntentType").upper() == "FOR PROCESSING",
        "quality_control": text(header, "QualityControlImage").upper() == "YES",
        "segmentation": sop_class.startswith(_SEGMENTATION),
        "no_modality": modality in ("", "OT"),
        "no_rescale": modality == "CT"
        and is_grey
        and not text(header, "RescaleSlope")
        and not items(header, "SharedFunctionalGroupsSequence")
        and grey.modality_table is None,
        "no_window": is_grey
        and grey.bits_stored not in (1, 8)
        and not grey.windows
        and grey.voi_table is None,
        "presentation": (photometric, shape)
        in (("MONOCHROME2", "INVERSE"), ("MONOCHROME1", "IDENTITY")),
        "detector_spacing": not text(header, "PixelSpacing")
        and bool(text(header, "ImagerPixelSpacing")),
        "overlay": _has_overlay(header),
    }


def _has_overlay(header: Any) -> bool:
    tags = header.keys()  # iterating over the header itself would convert each element
    return any(0x6000 <= tag.group <= 0x60FF and tag.element == 0x3000 for tag in tags)
