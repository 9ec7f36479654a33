"""A drawing that looks a little like a chest film, and files of it: no patient was imaged.

``python tests/imaging/phantom.py`` writes ``sample_data/imaging`` anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data" / "imaging"
ROOT = "2.25.2026112800857149"
CR = "1.2.840.10008.5.1.4.1.1.1"
MULTI_FRAME_GREY = "1.2.840.10008.5.1.4.1.1.7.2"


def chest(rows: int = 256, columns: int = 224, *, opacity: float = 0.0) -> NDArray[np.float64]:
    """Grey levels 0 to 1, dense tissue bright; ``opacity`` whitens a spot at the right base."""
    y, x = np.mgrid[0 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    image = 0.15 + 0.5 * np.exp(-((x / 0.95) ** 8) - ((y - 0.55) / 0.62) ** 8)
    for side in (-1, 1):
        lung = ((x - side * 0.43) / 0.33) ** 2 + ((y - 0.46) / 0.36) ** 2
        image -= 0.42 / (1 + np.exp(14 * (lung - 1)))
        for rib in range(7):
            middle = 0.16 + 0.1 * rib + 0.12 * (np.abs(x) - 0.35) ** 2
            inside = lung < 1.25
            image += 0.09 * inside * np.exp(-(((y - middle) / 0.012) ** 2))
    image += 0.28 * np.exp(-((x / 0.11) ** 2)) * (y > 0.05)
    image += 0.33 * np.exp(-(((x - 0.16) / 0.26) ** 2) - ((y - 0.62) / 0.16) ** 2)
    image += 0.35 / (1 + np.exp(-40 * (y - 0.8 - 0.1 * x**2)))
    image += opacity * np.exp(-(((x + 0.45) / 0.14) ** 2) - ((y - 0.6) / 0.1) ** 2)
    return np.clip(image, 0.0, 1.0)


def eight_bits(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(image * 255).astype(np.uint8)


def dicom(stored: NDArray[Any], number: int = 1, **header: Any) -> Dataset:
    """A computed radiograph of ``stored`` (rows, columns), or of frames; header values as given."""
    frames = stored if stored.ndim == 3 else stored[np.newaxis]
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = MULTI_FRAME_GREY if stored.ndim == 3 else CR
    dataset.SOPInstanceUID = f"{ROOT}.1.1.{number}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.1.1"
    dataset.StudyID, dataset.SeriesNumber, dataset.InstanceNumber = "1", 1, number
    dataset.StudyDate, dataset.StudyTime = "20260101", "120000"
    dataset.PatientName, dataset.PatientID = "Phantom^Chest", "PHANTOM"
    dataset.PatientBirthDate, dataset.PatientSex = "", "O"
    dataset.AccessionNumber, dataset.ReferringPhysicianName = "", ""
    dataset.ConversionType = "SYN"
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "CR", "CHEST", "PA"
    dataset.PatientOrientation = ["L", "F"]
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.BurnedInAnnotation = "NO"
    dataset.PixelSpacing = [1.5, 1.5]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = frames.shape[1:]
    bits = 8 * stored.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    if stored.ndim == 3:
        dataset.NumberOfFrames = len(frames)
    for keyword, value in header.items():
        setattr(dataset, keyword, value)
    dataset.HighBit = dataset.BitsStored - 1
    content = np.ascontiguousarray(stored).tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    return dataset


def save(dataset: Dataset, path: Path) -> Path:
    dataset.save_as(path, enforce_file_format=True, little_endian=None, implicit_vr=None)
    return path


def write_samples(folder: Path) -> None:
    """The files of ``sample_data/imaging``: the same film four times, and one of three frames."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    film = eight_bits(chest())
    Image.fromarray(film).save(folder / "phantom.png", optimize=True)
    save(dicom(film), folder / "phantom.dcm")
    save(
        dicom(255 - film, 2, PhotometricInterpretation="MONOCHROME1"),
        folder / "phantom_mono1.dcm",
    )
    frames = np.stack([eight_bits(chest(128, 112, opacity=opacity)) for opacity in (0.0, 0.2, 0.4)])
    save(dicom(frames, 3, PixelSpacing=[3.0, 3.0]), folder / "phantom_frames.dcm")


if __name__ == "__main__":
    write_samples(SAMPLES)
