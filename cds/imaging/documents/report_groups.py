"""What a report says of each image: TID 1500's groups, boxes and regions by TID 1410."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cds.imaging.documents import codes as own
from cds.imaging.documents.identity import MANUFACTURER, run_uid
from cds.imaging.documents.reported import Reported
from cds.imaging.documents.segmentation import Place, frame_of, segment_of
from cds.imaging.reasons import sentence

if TYPE_CHECKING:
    from pydicom import Dataset

    from cds.imaging.result import Box, Region, Run

SUPPORT: Final = "Supports, and does not replace, a clinician's judgement"


class Groups:
    """The groups of one report, image by image.

    ``segmentations``: source instance UID and frame → the object that holds its regions.
    """

    def __init__(self, run: Run, segmentations: Mapping[Place, Dataset]) -> None:
        self._run = run
        self._segmentations = segmentations

    def of(self, image: Reported) -> list[Any]:
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

        result, contract = image.result, self._run.contract
        group = MeasurementsAndQualitativeEvaluations(
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
        group[0].ContentSequence.extend(self._comment(image))
        return group

    def _evaluations(self, image: Reported) -> list[Any]:
        from highdicom.sr import QualitativeEvaluation

        result, contract = image.result, self._run.contract
        status = own.private("MODEL_STATUS", "What the model did")
        found = [QualitativeEvaluation(status, own.status_code(result.status))]
        said = result.labels or ((result.label,) if result.label else ())
        for name in said if result.status == "ok" else ():
            label = own.label_code(own.named(contract, name))
            found.append(QualitativeEvaluation(own.private("LABEL", "Label by the model"), label))
        if result.code:
            reason = own.private("REASON", "Reason")
            found.append(QualitativeEvaluation(reason, own.reason_code(result.code)))
        return found

    def _comment(self, image: Reported) -> list[Any]:
        """The reason with its numbers: a code's meaning has no room for the sentence."""
        from highdicom.sr import RelationshipTypeValues, TextContentItem
        from pydicom.sr.codedict import codes

        result = image.result
        if not result.code:
            return []
        text = sentence(result.code, result.numbers, "en") or result.reason
        return [TextContentItem(codes.DCM.Comment, text, RelationshipTypeValues.CONTAINS)]

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
            finding_type=own.label_code(own.named(self._run.contract, box.label)),
            algorithm_id=self._algorithm(),
            measurements=self._sizes(
                (codes.SCT.Width, box.width_mm, codes.UCUM.Millimeter),
                (codes.DCM.Height, box.height_mm, codes.UCUM.Millimeter),
                (codes.DCM.Probability, box.score, codes.UCUM.NoUnits),
            ),
        )

    def _regions(self, image: Reported) -> list[Any]:
        place = str(image.header.SOPInstanceUID), image.result.frame
        segmentation = self._segmentations.get(place)
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

        label = own.named(self._run.contract, region.label)
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
            uid=run_uid("tracking", self._run, [source, frame], what), identifier=what
        )

    def _algorithm(self) -> Any:
        from highdicom.sr import AlgorithmIdentification
        from pydicom.sr.codedict import codes

        run, contract = self._run, self._run.contract
        parameters = [
            f"model sha256 {contract.sha256}",
            f"contract sha256 {run.contract_sha256}",
            f"device {run.device}",
            f"threshold {contract.output.threshold:g}",
            SUPPORT,
        ]
        if not run.verified:
            parameters.append("unverified: the model has no checksums to hold its files against")
        if run.forced:
            parameters.append("forced: images were answered that the model was not made for")
        return AlgorithmIdentification(
            name=contract.name,
            version=contract.version,
            parameters=parameters,
            family=codes.DCM.ArtificialIntelligence,
            manufacturer=MANUFACTURER,
        )
