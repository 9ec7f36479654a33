"""DICOM objects of results: read back by highdicom, and by validators that share no code."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from highdicom.sr import srread
from pydicom import Dataset
from reported_studies import box, cine, frame, radiograph, region, result, run, slice_of_ct

from cds.imaging.documents import codes
from cds.imaging.documents.build import documents, placed, quietly
from cds.imaging.documents.capture import secondary_capture
from cds.imaging.documents.identity import file_bytes
from cds.imaging.documents.reported import Reported, referable, reported
from cds.imaging.reasons import SENTENCES
from cds.imaging.result import ImageResult


def of(image: ImageResult, header: Dataset, frames: int = 1) -> Reported:
    from dataclasses import replace

    found = reported(image, replace(frame(header), of=frames))
    assert isinstance(found, Reported)
    return found


def one(kind: str, images: list[Reported], task: str = "classification", **changes: Any) -> bytes:
    found = documents(images, run(task, **changes))
    assert found.problems == ()
    return next(each.content for each in found.made if each.kind == kind)


def report_of(tmp_path: Path, content: bytes) -> Any:
    path = tmp_path / "report.dcm"
    path.write_bytes(content)
    return srread(path)


THREE = [
    (result(), radiograph(1)),
    (result("abstain"), radiograph(2)),
    (result("refused"), radiograph(3)),
]
CT_REGIONS = [(result(regions=(region(),)), slice_of_ct(number)) for number in (1, 2, 4)]
CLIP = cine(3)


def three() -> list[Reported]:
    return [of(*pair) for pair in THREE]


# --- the report -----------------------------------------------------------------------------------


def said(group: Any) -> dict[str, str]:
    found = {e.name.meaning: e.value.value for e in group.get_qualitative_evaluations()}
    assert found.pop("Algorithm Family") == "123110"  # artificial intelligence
    return found


def test_the_report_says_what_the_model_said_of_each_image(tmp_path: Path) -> None:
    report = report_of(tmp_path, one("report", three()))
    groups = report.content.get_image_measurement_groups()
    assert [said(group) for group in groups] == [
        {"What the model did": "OK", "Label by the model": "233604007"},
        {"What the model did": "ABSTAIN", "Reason": "uncertain"},
        {"What the model did": "REFUSED", "Reason": "distance"},
    ]
    numbers = [{m.name.meaning: m.value for m in group.get_measurements()} for group in groups]
    both = {"Probability of no pneumonia": 0.031235, "Probability of pneumonia": 0.968765}
    assert numbers == [both, both, {}]  # a refused image has no probabilities
    images = [str(group.source_images[0].referenced_sop_instance_uid) for group in groups]
    assert images == [str(header.SOPInstanceUID) for _, header in THREE]


UNLIKE = "the image is unlike those the model was trained on: distance 16.9, limit 13.5"
YOUNG = "the patient is 71 years old and the model was made for ages 1 to 15"


@pytest.mark.parametrize(
    ("code", "numbers", "sentence"),
    [
        ("distance", {"distance": 16.9, "limit": 13.5}, UNLIKE),
        ("age", {"found": "71", "expected": "1 to 15"}, YOUNG),
    ],
)
def test_a_reason_is_told_to_its_end(
    code: str, numbers: dict[str, float | str], sentence: str, tmp_path: Path
) -> None:
    """A code's meaning ends after 64 characters: the limit was lost in the middle of a number."""
    from dataclasses import replace

    refused = replace(result("refused"), code=code, numbers=numbers, reason=sentence)
    report = report_of(tmp_path, one("report", [of(refused, radiograph())]))
    (group,) = report.content.get_image_measurement_groups()
    assert said(group) == {"What the model did": "REFUSED", "Reason": code}
    texts = [item for item in group[0].ContentSequence if item.ValueType == "TEXT"]
    told = {item.ConceptNameCodeSequence[0].CodeMeaning: item.TextValue for item in texts}
    assert told["Comment"] == sentence


def test_every_reason_has_a_code_whose_meaning_is_whole() -> None:
    assert codes.REASONS.keys() == SENTENCES.keys()
    assert all(codes.reason_code(code).meaning == text for code, text in codes.REASONS.items())


def test_the_report_is_of_the_source_s_patient_and_is_nobody_s_verdict(tmp_path: Path) -> None:
    report = report_of(tmp_path, one("report", three()))
    header = radiograph()
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
                 "AccessionNumber", "StudyID", "StudyDate", "ReferringPhysicianName"):  # fmt: skip
        assert report[name].value == header[name].value
    assert report.CompletionFlag == "COMPLETE"
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    (observer,) = report.content.get_observer_contexts()
    device = observer.observer_identifying_attributes
    assert (device.name, device.model_name) == (
        "chest-xray-pneumonia 1.2.0",
        "chest-xray-pneumonia",
    )
    words = report.to_json()
    for part in ("model sha256 4d4d", "contract sha256 c0c0", "does not replace"):
        assert part in words


def test_times_are_the_run_s_in_the_source_s_zone(tmp_path: Path) -> None:
    own = report_of(tmp_path, one("report", [of(*THREE[0])]))
    assert (own.ContentDate, own.ContentTime) == ("20261128", "103000")
    header = radiograph(TimezoneOffsetFromUTC="-0500")
    there = report_of(tmp_path, one("report", [of(result(), header)]))
    assert (there.ContentDate, there.ContentTime) == ("20261127", "213000")
    assert there.TimezoneOffsetFromUTC == "-0500"


def test_boxes_are_measured_in_millimetres_where_spacing_is_known(tmp_path: Path) -> None:
    unknown = box(width_mm=None, height_mm=None)
    images = [of(result(boxes=(box(), unknown)), radiograph())]
    report = report_of(tmp_path, one("report", images, "detection"))
    groups = report.content.get_planar_roi_measurement_groups()
    sizes = [
        {m.name.meaning: (m.value, m.unit.value) for m in g.get_measurements()} for g in groups
    ]
    assert sizes == [
        {"Width": (3.0, "mm"), "Height": (4.0, "mm"), "Probability": (0.83, "1")},
        {"Probability": (0.83, "1")},
    ]
    corners = groups[0].roi.value
    assert corners.min(axis=0).tolist() == [10.0, 20.0]
    assert corners.max(axis=0).tolist() == [22.0, 28.0]


@pytest.mark.parametrize("images", ["ct", "dx", "clip"])
def test_regions_lie_in_a_segmentation_that_the_report_refers_to(
    images: str, tmp_path: Path
) -> None:
    sources = {
        "ct": [of(*pair) for pair in CT_REGIONS],
        "dx": [of(result(regions=(region(),)), radiograph())],
        "clip": [of(result(number=n, regions=(region(),)), CLIP, frames=3) for n in (1, 3)],
    }[images]
    found = documents(sources, run("segmentation"))
    assert found.problems == ()
    drawn = {}
    for number, each in enumerate(found.made):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(each.content)
        if each.kind == "segmentation":
            read = highdicom.seg.segread(path)
            drawn[str(read.SOPInstanceUID)] = read
    # A stack of slices is one object; what has no coordinates is one a frame.
    assert len(drawn) == {"ct": 1, "dx": 1, "clip": 2}[images]
    assert sum(int(each.pixel_array.sum()) for each in drawn.values()) == 96 * len(sources)
    report = srread(tmp_path / "0.dcm")
    groups = report.content.get_planar_roi_measurement_groups()
    assert len(groups) == len(sources)
    for group, source in zip(groups, sources, strict=True):
        referred = group.referenced_segmentation_frame[0]
        assert str(referred.referenced_sop_instance_uid) in drawn
        (area,) = group.get_measurements()
        assert (area.name.meaning, area.value, area.unit.value) == ("Area", 12.0, "mm2")
        told = group.referenced_segmentation_frame.source_image_for_segmentation
        assert told.referenced_sop_instance_uid == source.header.SOPInstanceUID
        if source.frames > 1:
            assert told.referenced_frame_numbers == [source.result.frame]


def test_a_segmentation_holds_the_mask_itself(tmp_path: Path) -> None:
    images = [of(result(regions=(region(), region("NORMAL", top=30))), radiograph())]
    (tmp_path / "s.dcm").write_bytes(one("segmentation", images, "segmentation"))
    read = highdicom.seg.segread(tmp_path / "s.dcm")
    assert [segment.SegmentLabel for segment in read.SegmentSequence] == [
        "no pneumonia",
        "pneumonia",
    ]
    planes = read.pixel_array.astype(bool)
    assert np.array_equal(planes[0], region(top=30).mask)
    assert np.array_equal(planes[1], region().mask)


# --- many, none, odd ------------------------------------------------------------------------------


def test_each_study_has_its_report_beside_the_first(tmp_path: Path) -> None:
    other = radiograph(study="1.2.826.0.1.3680043.8.498.5")
    images = [*three(), of(result(), other), of(result(regions=(region(),)), slice_of_ct())]
    found = placed(tmp_path / "out.dcm", documents(images, run("segmentation")))
    assert [path.name for path, _ in found] == ["out.dcm", "out-2.dcm", "out-3.dcm", "out-seg.dcm"]


def test_a_picture_has_no_patient_and_so_no_report() -> None:
    refused = reported(result(), frame(None))
    assert refused == "the source is no DICOM file: it names no patient, no study and no instance"


def test_a_header_without_a_study_is_refused_by_name() -> None:
    header = radiograph()
    del header.StudyInstanceUID
    assert reported(result(), frame(header)) == "the source's header has no StudyInstanceUID"


ODD = [
    ("StudyDate", "1997.04.24", ""),  # as before DICOM 3
    ("PatientBirthDate", "unknown", ""),
    ("PatientSex", "X", ""),
    ("PatientName", "王^小东", "王^小东"),
]


@pytest.mark.parametrize(("name", "value", "kept"), ODD, ids=[row[0] for row in ODD])
def test_a_value_that_dicom_forbids_is_not_copied(name: str, value: str, kept: str) -> None:
    header = radiograph(SpecificCharacterSet="ISO_IR 192")
    with quietly():
        header[name] = pydicom.DataElement(
            header[name].tag, header[name].VR, value, validation_mode=0
        )
    assert str(referable(header)[name].value) == kept


def test_names_survive_the_change_of_alphabet(tmp_path: Path) -> None:
    report = report_of(tmp_path, one("report", three()))
    assert report.SpecificCharacterSet == "ISO_IR 192"
    assert str(report.PatientName) == "Müller^Änne"


def test_nothing_private_and_no_overlay_is_copied() -> None:
    header = radiograph()
    header.add_new(0x00110010, "LO", "SOMEBODY")
    header.add_new(0x00111001, "LO", "secret")
    header.add_new(0x60003000, "OW", b"\0\0")
    assert not {0x00110010, 0x00111001, 0x60003000} & set(referable(header).keys())


# --- the same bytes -------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes_and_another_run_other_uids() -> None:
    images = [of(result(regions=(region(),)), slice_of_ct())]
    first, again = (documents(images, run("segmentation")) for _ in range(2))
    assert first == again
    later = documents(images, run("segmentation", generated_at="2026-11-28T10:31:00+08:00"))
    uids = [
        {
            str(pydicom.dcmread(pydicom.filebase.DicomBytesIO(d.content)).SOPInstanceUID)
            for d in m.made
        }
        for m in (first, later)
    ]
    assert uids[0].isdisjoint(uids[1])
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for each in uids for uid in each)


# --- the heat map ---------------------------------------------------------------------------------


def captured() -> bytes:
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    with quietly():
        return file_bytes(secondary_capture(picture, three()[0], run(), "class activation map"))


def test_a_heat_map_says_that_it_is_derived_burned_in_and_not_for_diagnosis() -> None:
    read = pydicom.dcmread(pydicom.filebase.DicomBytesIO(captured()))
    assert read.SOPClassUID == pydicom.uid.SecondaryCaptureImageStorage
    assert list(read.ImageType)[:2] == ["DERIVED", "SECONDARY"]
    assert read.BurnedInAnnotation == "YES"
    assert "not for diagnosis" in read.SeriesDescription
    assert read.DerivationDescription == "class activation map"
    assert read.SourceImageSequence[0].ReferencedSOPInstanceUID == radiograph().SOPInstanceUID
    assert (read.PatientID, read.StudyInstanceUID) == ("P0042", radiograph().StudyInstanceUID)
    assert read.pixel_array.shape == (60, 80, 3)
    assert captured() == captured()


# --- independent validators -----------------------------------------------------------------------

WRITTEN = {
    "report": lambda: one("report", three()),
    "boxes": lambda: one("report", [of(result(boxes=(box(),)), radiograph())], "detection"),
    "regions": lambda: one("report", [of(*pair) for pair in CT_REGIONS], "segmentation"),
    "segmentation": lambda: one("segmentation", [of(*p) for p in CT_REGIONS], "segmentation"),
    "clip": lambda: one(
        "segmentation", [of(result(number=2, regions=(region(),)), CLIP, frames=3)], "segmentation"
    ),
    "heat map": captured,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_dciodvfy_finds_no_error(name: str, tmp_path: Path) -> None:
    """dicom3tools checks modules, types and conditions of PS3.3."""
    validator = shutil.which("dciodvfy")
    if validator is None:
        pytest.skip("dicom3tools is not installed")
    path = tmp_path / "x.dcm"
    path.write_bytes(WRITTEN[name]())
    told = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False)
    assert [line for line in told.stderr.splitlines() if line.startswith("Error")] == []


@pytest.mark.parametrize("name", ["report", "boxes", "regions"])
def test_dcmtk_reads_the_report(name: str, tmp_path: Path) -> None:
    reader = shutil.which("dsrdump")
    if reader is None:
        pytest.skip("dcmtk is not installed")
    path = tmp_path / "x.dcm"
    path.write_bytes(WRITTEN[name]())
    told = subprocess.run([reader, "+U8", str(path)], capture_output=True, text=True, check=False)
    told = told if told.returncode == 0 else subprocess.run(
        [reader, str(path)], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert told.returncode == 0
    assert "Probability of pneumonia" in told.stdout
    assert "E:" not in told.stderr
