"""Runs ``cds image`` in this process, on models and images made here."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

from roster_runs import ROOT, Run

from cds.cli.app import main

NOW = "2026-11-28T10:00:00+00:00"


def image(*words: object) -> Run:
    """``cds image WORDS``."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["image", *map(str, words)])
    return Run(code, out.getvalue(), err.getvalue())


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, compared with the schema it names."""
    stem = document["schema"].removeprefix("cds.").replace("/", "-")
    schema = json.loads((ROOT / f"cds/schemas/{stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


def picture(path: Path, level: float, *, noise: float = 0.02, seed: int = 0) -> Path:
    """A PNG of 20 × 20 grey pixels around ``level``."""
    from PIL import Image

    values = level + np.random.default_rng(seed).normal(0, noise, (20, 20))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8)).save(path)
    return path


def film(
    path: Path, level: float, *, modality: str = "DX", photometric: str = "MONOCHROME2"
) -> Path:
    """A DICOM file of 16 × 16 pixels of ``level``."""
    import pydicom
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    header = pydicom.Dataset()
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    header.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(path)])
    header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID
    header.StudyInstanceUID = generate_uid(entropy_srcs=["study"])
    header.SeriesInstanceUID = generate_uid(entropy_srcs=["series"])
    header.PatientID, header.PatientName = "TEST", "Test^Image"
    header.Modality, header.BodyPartExamined = modality, "CHEST"
    header.ImageType = ["ORIGINAL", "PRIMARY"]
    header.Rows = header.Columns = 16
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, photometric
    header.BitsAllocated = header.BitsStored = 8
    header.HighBit, header.PixelRepresentation = 7, 0
    header.PixelSpacing = [0.5, 0.5]
    header.PixelData = np.full((16, 16), round(level * 255), np.uint8).tobytes()
    header.save_as(path, enforce_file_format=True)
    return path
