"""Real DICOM of many kinds: every frame as pydicom decodes it, or refused with a reason."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.data
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading import read
from tests.shared_data import shared_data

PACKAGED = Path(pydicom.data.__file__).parent / "test_files"
REFUSED = {
    "MR_truncated.dcm": "is cut off: 8,130 bytes of pixels of 8,192",
    "badVR.dcm": "NumberOfFrames is damaged; expected a whole number",
    "JPEG2000-embedded-sequence-delimiter.dcm": "frame 1 is compressed as 1024 × 3722445056 "
    "pixels, but the header says 1024 × 256",
    "meta_missing_tsyntax.dcm": "lacks Rows, without which pixels cannot be read",
    "nested_priv_SQ.dcm": "lacks Rows, without which pixels cannot be read",
}
"""Files that hold pixels of which no image can be made, here or by pydicom."""
MORE = {
    "JPEG-LL.dcm": (1024, 256),
    "JPGLosslessP14SV1_1s_1f_8b.dcm": (768, 1024),
    "SC_rgb_jpeg_gdcm.dcm": (100, 100, 3),
    "JPEG-lossy.dcm": (1024, 256),
    "JPGExtended.dcm": (1024, 256),
    "liver_rle.dcm": (512, 512),
    "liver_deflate.dcm": (512, 512),
    "liver_nonbyte_aligned_rle.dcm": (510, 510),
}
"""Files that pydicom, with decoders of permissive licences, does not decode, and that are read."""


def check(folder: Path) -> tuple[int, int, int]:
    """How many files are as pydicom decodes them, read though it does not, and refused."""
    same = more = refused = 0
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    images = read(files, workers=2)
    for path, found in grouped(images, files):
        frames = [image for image in found if isinstance(image, Frame)]
        theirs = by_pydicom(path)
        if len(frames) < len(found) or not frames:
            assert not frames
            (why,) = {image.reason for image in found if isinstance(image, Unreadable)}
            assert theirs is None, f"{path}: {why}"
            if path.name in REFUSED:
                assert why == REFUSED[path.name]
            else:
                assert why.startswith(("holds no image: it is ", "is not ")), f"{path}: {why}"
            refused += 1
        elif theirs is None:
            assert frames[0].stored.shape == MORE[path.name]
            more += 1
        else:
            ours = np.stack([frame.stored for frame in frames])
            np.testing.assert_array_equal(ours if len(frames) > 1 else ours[0], theirs, str(path))
            same += 1
    return same, more, refused


def grouped(images: Any, files: list[Path]) -> Iterator[tuple[Path, list[Frame | Unreadable]]]:
    found: dict[str, list[Frame | Unreadable]] = {str(path): [] for path in files}
    for image in images:
        found[image.source].append(image)
    for path in files:
        yield path, found[str(path)]


def by_pydicom(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path)
            pixels = pydicom.pixels.pixel_array(dataset)
            if dataset.PhotometricInterpretation == "PALETTE COLOR":
                return pydicom.pixels.apply_color_lut(pixels, dataset)[..., :3]
            return pixels
        except Exception:
            return None


def test_the_files_that_pydicom_brings() -> None:
    same, more, refused = check(PACKAGED)
    assert same >= 80 and more >= 2 and refused >= len(REFUSED)


def test_the_shared_files() -> None:
    assert check(shared_data("imaging", "dicom-real")) == (25, 5, 5)


@pytest.mark.parametrize("name", ["JPEG-LL.dcm", "JPGLosslessP14SV1_1s_1f_8b.dcm"])
def test_jpeg_lossless_by_two_decoders(name: str) -> None:
    """libjpeg-turbo, that is used, and another implementation of the same process."""
    imagecodecs = pytest.importorskip("imagecodecs")
    path = shared_data("imaging", "dicom-real") / name
    dataset = pydicom.dcmread(path)
    source = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
    (image,) = read([path])
    assert isinstance(image, Frame)
    np.testing.assert_array_equal(image.stored, imagecodecs.ljpeg_decode(source))


def test_a_film_and_its_photographic_negative_are_shown_alike() -> None:
    from cds.imaging.display import displayed

    folder = shared_data("imaging", "dicom-real")
    names = ("rsna_cr_mono2_jpeg.dcm", "rsna_cr_mono1_jpeg.dcm")
    light, dark = read([folder / name for name in names])
    assert isinstance(light, Frame) and isinstance(dark, Frame)
    np.testing.assert_array_equal(light.stored, dark.stored)
    as_shown = [displayed(image, None, use_header=True, steps=[]) for image in (light, dark)]
    np.testing.assert_allclose(as_shown[0], 1 - as_shown[1], atol=1e-6)
