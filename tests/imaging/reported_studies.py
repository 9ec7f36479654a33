"""Headers and results as predictions give them, for documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pydicom import Dataset

from cds.imaging.contract.model import Contract, Gate, Intake, Label, Output, Scope
from cds.imaging.frame import Frame, GreyScale, Identity
from cds.imaging.result import Box, ImageResult, Region, Run

NOW = "2026-11-28T10:30:00+08:00"
MODEL_SHA = "4d" * 32
ROWS, COLUMNS = 64, 48


def radiograph(
    number: int = 1, study: str = "1.2.826.0.1.3680043.8.498.1", **changes: Any
) -> Dataset:
    """The header of a digital radiograph of an invented patient."""
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 100"
    header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    header.SOPInstanceUID = f"{study}.2.{number}"
    header.StudyInstanceUID = study
    header.SeriesInstanceUID = f"{study}.2"
    header.PatientID = "P0042"
    header.PatientName = "Müller^Änne"
    header.PatientBirthDate = "20190314"
    header.PatientSex = "F"
    header.AccessionNumber = "A77"
    header.StudyID = "9"
    header.StudyDate = "20261127"
    header.StudyTime = "081500"
    header.ReferringPhysicianName = "Okoro^A"
    header.Modality = "DX"
    header.BodyPartExamined = "CHEST"
    header.Rows, header.Columns = ROWS, COLUMNS
    header.PixelSpacing = [0.5, 0.25]
    header.ImagerPixelSpacing = [0.5, 0.25]
    header.PatientOrientation = ["L", "F"]
    header.SamplesPerPixel = 1
    header.PhotometricInterpretation = "MONOCHROME2"
    header.BitsAllocated = header.BitsStored = 16
    header.HighBit = 15
    header.PixelRepresentation = 0
    for name, value in changes.items():
        setattr(header, name, value)
    return header


def slice_of_ct(number: int = 1, **changes: Any) -> Dataset:
    """The header of one CT slice."""
    header = radiograph(number, study="1.2.826.0.1.3680043.8.498.7")
    header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    header.Modality = "CT"
    del header.ImagerPixelSpacing
    del header.PatientOrientation
    header.FrameOfReferenceUID = "1.2.826.0.1.3680043.8.498.7.1"
    header.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    header.ImagePositionPatient = [0, 0, 5.0 * number]
    header.SliceThickness = 5
    for name, value in changes.items():
        setattr(header, name, value)
    return header


def cine(frames: int = 3) -> Dataset:
    """The header of an ultrasound clip."""
    header = radiograph(study="1.2.826.0.1.3680043.8.498.9")
    header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    header.Modality = "US"
    del header.ImagerPixelSpacing
    header.NumberOfFrames = frames
    return header


def frame(header: Dataset | None, number: int = 1, spacing: Any = (0.5, 0.25)) -> Frame:
    identity = Identity() if header is None else Identity(
        modality=header.Modality,
        sop_class=str(header.get("SOPClassUID", "")),
        study=str(header.get("StudyInstanceUID", "")),
        series=str(header.get("SeriesInstanceUID", "")),
        instance=str(header.get("SOPInstanceUID", "")),
    )  # fmt: skip
    return Frame(
        source="a.dcm" if header is not None else "a.png",
        number=number,
        stored=np.zeros((ROWS, COLUMNS), np.uint16),
        photometric="MONOCHROME2",
        grey=GreyScale(16),
        identity=identity,
        spacing=spacing,
        kind="picture" if header is None else "dicom",
        header=header,
    )


def contract(task: str = "classification", **changes: Any) -> Contract:
    made = Contract(
        name="chest-xray-pneumonia",
        version="1.2.0",
        task=task,  # type: ignore[arg-type]
        file="model.onnx",
        sha256=MODEL_SHA,
        scope=Scope(("DX", "CR")),
        intake=Intake("image", "NCHW", 32, 32, 1),
        output=Output(
            "logit",
            (
                Label("NORMAL", {"en": "no pneumonia", "zh": "无肺炎"}),
                Label(
                    "PNEUMONIA",
                    {"en": "pneumonia", "zh": "肺炎"},
                    ("SCT", "233604007", "Pneumonia"),
                ),
            ),
            "logit",
        ),
        purpose={"en": "triage of children's chest films", "zh": "儿童胸片分诊"},
        not_for={"en": "adults", "zh": "成人"},
        source={"title": "PneumoniaMNIST", "licence": "CC BY 4.0"},
        gate=Gate("gate.npz", 12.0, 0.95),
    )
    return replace(made, **changes)


def run(task: str = "classification", **changes: Any) -> Run:
    made = Run(
        contract=contract(task),
        contract_sha256="c0" * 32,
        provider="CPUExecutionProvider",
        cds_version="0.1.0",
        generated_at=NOW,
    )
    return replace(made, **changes)


def result(status: str = "ok", number: int = 1, **changes: Any) -> ImageResult:
    made = ImageResult(
        file="a.dcm",
        frame=number,
        status=status,  # type: ignore[arg-type]
        label="PNEUMONIA" if status == "ok" else None,
        probabilities={"NORMAL": 0.0312345678, "PNEUMONIA": 0.9687654322},
        distance=4.2,
        preprocessing=("window: centre 40 width 80 LINEAR (header)", "resize: 64 x 48 -> 32 x 32"),
    )
    if status == "abstain":
        made = replace(made, code="uncertain", reason="not sure enough", numbers={
            "label": "PNEUMONIA", "probability": 0.55, "limit": 0.7})  # fmt: skip
    if status == "refused":
        made = replace(made, probabilities=None, code="distance", reason="too far", numbers={
            "distance": 99.0, "limit": 12.0})  # fmt: skip
    return replace(made, **changes)


def box(**changes: Any) -> Box:
    return replace(Box("PNEUMONIA", 0.83, 10.0, 20.0, 12.0, 8.0, 3.0, 4.0), **changes)


def region(label: str = "PNEUMONIA", top: int = 10) -> Region:
    mask = np.zeros((ROWS, COLUMNS), np.bool_)
    mask[top : top + 8, 5:17] = True
    return Region(label, 96, mask, 12.0)
