"""Reading files of anybody: what is refused and why, bounds, order, processes that die."""

from __future__ import annotations

import gzip
import io
import os
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).parent))

from phantom import ROOT, SAMPLES, chest, dicom, eight_bits, save, write_samples
from written_forms import FORMS, as_bytes, write_form

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading import ReadLimits, read, read_bytes
from cds.imaging.reading.codestream import size_said
from cds.imaging.reading.inflate import GZIP, inflate
from cds.imaging.reading.limits import CannotRead
from cds.imaging.reading.process import DecodingProcess

FILM = eight_bits(chest(64, 48))
SMALL = ReadLimits(file_bytes=200_000, unpacked_bytes=400_000, frames=4, pixels=40_000, seconds=20)


def reason(path: Path, limits: ReadLimits = SMALL) -> str:
    (found,) = read([path], limits=limits)
    assert isinstance(found, Unreadable), found
    assert found.source == str(path)
    return found.reason


def frames(path: Path, limits: ReadLimits = SMALL) -> list[Frame]:
    found = list(read([path], limits=limits))
    assert all(isinstance(image, Frame) for image in found), found
    return [image for image in found if isinstance(image, Frame)]


# --- what is refused, and why -------------------------------------------------------------------


def changed(**header: Any) -> bytes:
    return as_bytes(dicom(FILM, **header))


def without(*keywords: str) -> bytes:
    dataset = dicom(FILM)
    for keyword in keywords:
        delattr(dataset, keyword)
    return as_bytes(dataset)


def png(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(array).save(stream, "png", **options)
    return stream.getvalue()


def deflated_bomb() -> bytes:
    """A deflated DICOM file of a few KB that unpacks to 100 MB."""
    dataset = dicom(FILM)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    content = as_bytes(dataset)
    start = 144 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return content[:start] + packer.compress(bytes(100_000_000)) + packer.flush()


def nifti(shape: tuple[int, ...], kind: str = "<i2", *, cut: int | None = None) -> bytes:
    """A NIfTI-1 header that says ``shape``, and zeros for the voxels that it says."""
    import nibabel

    header = nibabel.Nifti1Header()
    header.set_data_dtype(kind)
    header.set_data_shape(shape)
    header["vox_offset"] = 352
    content = bytes(header.binaryblock) + bytes(4)
    return content + bytes(min(int(np.prod(shape)) * 2 if cut is None else cut, 10_000_000))


BOMB_PNG = png(np.zeros((3000, 3000), np.uint8))  # 9 million pixels in 9 KB

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.dcm", b"", "empty"),
    "large": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(300_000), "at most 200,000"),
    "text": ("a.txt", b"hello, world" * 20, "expected DICOM, PNG, JPEG, TIFF or NIfTI"),
    "named dcm": ("a.dcm", b"hello, world" * 20, "DICOM|damaged|no image"),
    "no pixels": ("a.dcm", without("PixelData"), "without pixels, or cut off before them"),
    "no rows": ("a.dcm", without("Rows"), "lacks Rows"),
    "no photometric": ("a.dcm", without("PhotometricInterpretation"), "Photometric"),
    "pixels cut off": ("a.dcm", as_bytes(dicom(FILM))[:-100], "cut off|damaged"),
    "header cut off": ("a.dcm", as_bytes(dicom(FILM))[:400], "no image|cut off"),
    "too many pixels": ("a.dcm", changed(Rows=60_000, Columns=60_000), "at most 40,000"),
    "no pixels at all": ("a.dcm", changed(Rows=0), "expected some"),
    "too many frames": ("a.dcm", changed(NumberOfFrames=10**6), "at most 4 are read"),
    "frames missing": ("a.dcm", changed(NumberOfFrames=3), "cut off"),
    "four samples": ("a.dcm", changed(SamplesPerPixel=4), "4 samples"),
    "no such photometric": ("a.dcm", changed(PhotometricInterpretation="HSV"), "HSV|Photometric"),
    "slope of nothing": ("a.dcm", changed(RescaleSlope="0"), "RescaleSlope is 0"),
    "video": ("a.dcm", as_bytes(dicom(FILM)).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0"), "not read"),
    "deflated bomb": ("a.dcm", deflated_bomb(), "more than 400,000 bytes"),
    "png bomb": ("a.png", BOMB_PNG, "3000 × 3000 pixels; at most 40,000"),
    "png cut off": ("a.png", png(FILM)[:-200], "damaged|cut"),
    "png of a broken header": ("a.png", png(FILM)[:20], "header is damaged|damaged"),
    "real numbers": ("a.tif", b"", "empty"),
    "gzip of nothing known": ("a.gz", gzip.compress(b"x" * 5000), "not a NIfTI file"),
    "nifti too large": ("a.nii", nifti((190, 190, 4), "<f8", cut=9), "at most 400,000"),
    "nifti of many slices": ("a.nii", nifti((10, 10, 30)), "30 frames; at most 4"),
    "nifti cut off": ("a.nii", nifti((20, 20, 2), cut=7), "cut off: 359 bytes of 1,952"),
    "nifti of a pair": ("a.nii", nifti((4, 4)).replace(b"n+1\0", b"ni1\0"), "pair"),
    "nifti of numbers with two parts": ("a.nii", nifti((4, 4), "<c8", cut=200), "complex"),
    "nifti gz cut off": ("a.nii.gz", gzip.compress(nifti((20, 20, 2)))[:-30], "cut off|damaged"),
    "nifti bomb": ("a.nii.gz", gzip.compress(nifti((190, 190, 4), "<f8"), 9), "at most 400,000"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_reason(case: str, tmp_path: Path) -> None:
    import re

    name, content, expected = REFUSED[case]
    path = tmp_path / name
    path.write_bytes(content)
    found = reason(path)
    assert re.search(expected, found), found
    assert "Traceback" not in found and len(found) < 400


def test_a_missing_file_and_a_folder_without_right() -> None:
    (found,) = read([Path("nowhere.dcm")])
    assert found == Unreadable("nowhere.dcm", 0, "cannot be opened: No such file or directory")


def test_inflating_stops_at_the_bound() -> None:
    packed = gzip.compress(bytes(50_000_000), 9)
    with pytest.raises(CannotRead, match="more than 1,000,000"):
        inflate(packed, GZIP, 1_000_000)
    assert inflate(packed, GZIP, 10**9, stop_at=352) == bytes(352)


@pytest.mark.parametrize(
    ("name", "size"),
    [("jpeg_2000", (64, 48, 1, 8)), ("jpeg_ls", (64, 48, 1, 8)), ("jpeg_lossless", (64, 48, 1, 8))],
)
def test_a_codestream_says_its_size(name: str, size: tuple[int, ...], tmp_path: Path) -> None:
    from pydicom import dcmread
    from pydicom.encaps import generate_frames

    dataset = dcmread(write_form(name, FILM, tmp_path))
    assert size_said(next(generate_frames(dataset.PixelData, number_of_frames=1))) == size


def test_a_frame_that_is_larger_inside_than_its_header_says(tmp_path: Path) -> None:
    from pydicom import dcmread

    path = write_form("jpeg_2000", FILM, tmp_path)
    dataset = dcmread(path)
    dataset.Rows = 32
    dataset.save_as(path)
    assert reason(path) == "frame 1 is compressed as 64 × 48 pixels, but the header says 32 × 48"


# --- what is read -------------------------------------------------------------------------------


def test_a_damaged_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "b.dcm").write_bytes(as_bytes(dicom(FILM))[:900])
    write_form("png", FILM, tmp_path)
    save(dicom(FILM), tmp_path / "a.dcm")
    found = list(read([tmp_path], limits=SMALL))
    assert [type(image).__name__ for image in found] == ["Frame", "Unreadable", "Frame"]


def test_folders_are_read_whole_in_order_and_without_their_index(tmp_path: Path) -> None:
    for name in ("b/2.dcm", "b/1.dcm", "a/9", "DICOMDIR", ".hidden.dcm", "c.dcm"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        save(dicom(FILM), path)
    found = [Path(image.source).relative_to(tmp_path) for image in read([tmp_path])]
    assert [str(path) for path in found] == ["c.dcm", "a/9", "b/1.dcm", "b/2.dcm"]


def test_every_frame_of_a_file() -> None:
    found = frames(SAMPLES / "phantom_frames.dcm", ReadLimits())
    assert [(image.number, image.of) for image in found] == [(1, 3), (2, 3), (3, 3)]
    assert not np.array_equal(found[0].stored, found[2].stored)


def test_one_damaged_frame_of_several(tmp_path: Path) -> None:
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    imagecodecs = pytest.importorskip("imagecodecs")
    good = imagecodecs.jpeg2k_encode(FILM, codecformat="J2K", reversible=True, level=0)
    dataset = dicom(np.stack([FILM] * 3))
    dataset.PixelData = encapsulate([good, good[:60], good])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    path = save(dataset, tmp_path / "a.dcm")
    first, second, third = read([path])
    assert isinstance(first, Frame) and isinstance(third, Frame)
    assert isinstance(second, Unreadable) and second.number == 2
    np.testing.assert_array_equal(third.stored, FILM)


def test_bytes_that_came_over_stdin() -> None:
    for name in ("dicom", "jpeg_lossless"):
        (found,) = read_bytes("-", FORMS[name][1](FILM))
        assert isinstance(found, Frame) and found.source == "-"
        np.testing.assert_array_equal(found.stored, FILM)


def test_header_and_pixels_are_apart() -> None:
    (found,) = frames(SAMPLES / "phantom.dcm", ReadLimits())
    assert "PixelData" not in found.header
    assert found.identity.body_part == "CHEST" and found.identity.view == "PA"
    assert found.spacing == (1.5, 1.5)
    assert found.row_axis == (1.0, 0.0, 0.0) and found.column_axis == (0.0, 0.0, -1.0)
    assert found.encoding == "Explicit VR Little Endian"
    assert found.findings == {}


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ({"BurnedInAnnotation": "YES"}, ["burned_in"]),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, ["secondary_capture"]),
        ({"LossyImageCompression": "01"}, ["lossy"]),
        ({"ImageType": ["DERIVED", "SECONDARY"]}, ["derived"]),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, ["localizer"]),
        ({"PresentationIntentType": "FOR PROCESSING"}, ["for_processing"]),
        ({"QualityControlImage": "YES"}, ["quality_control"]),
        ({"Modality": ""}, ["no_modality"]),
        ({"Modality": "CT"}, ["no_rescale"]),
        ({"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "0"}, []),
        ({"PresentationLUTShape": "INVERSE"}, ["presentation"]),
        ({"PresentationLUTShape": "IDENTITY"}, []),
        ({"PatientOrientation": ["L", "H"]}, ["upside_down"]),
        ({"PixelSpacing": [1.0, 2.0]}, ["unequal_spacing"]),
        ({"BitsAllocated": 8, "BitsStored": 7}, ["no_window"]),
    ],
)
def test_findings(header: dict[str, Any], codes: list[str], tmp_path: Path) -> None:
    (found,) = frames(save(dicom(FILM // 2, **header), tmp_path / "a.dcm"))
    assert list(found.findings) == codes
    assert all(sentence.endswith(".") for sentence in found.findings.values())


def test_every_finding_has_a_chinese_sentence() -> None:
    import re

    from cds.imaging.reading import findings, nifti, picture
    from cds.imaging.reading_words import FINDINGS

    codes = set(findings.SENTENCES) | set(nifti._NO_ORIENTATION) | set(picture._REDUCED)
    for module in (nifti, picture):
        assert module.__file__ is not None
        codes |= set(re.findall(r'findings\["(\w+)"\]', Path(module.__file__).read_text("utf-8")))
    assert codes == set(FINDINGS)


def jpeg_turned() -> bytes:
    """A camera on its side: EXIF orientation 6."""
    exif = Pillow.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Pillow.fromarray(FILM).save(stream, "jpeg", quality=100, exif=exif)
    return stream.getvalue()


def transparent() -> bytes:
    alpha = np.full(FILM.shape, 255, np.uint8)
    alpha[:10] = 0
    return png(np.dstack([FILM, FILM, FILM, alpha]))


def palette() -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(np.dstack([FILM, FILM // 2, FILM])).quantize(64).save(stream, "png")
    return stream.getvalue()


def white_is_zero() -> bytes:
    stream = io.BytesIO()
    picture = Pillow.fromarray(65535 - FILM.astype(np.uint16) * 257)
    picture.save(stream, "tiff", tiffinfo={262: 0})
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "shape", "photometric", "codes"),
    [
        (png(FILM), (64, 48), "MONOCHROME2", []),
        (png(FILM > 99), (64, 48), "MONOCHROME2", ["one_bit"]),
        (png(np.dstack([FILM] * 3)), (64, 48, 3), "RGB", []),
        (jpeg_turned(), (48, 64), "MONOCHROME2", ["lossy", "turned"]),
        (transparent(), (64, 48), "MONOCHROME2", ["transparent"]),
        (palette(), (64, 48, 3), "RGB", ["palette"]),
        (white_is_zero(), (64, 48), "MONOCHROME1", []),
    ],
)
def test_pictures(
    content: bytes, shape: tuple[int, ...], photometric: str, codes: list[str]
) -> None:
    (found,) = read_bytes("a", content)
    assert isinstance(found, Frame), found
    assert (found.stored.shape, found.photometric, sorted(found.findings)) == (
        shape, photometric, codes,
    )  # fmt: skip


def test_transparent_parts_are_black() -> None:
    (found,) = read_bytes("a", transparent())
    assert isinstance(found, Frame)
    assert not found.stored[:10].any()
    np.testing.assert_array_equal(found.stored[10:], FILM[10:])


def test_every_page_of_a_tiff() -> None:
    stream = io.BytesIO()
    pages = [Pillow.fromarray(FILM + step) for step in (0, 1, 2)]
    pages[0].save(stream, "tiff", save_all=True, append_images=pages[1:])
    found = list(read_bytes("a", stream.getvalue()))
    assert [image.number for image in found] == [1, 2, 3]


def test_slices_of_a_volume_are_turned_to_the_usual_display(tmp_path: Path) -> None:
    import nibabel

    from cds.imaging.contract.model import Intake
    from cds.imaging.pixels import prepare

    volume = np.random.default_rng(1).integers(0, 255, (9, 7, 3), dtype=np.uint8)
    image = nibabel.Nifti1Image(volume, np.diag([1.5, 2.5, 4, 1]))  # to the right, front, head
    path = tmp_path / "v.nii"
    nibabel.save(image, path)
    first, *_ = frames(path)
    assert first.spacing == (2.5, 1.5) and first.of == 3
    shown = prepare(first, Intake("x", "NCHW", 7, 9, 1)).pixels[0] * 255
    np.testing.assert_allclose(shown, volume[::-1, ::-1, 0].T, atol=1e-3)


@pytest.mark.parametrize("affine", [None, np.eye(4)])
def test_a_volume_that_says_no_orientation_is_taken_as_an_array(affine: Any) -> None:
    import nibabel

    (found,) = read_bytes("a.nii", nibabel.Nifti1Image(FILM, affine).to_bytes())
    assert isinstance(found, Frame)
    np.testing.assert_array_equal(found.stored, FILM)
    assert list(found.findings) == ["no_orientation"] and found.row_axis is None


# --- other processes ----------------------------------------------------------------------------


def test_the_same_frames_in_the_same_order_with_processes(tmp_path: Path) -> None:
    for number, name in enumerate(("png", "jpeg_ls", "dicom", "nifti", "rle", "tiff_lzw")):
        write_form(name, FILM, tmp_path).rename(tmp_path / f"{number:02d}.{FORMS[name][0]}")
    (tmp_path / "03b.dcm").write_bytes(b"no image")
    write_samples(tmp_path / "more")

    def told(images: Any) -> list[Any]:
        return [
            (image.source, image.number, getattr(image, "reason", None))
            if isinstance(image, Unreadable)
            else (image.source, image.number, image.stored.tobytes(), image.grey.windows)
            for image in images
        ]

    assert told(read([tmp_path], workers=2)) == told(read([tmp_path]))


def test_who_leaves_early_leaves_no_process(tmp_path: Path) -> None:
    for number in range(12):
        save(dicom(FILM), tmp_path / f"{number}.dcm")
    images = read([tmp_path], workers=2)
    assert isinstance(next(images), Frame)
    images.close()  # type: ignore[attr-defined]
    assert not children()


def children() -> set[str]:
    task = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not task.exists():
        pytest.skip("needs /proc")
    return set(task.read_text().split())


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Makes the decoding process run ``code`` in place of reading a file called bad.dcm."""

    def replace(code: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(
            "import cds.imaging.reading.one_file as one\n"
            "read_path = one.read_path\n"
            "def bad(path, limits, *, isolated):\n"
            "    if path.name == 'bad.dcm':\n"
            f"        {code}\n"
            "    yield from read_path(path, limits, isolated=isolated)\n"
            "one.read_path = bad\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))

    return replace


@pytest.mark.parametrize(
    ("code", "limits", "expected"),
    [
        ("__import__('ctypes').string_at(0)", ReadLimits(), "is damaged: it crashed its decoder"),
        ("__import__('os').abort()", ReadLimits(), "is damaged: it crashed its decoder"),
        ("__import__('time').sleep(60)", ReadLimits(seconds=3.0), "took more than 3 s to decode"),
        ("bytearray(1 << 33)", ReadLimits(), "is damaged: MemoryError"),
        ("print('noise', flush=True)", ReadLimits(), ""),
    ],
)
def test_a_decoder_that_crashes_or_hangs_ends_only_its_process(
    code: str,
    limits: ReadLimits,
    expected: str,
    decoders: Callable[[str], None],
    tmp_path: Path,
) -> None:
    bad, good = save(dicom(FILM), tmp_path / "bad.dcm"), save(dicom(FILM), tmp_path / "good.dcm")
    decoders(code)
    process = DecodingProcess(limits)
    try:
        (found,) = process.read("bad.dcm", bad)
        assert getattr(found, "reason", "") == expected
        (after,) = process.read("good.dcm", good)
        assert isinstance(after, Frame)
    finally:
        process.close()
    assert ROOT in after.identity.instance


def test_a_reason_quotes_no_more_of_a_file_than_a_line() -> None:
    found = CannotRead("says\n\x1b[31m" + "x" * 5000).reason
    assert found.startswith("says [31mx") and len(found) < 320 and found.isprintable()
    content = as_bytes(dicom(FILM)).replace(
        b"1.2.840.10008.5.1.4.1.1.1\0", b"Smith^John\nborn 1961 in \0\0"
    )
    (image,) = read_bytes("a", content[: content.index(b"\xe0\x7f")])
    assert isinstance(image, Unreadable) and image.reason == (
        "holds no image: it is no complete DICOM object"
    )


def test_a_process_that_cannot_start_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    path = save(dicom(FILM), tmp_path / "a.dcm")
    for images in (DecodingProcess(ReadLimits()).read("a", path), read([path], workers=2)):
        (found,) = images
        assert isinstance(found, Unreadable) and "does not start" in found.reason


def test_files_that_cannot_be_listed_end_the_reading() -> None:
    from cds.imaging.reading.ahead import ReadAhead

    def broken() -> Any:
        raise PermissionError("no right to this folder")
        yield

    with pytest.raises(PermissionError):
        list(ReadAhead(broken(), ReadLimits(), 2))


def test_a_fault_of_ours_in_a_reader_is_raised_and_nobody_waits_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cds.imaging.reading import ahead

    for number in range(6):
        save(dicom(FILM), tmp_path / f"{number}.dcm")

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    for name in ("read", "start"):
        with monkeypatch.context() as patch:
            patch.setattr(ahead.DecodingProcess, name, broken)
            patch.setattr(ahead.ReadAhead, "_meanwhile", lambda self: iter(()))
            with pytest.raises(ZeroDivisionError):
                list(read([tmp_path], workers=2))
    assert not children()


def test_readers_come_from_one_process_and_are_replaced(tmp_path: Path) -> None:
    from cds.imaging.reading.template import Template

    path = save(dicom(FILM), tmp_path / "a.dcm")
    template = Template()
    reader = DecodingProcess(ReadLimits(), template)
    try:
        for _ in range(3):
            (found,) = reader.read("a", path)
            assert isinstance(found, Frame)
            reader.kill()  # as the system does where memory runs out, between two files
            time.sleep(0.3)
    finally:
        reader.close()
        template.close()
    assert not children()


def test_few_files_are_worth_no_processes() -> None:
    from cds.imaging.reading import workers_for

    asked = [(1, 8), (11, 8), (12, 8), (40, 2), (40, 8), (1000, 16), (12, 1)]
    assert [workers_for(*one) for one in asked] == [1, 1, 2, 2, 6, 16, 1]


def test_readers_where_processes_cannot_be_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cds.imaging.reading import template

    monkeypatch.setattr(template, "_CAN_COPY", False)
    for number in range(3):
        save(dicom(FILM), tmp_path / f"{number}.dcm")
    assert all(isinstance(one, Frame) for one in read([tmp_path], workers=2))
    assert not children()


def test_who_leaves_does_not_wait_for_a_file_that_takes_for_ever(
    decoders: Callable[[str], None], tmp_path: Path
) -> None:
    save(dicom(FILM), tmp_path / "a.dcm")
    save(dicom(FILM), tmp_path / "bad.dcm")
    decoders("__import__('time').sleep(10**6)")
    images = read([tmp_path / "a.dcm", tmp_path / "bad.dcm"], workers=2)
    assert isinstance(next(images), Frame)
    images.close()  # type: ignore[attr-defined]
    assert not children()


def test_what_frames_share_and_what_each_has_for_itself(tmp_path: Path) -> None:
    """Functional groups of multi-frame objects (PS3.3 C.7.6.16)."""
    from pydicom.dataset import Dataset

    def group(sequence: str, **values: Any) -> Dataset:
        inner, outer = Dataset(), Dataset()
        for keyword, value in values.items():
            setattr(inner, keyword, value)
        setattr(outer, sequence, [inner])
        return outer

    shared = group("PixelMeasuresSequence", PixelSpacing=[0.5, 0.25])
    shared.update(group("PlaneOrientationSequence", ImageOrientationPatient=[0, 1, 0, 0, 0, -1]))
    each = []
    for slope in (1, 2):
        one = group(
            "PixelValueTransformationSequence",
            RescaleSlope=slope, RescaleIntercept=-1024, RescaleType="HU",
        )  # fmt: skip
        one.update(group("FrameVOILUTSequence", WindowCenter=40 * slope, WindowWidth=400))
        each.append(one)
    stored = np.stack([FILM.astype(np.int16)] * 2)
    path = save(
        dicom(
            stored, PixelSpacing=None, SharedFunctionalGroupsSequence=[shared],
            PerFrameFunctionalGroupsSequence=each,
        ),
        tmp_path / "a.dcm",
    )  # fmt: skip
    first, second = frames(path)
    assert first.spacing == second.spacing == (0.5, 0.25)
    assert first.row_axis == (0.0, 1.0, 0.0) and first.column_axis == (0.0, 0.0, -1.0)
    assert (first.grey.slope, second.grey.slope) == (1.0, 2.0)
    assert second.grey.unit == "HU"
    assert [image.grey.windows[0].centre for image in (first, second)] == [40.0, 80.0]


@pytest.mark.parametrize(
    ("said", "born", "years"),
    [  # PS3.5 table 6.2-1: AS is nnnD, nnnW, nnnM or nnnY
        ("004Y", "", 4.0),
        ("018M", "", 1.5),
        ("026W", "", 0.498),
        ("010D", "", 0.027),
        ("62", "", 62.0),  # without a unit: years are meant
        ("", "20200615", 5.908),
        ("old", "20200615", 5.908),
        ("", "20300101", None),  # born after the study
        ("", "", None),
    ],
)
def test_the_age_is_said_or_follows_from_birth_and_study(
    said: str, born: str, years: float | None
) -> None:
    from cds.imaging.reading.header import age_of

    header = {"PatientAge": said, "PatientBirthDate": born, "StudyDate": "20260513"}
    found = age_of(header)
    assert found == (None if years is None else pytest.approx(years, abs=1e-3))
