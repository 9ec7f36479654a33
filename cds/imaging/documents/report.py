"""The structured report of a study: TID 1500, one group an image, boxes and regions by TID 1410.

DICOM PS3.16, Measurement Report. The model is the observer (a device); the report is
preliminary and unverified until a person has looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cds.imaging.documents import codes as own
from cds.imaging.documents.identity import (
    CHARACTERS,
    MANUFACTURER,
    SERIES_NUMBERS,
    device_uid,
    run_uid,
    software,
    stamp,
)
from cds.imaging.documents.report_groups import Groups
from cds.imaging.documents.reported import Reported
from cds.imaging.documents.segmentation import Place

if TYPE_CHECKING:
    from highdicom.sr import ComprehensiveSR
    from pydicom import Dataset

    from cds.imaging.result import Run

_TEXT: Final = 64


def structured_report(
    images: Sequence[Reported],
    run: Run,
    segmentations: Mapping[Place, Dataset] | None = None,
) -> ComprehensiveSR:
    """One report about the images of one study.

    ``segmentations``: source instance UID and frame → the object that holds its regions.
    """
    from highdicom.sr import ComprehensiveSR, MeasurementReport
    from pydicom.sr.codedict import codes

    evidence = _distinct([image.header for image in images])
    made_of = list((segmentations or {}).values())
    said = Groups(run, segmentations or {})
    groups = [group for image in images for group in said.of(image)]
    content = MeasurementReport(
        observation_context=_context(run),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=_describable(evidence) or None,
    )
    sources = [str(header.SOPInstanceUID) for header in evidence]
    frames = [str(image.result.frame) for image in images]
    study = str(evidence[0].StudyInstanceUID)
    report = ComprehensiveSR(
        evidence=[*evidence, *_distinct(made_of)],
        content=content[0],
        series_instance_uid=run_uid("sr-series", run, [study]),
        series_number=SERIES_NUMBERS["sr"],
        sop_instance_uid=run_uid("sr", run, sources, *frames),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=run.contract.name[:_TEXT],
        software_versions=software(run),
        device_serial_number=run.contract.sha256[:16],
        series_description=f"{run.contract.name} (AI)"[:_TEXT],
        is_complete=True,
        is_final=False,
        is_verified=False,
        specific_character_set=CHARACTERS,
        coding_schemes=[_scheme()],
        transfer_syntax_uid="1.2.840.10008.1.2.1",
    )
    stamp(report, evidence[0], run.generated_at)
    return report


def _context(run: Run) -> Any:
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes

    contract = run.contract
    device = DeviceObserverIdentifyingAttributes(
        uid=device_uid(run),
        name=f"{contract.name} {contract.version}",
        manufacturer_name=MANUFACTURER,
        model_name=contract.name,
        serial_number=contract.sha256[:16],
    )
    return ObservationContext(
        observer_device_context=ObserverContext(
            observer_type=codes.DCM.Device, observer_identifying_attributes=device
        )
    )


def _describable(headers: Sequence[Dataset]) -> list[Dataset]:
    """Those whose headers say all that an image library tells of an image (TID 1602)."""
    from highdicom.sr import ImageLibrary

    kept = []
    for header in headers:
        try:
            ImageLibrary([header])
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue
        kept.append(header)
    return kept


def _distinct(datasets: Sequence[Dataset]) -> list[Dataset]:
    return list({str(each.SOPInstanceUID): each for each in datasets}.values())


def _scheme() -> Any:
    from highdicom.coding_schemes import CodingSchemeIdentificationItem

    return CodingSchemeIdentificationItem(
        designator=own.SCHEME, name="Codes of cds", responsible_organization=MANUFACTURER
    )
