"""The structured report of a study: TID 1500, one group an image, boxes and regions by TID 1410.

DICOM PS3.16, Measurement Report. The model is the observer (a device); the report is
preliminary and unverified until a person has looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

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
from cds.imaging.documents.reported import Reported
from cds.imaging.documents.segmentation import Place, frame_of, segment_of
from cds.imaging.reasons import sentence

if TYPE_CHECKING:
    from highdicom.sr import ComprehensiveSR
    from pydicom import Dataset

    from cds.imaging.result import Box, Region, Run

_TEXT: Final = 64
SUPPORT: Final = "Supports, and does not replace, a clinician's judgement"


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
    builder = _Builder(run, segmentations or {})
    groups = [group for image in images for group in builder.groups(image)]
    content = MeasurementReport(
        observation_context=builder.context(),
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


class _Builder:
    """The groups of one report."""

    def __init__(self, run: Run, segmentations: Mapping[Place, Dataset]) -> None:
        self.run = run
        self.segmentations = segmentations

    def context(self) -> Any:
        from highdicom.sr import (
            DeviceObserverIdentifyingAttributes,
            ObservationContext,
            ObserverContext,
        )
        from pydicom.sr.codedict import codes

        contract = self.run.contract
        device = DeviceObserverIdentifyingAttributes(
            uid=device_uid(self.run),
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

    def groups(self, image: Reported) -> list[Any]:
        """What the model said of the image as a whole, then its boxes and regions."""
        parts = [self._whole(image)]
        parts += [self._box(image, box, at) for at, box in enumerate(image.result.boxes)]
        return parts + self._regions(image)

    def _whole(self, image: Reported) -> Any:
        from highdicom.sr import (
            Measurement,
            MeasurementsAndQualitativeEvaluations,
            SourceImageForMeasurementGroup,
        )
        from pydicom.sr.codedict import codes

        result, contract = image.result, self.run.contract
        return MeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(image, "image"),
            algorithm_id=self._algorithm(),
            measurements=[
                Measurement(
                    name=own.probability_of(own.named(contract, name)),
                    value=round(float(share), 6),
                    unit=codes.UCUM.NoUnits,
                )
                for name, share in (result.probabilities or {}).items()
            ],
            qualitative_evaluations=self._evaluations(image),
            source_images=[
                SourceImageForMeasurementGroup(
                    image.header.SOPClassUID, image.header.SOPInstanceUID, image.frame_numbers
                )
            ],
        )

    def _evaluations(self, image: Reported) -> list[Any]:
        from highdicom.sr import QualitativeEvaluation

        result, contract = image.result, self.run.contract
        status = own.private("MODEL_STATUS", "What the model did")
        found = [QualitativeEvaluation(status, own.status_code(result.status))]
        said = result.labels or ((result.label,) if result.label else ())
        for name in said if result.status == "ok" else ():
            label = own.label_code(own.named(contract, name))
            found.append(QualitativeEvaluation(own.private("LABEL", "Label by the model"), label))
        if result.code:
            reason = sentence(result.code, result.numbers, "en") or result.reason
            code = own.private(result.code, reason)
            found.append(QualitativeEvaluation(own.private("REASON", "Reason"), code))
        return found

    def _box(self, image: Reported, box: Box, at: int) -> Any:
        from highdicom.sr import (
            GraphicTypeValues,
            ImageRegion,
            PlanarROIMeasurementsAndQualitativeEvaluations,
            SourceImageForRegion,
        )
        from pydicom.sr.codedict import codes

        right, bottom = box.left + box.width, box.top + box.height
        corners = np.array(
            [
                (box.left, box.top),
                (right, box.top),
                (right, bottom),
                (box.left, bottom),
                (box.left, box.top),
            ]
        )
        header = image.header
        limits = np.array([float(header.Columns), float(header.Rows)])
        region = ImageRegion(
            graphic_type=GraphicTypeValues.POLYLINE,
            graphic_data=np.clip(corners, 0, limits),
            source_image=SourceImageForRegion(
                header.SOPClassUID, header.SOPInstanceUID, image.frame_numbers
            ),
        )
        return PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(image, f"box {at + 1}"),
            referenced_region=region,
            finding_type=own.label_code(own.named(self.run.contract, box.label)),
            algorithm_id=self._algorithm(),
            measurements=self._sizes(
                (codes.SCT.Width, box.width_mm, codes.UCUM.Millimeter),
                (codes.DCM.Height, box.height_mm, codes.UCUM.Millimeter),
                (codes.DCM.Probability, box.score, codes.UCUM.NoUnits),
            ),
        )

    def _regions(self, image: Reported) -> list[Any]:
        place = str(image.header.SOPInstanceUID), image.result.frame
        segmentation = self.segmentations.get(place)
        if segmentation is None:
            return []
        return [
            self._region(image, region, segmentation, at)
            for at, region in enumerate(image.result.regions)
            if region.pixels
        ]

    def _region(self, image: Reported, region: Region, made: Dataset, at: int) -> Any:
        from highdicom.sr import (
            PlanarROIMeasurementsAndQualitativeEvaluations,
            ReferencedSegmentationFrame,
            SourceImageForSegmentation,
        )
        from pydicom.sr.codedict import codes

        label = own.named(self.run.contract, region.label)
        number = segment_of(made, region.label)
        header = image.header
        referenced = ReferencedSegmentationFrame(
            sop_class_uid=made.SOPClassUID,
            sop_instance_uid=made.SOPInstanceUID,
            frame_number=frame_of(made, number, image),
            segment_number=number,
            source_image=SourceImageForSegmentation(
                header.SOPClassUID, header.SOPInstanceUID, image.frame_numbers
            ),
        )
        # A frame says which segment it is of; PS3.3 table 10-3 forbids to name both.
        del referenced[0].ReferencedSOPSequence[0].ReferencedSegmentNumber
        return PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(image, f"region {at + 1}"),
            referenced_segment=referenced,
            finding_type=own.label_code(label),
            algorithm_id=self._algorithm(),
            measurements=self._sizes(
                (codes.SCT.Area, region.area_mm2, codes.UCUM.SquareMillimeter)
            ),
        )

    def _sizes(self, *sizes: tuple[Any, float | None, Any]) -> list[Any]:
        from highdicom.sr import Measurement

        return [
            Measurement(name=name, value=round(float(value), 4), unit=unit)
            for name, value, unit in sizes
            if value is not None
        ]

    def _tracking(self, image: Reported, what: str) -> Any:
        from highdicom.sr import TrackingIdentifier

        source, frame = str(image.header.SOPInstanceUID), str(image.result.frame)
        return TrackingIdentifier(
            uid=run_uid("tracking", self.run, [source, frame], what), identifier=what
        )

    def _algorithm(self) -> Any:
        from highdicom.sr import AlgorithmIdentification
        from pydicom.sr.codedict import codes

        run, contract = self.run, self.run.contract
        parameters = [
            f"model sha256 {contract.sha256}",
            f"contract sha256 {run.contract_sha256}",
            f"device {run.device}",
            f"threshold {contract.output.threshold:g}",
            SUPPORT,
        ]
        if run.forced:
            parameters.append("forced: images were answered that the model was not made for")
        return AlgorithmIdentification(
            name=contract.name,
            version=contract.version,
            parameters=parameters,
            family=codes.DCM.ArtificialIntelligence,
            manufacturer=MANUFACTURER,
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
