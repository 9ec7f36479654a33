"""A heat map as a DICOM secondary capture beside its source in the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.documents.identity import (
    CHARACTERS,
    MANUFACTURER,
    SERIES_NUMBERS,
    run_uid,
    software,
    stamp,
)
from cds.imaging.documents.reported import Reported

if TYPE_CHECKING:
    from highdicom.sc import SCImage

    from cds.imaging.result import Run

_TEXT: Final = 64


def secondary_capture(
    picture: NDArray[np.uint8], image: Reported, run: Run, derivation: str, number: int = 1
) -> SCImage:
    """``picture`` (rows, columns, 3) as derived from the image's source, with letters burned in.

    ``derivation``: how it was made, in words. Not for diagnosis: the content is said to be of
    research quality, and the series says so too.
    """
    from highdicom.sc import SCImage
    from pydicom.sr.codedict import codes

    header, result = image.header, image.result
    source = str(header.SOPInstanceUID)
    made = SCImage.from_ref_dataset(
        header,
        pixel_array=np.ascontiguousarray(picture),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        series_instance_uid=run_uid("heatmap-series", run, [str(header.StudyInstanceUID)]),
        series_number=SERIES_NUMBERS["heatmap"],
        sop_instance_uid=run_uid("heatmap", run, [source, str(result.frame)], derivation),
        instance_number=number,
        manufacturer=MANUFACTURER,
        patient_orientation=("L", "F"),  # highdicom asks for one; it is emptied below
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        series_description=f"{run.contract.name}: where it looked, not for diagnosis"[:_TEXT],
        manufacturer_model_name=run.contract.name[:_TEXT],
        software_versions=software(run),
        device_serial_number=run.contract.sha256[:16],
        specific_character_set=CHARACTERS,
    )
    made.PatientOrientation = []
    if header.get("Laterality") or not header.get("ImageLaterality"):
        made.Laterality = header.get("Laterality") or ""
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.ConversionType = "WSD"
    made.BurnedInAnnotation = "YES"
    made.ContentQualification = "RESEARCH"
    made.DerivationDescription = derivation[:1024]
    made.DerivationCodeSequence = [_code(codes.DCM.SegmentationImageDerivation)]
    made.SourceImageSequence = [_source(image)]
    stamp(made, header, run.generated_at)
    made.DateOfSecondaryCapture = made.ContentDate
    made.TimeOfSecondaryCapture = made.ContentTime
    return made


def _source(image: Reported) -> Any:
    from pydicom import Dataset
    from pydicom.sr.codedict import codes

    item = Dataset()
    item.ReferencedSOPClassUID = image.header.SOPClassUID
    item.ReferencedSOPInstanceUID = image.header.SOPInstanceUID
    if image.frame_numbers:
        item.ReferencedFrameNumber = image.frame_numbers
    item.PurposeOfReferenceCodeSequence = [_code(codes.DCM.SourceImageForImageProcessingOperation)]
    return item


def _code(code: Any) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept.from_code(code)
