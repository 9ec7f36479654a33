"""One image of 8 bits written in every form that must give the same pixels."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phantom import dicom
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

Image = NDArray[np.uint8]


def as_bytes(dataset: Dataset) -> bytes:
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def in_syntax(syntax: Any) -> Callable[[Image], bytes]:
    def write(image: Image) -> bytes:
        dataset = dicom(image)
        dataset.file_meta.TransferSyntaxUID = syntax
        stream = io.BytesIO()
        if syntax == ExplicitVRBigEndian:
            dataset["PixelData"].VR = "OB"
        dataset.save_as(stream, enforce_file_format=True)
        return stream.getvalue()

    return write


def compressed(syntax: Any) -> Callable[[Image], bytes]:
    def write(image: Image) -> bytes:
        dataset = dicom(image)
        dataset.compress(syntax, generate_instance_uid=False)
        return as_bytes(dataset)

    return write


def jpeg_2000(image: Image) -> bytes:
    import imagecodecs

    dataset = dicom(image)
    frame = imagecodecs.jpeg2k_encode(
        image, codecformat="J2K", reversible=True, level=0, resolutions=1
    )
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    return as_bytes(dataset)


def jpeg_lossless(image: Image) -> bytes:
    import imagecodecs

    dataset = dicom(image)
    dataset.PixelData = encapsulate([imagecodecs.ljpeg_encode(image, bitspersample=8)])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    return as_bytes(dataset)


def signed_with_slope(image: Image) -> bytes:
    """Stored 2 × value − 300, of 16 bits; the window says what is black and white."""
    stored = (2 * image.astype(np.int16) - 300).astype(np.int16)
    return as_bytes(
        dicom(
            stored, RescaleSlope="0.5", RescaleIntercept="150", RescaleType="US",
            WindowCenter="128", WindowWidth="256",
        )
    )  # fmt: skip


def windowed_12_bits(image: Image) -> bytes:
    """Values from 1000 on, and a window over them that is exact."""
    return as_bytes(
        dicom(
            image.astype(np.uint16) + 1000, BitsStored=12, WindowCenter="1127.5",
            WindowWidth="255", VOILUTFunction="LINEAR_EXACT",
        )
    )  # fmt: skip


def voi_table(image: Image) -> bytes:
    """Values stored in an order of no meaning, that a VOI table puts right."""
    order = np.random.default_rng(0).permutation(256)
    item = Dataset()
    item.LUTDescriptor = [256, 0, 8]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = order.tolist()
    item["LUTData"].VR = "US"
    stored = np.argsort(order)[image].astype(np.uint16)
    return as_bytes(dicom(stored, BitsStored=8, VOILUTSequence=[item]))


def big_endian(image: Image) -> bytes:
    stored = image.astype(np.uint16)
    dataset = dicom(stored, BitsStored=8)
    dataset.PixelData = stored.astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    return as_bytes(dataset)


def picture(form: str, **options: Any) -> Callable[[Image], bytes]:
    def write(image: Image) -> bytes:
        from PIL import Image as Pillow

        stream = io.BytesIO()
        Pillow.fromarray(image).save(stream, form, **options)
        return stream.getvalue()

    return write


def png_16_bits(image: Image) -> bytes:
    """257 × value, so that 0 and 65535 are the ends."""
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(image.astype(np.uint16) * 257).save(stream, "png")
    return stream.getvalue()


def png_rgb(image: Image) -> bytes:
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(np.repeat(image[..., None], 3, axis=2)).save(stream, "png")
    return stream.getvalue()


def nifti(image: Image) -> bytes:
    """x to the left, y to the back, as ITK writes a picture."""
    import nibabel

    written = nibabel.Nifti1Image(image.T, np.diag([-0.2, -0.2, 1, 1]))
    return bytes(written.to_bytes())


def nifti_turned(image: Image) -> bytes:
    """Stored from the patient's left back corner, as scanners do: to the right and the front."""
    import nibabel

    written = nibabel.Nifti1Image(image.T[::-1, ::-1, None], np.diag([0.2, 0.2, 1, 1]))
    return bytes(written.to_bytes())


def nifti_16_bits(image: Image) -> bytes:
    """Signed numbers of 16 bits with slope and intercept; cal_min and cal_max say the range."""
    import nibabel

    written = nibabel.Nifti1Image(image.T.astype(np.int16), np.diag([-0.2, -0.2, 1, 1]))
    written.header["cal_min"], written.header["cal_max"] = -5.0, 122.5
    written.header.set_slope_inter(0.5, -5.0)
    content = bytearray(written.to_bytes())
    reread = nibabel.Nifti1Image.from_bytes(bytes(content))
    start = int(reread.header["vox_offset"]) or 352
    content[112:120] = np.array([0.5, -5.0], "<f4").tobytes()  # scl_slope, scl_inter
    content[start:] = image.T.astype("<i2").tobytes(order="F")
    return bytes(content)


def nifti_zipped(image: Image) -> bytes:
    return gzip.compress(nifti(image), mtime=0)


FORMS: dict[str, tuple[str, Callable[[Image], bytes]]] = {
    "png": ("png", picture("png")),
    "png_16_bits": ("png", png_16_bits),
    "png_rgb": ("png", png_rgb),
    "tiff": ("tif", picture("tiff")),
    "tiff_lzw": ("tif", picture("tiff", compression="tiff_lzw")),
    "nifti": ("nii", nifti),
    "nifti_gz": ("nii.gz", nifti_zipped),
    "nifti_turned": ("nii", nifti_turned),
    "nifti_16_bits": ("nii", nifti_16_bits),
    "dicom": ("dcm", lambda image: as_bytes(dicom(image))),
    "implicit": ("dcm", in_syntax(ImplicitVRLittleEndian)),
    "deflated": ("dcm", in_syntax(DeflatedExplicitVRLittleEndian)),
    "big_endian": ("dcm", big_endian),
    "jpeg_2000": ("dcm", jpeg_2000),
    "rle": ("dcm", compressed(RLELossless)),
    "jpeg_ls": ("dcm", compressed(JPEGLSLossless)),
    "jpeg_lossless": ("dcm", jpeg_lossless),
    "monochrome1": (
        "dcm",
        lambda image: as_bytes(dicom(255 - image, PhotometricInterpretation="MONOCHROME1")),
    ),
    "signed_with_slope": ("dcm", signed_with_slope),
    "windowed_12_bits": ("dcm", windowed_12_bits),
    "voi_table": ("dcm", voi_table),
    "declared_16_bits": ("dcm", lambda image: as_bytes(dicom(image.astype(np.uint16)))),
}
"""Name → ending of the file, and its writer."""


def write_form(name: str, image: Image, folder: Path) -> Path:
    ending, writer = FORMS[name]
    path = folder / f"{name}.{ending}"
    path.write_bytes(writer(image))
    return path
