"""Regions as DICOM segmentations: one segment a label, one object a stack of slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.documents import codes as own
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
    from highdicom.seg import Segmentation
    from pydicom import DataElement, Dataset

    from cds.imaging.result import Run

_TEXT: Final = 64
_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_COORDINATES: Final = frozenset(
    {
        "SOPClassUID",
        "NumberOfFrames",
        "FrameOfReferenceUID",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "SharedFunctionalGroupsSequence",
        "PerFrameFunctionalGroupsSequence",
    }
)
Place = tuple[str, int]
"""A source instance's UID and the number of one of its frames."""


def segmentations(
    images: Iterable[Reported], run: Run
) -> tuple[tuple[Segmentation, ...], Mapping[Place, Segmentation]]:
    """All segmentations of one study, and which of them holds the regions of which frame.

    Slices of one series that lie in one stack become one object. Where the headers do not say
    where the images lie, each frame becomes one by itself. Raises ValueError or AttributeError
    where a header is fit for none.
    """
    groups: dict[tuple[str, ...], list[Reported]] = {}
    for image in images:
        if any(region.pixels for region in image.result.regions):
            groups.setdefault(_stack(image), []).append(image)
    made: list[Segmentation] = []
    holders: dict[Place, Segmentation] = {}
    for group in groups.values():
        for segmentation, members in _parts(group, run, len(made) + 1):
            made.append(segmentation)
            for image in members:
                holders[str(image.header.SOPInstanceUID), image.result.frame] = segmentation
    return tuple(made), holders


def _parts(
    group: Sequence[Reported], run: Run, first: int
) -> list[tuple[Segmentation, Sequence[Reported]]]:
    """One segmentation of all, or where the headers do not allow it one of each frame."""
    placed = group[0].frames == 1 or group[0].header.get("FrameOfReferenceUID")
    if placed:
        try:
            return [(_segmentation(group, run, first), group)]
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            pass
    return [
        (_segmentation([image], run, number, alone=True), [image])
        for number, image in enumerate(group, start=first)
    ]


def _stack(image: Reported) -> tuple[str, ...]:
    """What images must share to lie in one segmentation."""
    header = image.header
    instance = str(header.SOPInstanceUID)
    if not header.get("FrameOfReferenceUID"):
        return instance, str(image.result.frame)
    if image.frames > 1 or "ImagePositionPatient" not in header:
        return (instance,)
    names = ("SeriesInstanceUID", "FrameOfReferenceUID", "Rows", "Columns", "PixelSpacing")
    return tuple(str(header.get(name)) for name in (*names, "ImageOrientationPatient"))


def _segmentation(
    images: Sequence[Reported], run: Run, number: int, *, alone: bool = False
) -> Segmentation:
    """``alone``: tied to one frame by its pixels only, not by where it lies in the patient."""
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom.sr.codedict import codes

    header, contract = images[0].header, run.contract
    present = {region.label for image in images for region in image.result.regions if region.pixels}
    labels = [label for label in contract.output.labels if label.name in present]
    places = [f"{image.header.SOPInstanceUID} {image.result.frame}" for image in images]
    made = Segmentation(
        source_images=[_without_coordinates(header)] if alone else _headers(images),
        pixel_array=_pixels(images, [label.name for label in labels], alone=alone),
        segmentation_type="BINARY",
        segment_descriptions=[
            SegmentDescription(
                segment_number=at,
                segment_label=own.title(label)[:_TEXT],
                segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
                segmented_property_type=own.label_code(label),
                algorithm_type="AUTOMATIC",
                algorithm_identification=_algorithm(run),
                tracking_uid=run_uid("segment", run, places, label.name),
                tracking_id=label.name,
            )
            for at, label in enumerate(labels, start=1)
        ],
        series_instance_uid=run_uid("seg-series", run, [str(header.StudyInstanceUID)]),
        series_number=SERIES_NUMBERS["seg"],
        sop_instance_uid=run_uid("seg", run, places),
        instance_number=number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=contract.name[:_TEXT],
        software_versions=software(run),
        device_serial_number=contract.sha256[:16],
        content_label="CDS_SEG",
        content_description=f"{contract.name} {contract.version}"[:_TEXT],
        series_description=f"{contract.name} (AI)"[:_TEXT],
        specific_character_set=CHARACTERS,
    )
    if alone:
        _refer_to_frame(made, images[0])
    shared = made.SharedFunctionalGroupsSequence[0]
    measures = shared.get("PixelMeasuresSequence")
    if measures and "SliceThickness" not in measures[0]:
        del shared.PixelMeasuresSequence  # of a plane without thickness; the source says the rest
    if (alone or "ImageOrientationPatient" not in header) and "PatientOrientation" not in made:
        made.PatientOrientation = header.get("PatientOrientation")
    organization = run_uid("dimensions", run, places)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    stamp(made, header, run.generated_at)
    return made


def frame_of(made: Dataset, segment: int, image: Reported) -> int:
    """The number of the segmentation's frame that holds ``segment`` of the image."""
    for number, groups in enumerate(made.PerFrameFunctionalGroupsSequence, start=1):
        (identified,) = _group(made, groups, "SegmentIdentificationSequence")
        if int(identified.ReferencedSegmentNumber) != segment:
            continue
        for source in _sources(made, groups):
            frames = source.get("ReferencedFrameNumber")
            numbers = [] if frames is None else np.atleast_1d(np.asarray(frames, int)).tolist()
            same = source.ReferencedSOPInstanceUID == image.header.SOPInstanceUID
            if same and (image.frames == 1 or image.result.frame in numbers):
                return number
    raise AssertionError("a region has its frame in the segmentation")


def segment_of(made: Dataset, label: str) -> int:
    """The number of the label's segment."""
    return next(
        int(segment.SegmentNumber)
        for segment in made.SegmentSequence
        if segment.TrackingID == label
    )


def _headers(images: Sequence[Reported]) -> list[Dataset]:
    return list({str(image.header.SOPInstanceUID): image.header for image in images}.values())


def _without_coordinates(header: Dataset) -> Dataset:
    """The header as of a lone picture: highdicom ties a segmentation to one frame of any kind of
    image only where it has no coordinates."""
    from pydicom import Dataset

    single = Dataset()
    for element in header:
        if element.keyword not in _COORDINATES:
            single.add(element)
    single.SOPClassUID = _SECONDARY_CAPTURE
    return single


def _pixels(images: Sequence[Reported], labels: Sequence[str], *, alone: bool) -> NDArray[np.uint8]:
    """(planes, rows, columns, segments): all frames of an instance, or a plane an instance."""
    header = images[0].header
    whole = images[0].frames > 1 and not alone
    planes = images[0].frames if whole else len(images)
    pixels = np.zeros((planes, int(header.Rows), int(header.Columns), len(labels)), np.uint8)
    for at, image in enumerate(images):
        plane = pixels[image.result.frame - 1 if whole else at]
        for region in image.result.regions:
            if region.label in labels:
                plane[:, :, labels.index(region.label)] |= region.mask.astype(np.uint8)
    return pixels


def _refer_to_frame(made: Dataset, image: Reported) -> None:
    """Turn what ``_without_coordinates`` stood in for back to the source and its frame."""

    def mend(_: Dataset, element: DataElement) -> None:
        if element.keyword == "ReferencedSOPClassUID" and element.value == _SECONDARY_CAPTURE:
            element.value = image.header.SOPClassUID

    made.walk(mend)
    for groups in made.PerFrameFunctionalGroupsSequence if image.frames > 1 else ():
        for source in _sources(made, groups):
            source.ReferencedFrameNumber = image.result.frame


def _sources(made: Dataset, groups: Dataset) -> list[Dataset]:
    derivations = _group(made, groups, "DerivationImageSequence")
    return [source for each in derivations for source in each.SourceImageSequence]


def _group(made: Dataset, groups: Dataset, name: str) -> Sequence[Dataset]:
    """A functional group of one frame, which may be said once for all frames."""
    return groups.get(name) or made.SharedFunctionalGroupsSequence[0].get(name) or ()


def _algorithm(run: Run) -> Any:
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes

    return AlgorithmIdentificationSequence(
        name=run.contract.name[:_TEXT],
        family=codes.DCM.ArtificialIntelligence,
        version=run.contract.version[:_TEXT],
        source=MANUFACTURER,
        parameters={"model_sha256": run.contract.sha256, "contract_sha256": run.contract_sha256},
    )
