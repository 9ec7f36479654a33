"""Each step from stored pixels to a model's input, against pydicom's and highdicom's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut, apply_windowing

sys.path.insert(0, str(Path(__file__).parent))

from phantom import dicom, save

from cds.imaging.contract.model import Intake
from cds.imaging.display import (
    CannotPrepare,
    bits_that_suffice,
    displayed,
    full_range,
    is_padding,
    modality,
    per_stored_value,
    through_voi_table,
    windowed,
)
from cds.imaging.frame import Frame, GreyScale, Identity, LookupTable, Window
from cds.imaging.pixels import prepare
from cds.imaging.reading import read

# stored values whose range has all cases of a window: below, at and between its ends, above
RAMP = np.arange(-40, 300, dtype=np.int16)


def frame(stored: Any, *, bits: int = 8, kind: str = "dicom", **changes: Any) -> Frame:
    """A grey frame; ``changes`` of GreyScale or of Frame."""
    grey = {key: changes.pop(key) for key in list(changes) if key in GreyScale.__dataclass_fields__}
    if isinstance(stored, list):
        stored = np.array(stored, np.uint8 if bits <= 8 else np.uint16)
    array = np.atleast_2d(stored)
    values: dict[str, Any] = {"photometric": "MONOCHROME2", "kind": kind} | changes
    return Frame("test", 1, array, grey=GreyScale(bits, **grey), **values)


def intake(height: int = 1, width: int = 4, channels: int = 1, **changes: Any) -> Intake:
    return Intake("x", "NCHW", height, width, channels, **changes)


def shown(image: Frame, window: Window | None = None, *, use_header: bool = True) -> list[float]:
    return displayed(image, window, use_header=use_header, steps=[]).ravel().tolist()


# --- modality transform -------------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (0.5, 3), (-2, 100), (3.774, 6e-5)])
def test_slope_and_intercept_as_pydicom(slope: float, intercept: float) -> None:
    header = Dataset()
    header.RescaleSlope, header.RescaleIntercept = slope, intercept
    expected = apply_modality_lut(RAMP, header)
    found = modality(RAMP.astype(float), GreyScale(16, slope=slope, intercept=intercept))
    np.testing.assert_allclose(found, expected, atol=1e-9)


def table_item(first: int, bits: int, values: list[int], signed: bool = False) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(values), first, bits]
    item["LUTDescriptor"].VR = "SS" if signed else "US"
    item.LUTData = values
    item["LUTData"].VR = "US"
    return item


@pytest.mark.parametrize(("first", "signed"), [(0, False), (10, False), (-5, True)])
def test_modality_table_as_pydicom_also_beyond_its_ends(first: int, signed: bool) -> None:
    values = [int(1000 + 7 * index**1.5) for index in range(90)]
    header = Dataset()
    header.ModalityLUTSequence = [table_item(first, 16, values, signed)]
    stored = np.arange(-20 if signed else 0, 120, dtype=np.int16)
    grey = GreyScale(16, modality_table=LookupTable(first, np.array(values, float), 16))
    expected = apply_modality_lut(stored, header)
    np.testing.assert_array_equal(modality(stored.astype(float), grey), expected)


# --- window and VOI table -----------------------------------------------------------------------


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(
    ("centre", "width"), [(40, 100), (127.5, 255), (128, 256), (0, 2), (9.5, 3)]
)
def test_windows_as_pydicom_and_highdicom(function: Any, centre: float, width: float) -> None:
    from highdicom.pixels import apply_voi_window

    header = Dataset()
    header.WindowCenter, header.WindowWidth = centre, width
    header.VOILUTFunction = function
    header.PhotometricInterpretation = "MONOCHROME2"
    header.BitsStored, header.PixelRepresentation = 16, 1
    found = windowed(RAMP.astype(float), Window(centre, width, function))
    # pydicom's range is that of the stored bits, -32768 to 32767
    as_pydicom = (apply_windowing(RAMP, header) + 32768) / 65535
    np.testing.assert_allclose(found, as_pydicom, atol=1e-7)
    as_highdicom = apply_voi_window(RAMP.astype(float), centre, width, function)
    np.testing.assert_allclose(found, as_highdicom, atol=1e-9)


@pytest.mark.parametrize(
    # PS3.3 C.11.2.1.2.1, note 2: at width 1 the window is a threshold, at centre − 0.5
    ("value", "expected"),
    [(-1, 0.0), (0, 0.0), (0.5, 0.0), (0.6, 1.0), (1, 1.0)],
)
def test_a_linear_window_of_width_one_is_a_threshold(value: float, expected: float) -> None:
    assert windowed(np.array([value], float), Window(1, 1)).item() == expected


def test_a_window_over_all_of_eight_bits_is_a_division_by_255() -> None:
    values = np.arange(256, dtype=float)
    np.testing.assert_allclose(windowed(values, Window(128, 256)), values / 255, atol=1e-12)


def test_voi_table_as_pydicom() -> None:
    values = [min(4095, 3 * index**2) for index in range(64)]
    header = Dataset()
    header.VOILUTSequence = [table_item(-8, 12, values, signed=True)]
    stored = np.arange(-30, 90, dtype=np.int16)
    header.BitsStored, header.PixelRepresentation = 16, 1
    table = LookupTable(-8, np.array(values, float), 12)
    expected = apply_voi_lut(stored, header) / 4095
    np.testing.assert_allclose(through_voi_table(stored.astype(float), table), expected)


@given(
    st.floats(-2000, 2000),
    st.floats(1, 4000),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_a_window_never_reverses_order_and_stays_within_0_and_1(
    centre: float, width: float, function: Any
) -> None:
    found = windowed(np.linspace(-5000, 5000, 301), Window(centre, width, function))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0 and found.max() <= 1


@pytest.mark.parametrize(
    ("title", "image", "contract_window", "use_header", "expected"),
    [
        ("contract first", frame([0, 10, 20], windows=(Window(0, 2),)), Window(10, 20, "LINEAR_EXACT"), True, [0, 0.5, 1]),
        ("then the header's table", frame([0, 1], windows=(Window(0, 2),), voi_table=LookupTable(0, np.array([255.0, 51.0]), 8)), None, True, [1, 0.2]),
        ("then its window", frame([0, 10, 20], windows=(Window(10, 20, "LINEAR_EXACT"),)), None, True, [0, 0.5, 1]),
        ("of several the first", frame([0, 10], windows=(Window(10, 20, "LINEAR_EXACT"), Window(0, 2))), None, True, [0, 0.5]),
        ("header not wanted", frame([0, 51, 255], windows=(Window(0, 2),)), None, False, [0, 0.2, 1]),
        ("8 bits, nothing said", frame([0, 51, 255]), None, True, [0, 0.2, 1]),
        ("12 bits, nothing said", frame([0, 819, 4095], bits=12), None, True, [0, 0.2, 1]),
        ("8 bits signed", frame(np.array([-128, 127], np.int8)), None, True, [0, 1]),
        ("8 bits signed, rescaled", frame(np.array([-128, -77, 127], np.int8), intercept=128), None, True, [0, 0.2, 1]),
        ("negative slope", frame([0, 51, 255], slope=-1, intercept=255), None, True, [1, 0.8, 0]),
        ("MONOCHROME1 after the window", frame([0, 10, 20], photometric="MONOCHROME1", windows=(Window(10, 20, "LINEAR_EXACT"),)), None, True, [1, 0.5, 0]),
        ("MONOCHROME1 under a contract's window", frame([0, 10], photometric="MONOCHROME1"), Window(10, 20, "LINEAR_EXACT"), True, [1, 0.5]),
        ("padding is darkest", frame([0, 51, 200], padding=(199, 255)), None, True, [0, 0.2, 0]),
        ("padding is darkest in MONOCHROME1 too", frame([0, 51, 255], photometric="MONOCHROME1", padding=(0, 0)), None, True, [0, 0.8, 0]),
        ("padding by stored value, not by HU", frame([0, 51], intercept=-51, padding=(0, 0)), Window(0, 102, "LINEAR_EXACT"), True, [0, 0.5]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_shown(
    title: str,
    image: Frame,
    contract_window: Window | None,
    use_header: bool,
    expected: list[float],
) -> None:
    found = shown(image, contract_window, use_header=use_header)
    assert found == pytest.approx(expected, abs=1e-6), title


def test_a_picture_has_no_units_that_a_window_could_be_in() -> None:
    with pytest.raises(CannotPrepare, match="picture"):
        shown(frame([1], kind="picture"), Window(40, 400))


def test_colours_have_no_window() -> None:
    image = frame(np.zeros((2, 2, 3), np.uint8), photometric="RGB")
    with pytest.raises(CannotPrepare, match="colour"):
        shown(image, Window(40, 400))


def test_real_numbers_without_a_window_are_refused() -> None:
    with pytest.raises(CannotPrepare, match="window"):
        shown(frame(np.array([0.1, 5.0]), bits=0))


@pytest.mark.parametrize(
    ("bits", "values", "expected"),
    [
        (16, [0, 255], 8), (16, [0, 256], 10), (16, [3, 4095], 12), (16, [0, 4096], None),
        (12, [0, 255], 8), (12, [0, 256], None), (8, [0, 15], 8), (16, [-1, 255], None),
    ],
)  # fmt: skip
def test_bits_declared_but_not_used(bits: int, values: list[int], expected: int | None) -> None:
    stored = np.array(values, np.int32)
    grey = GreyScale(bits)
    assert bits_that_suffice(stored, grey, full_range(grey, signed=False)) == expected


def test_the_guess_of_bits_is_told() -> None:
    ready = prepare(frame(np.array([0, 51, 255, 0], np.uint16), bits=16), intake())
    assert ready.pixels.ravel()[1] == pytest.approx(0.2)
    assert any("its values fit 8" in step for step in ready.steps)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**16 - 1), st.booleans())
def test_by_way_of_a_table_is_the_same_as_pixel_by_pixel(seed: int, signed: bool) -> None:
    kind = np.int16 if signed else np.uint16
    ends = np.iinfo(kind)
    stored = np.random.default_rng(seed).integers(ends.min, ends.max, (300, 260)).astype(kind)
    window = Window(seed / 7, 900.0, "SIGMOID")
    direct = windowed(stored.astype(float) * 1.3 - 5, window).astype(np.float32)
    table = per_stored_value(stored, lambda values: windowed(values * 1.3 - 5, window))
    np.testing.assert_array_equal(table, direct)
    big_endian = stored.astype(stored.dtype.newbyteorder(">"))
    again = per_stored_value(big_endian, lambda values: windowed(values * 1.3 - 5, window))
    np.testing.assert_array_equal(again, direct)


def test_padding_is_a_range_of_stored_values() -> None:
    assert is_padding(np.array([-3.0, -2, 0, 1]), (-2, 0)).tolist() == [False, True, True, False]


SCALED = {"RescaleSlope": "1.5", "RescaleIntercept": "-24", "RescaleType": "US"}
WINDOW = {"WindowCenter": "300", "WindowWidth": "900"}


@pytest.mark.parametrize(
    "header",
    [
        SCALED | WINDOW | {"VOILUTFunction": "LINEAR_EXACT"},
        SCALED | WINDOW | {"VOILUTFunction": "SIGMOID"},
        WINDOW | {"VOILUTFunction": "LINEAR_EXACT", "PhotometricInterpretation": "MONOCHROME1"},
        WINDOW | {"VOILUTFunction": "LINEAR"},
        WINDOW | {"PhotometricInterpretation": "MONOCHROME1"},
        SCALED | WINDOW | {"PhotometricInterpretation": "MONOCHROME1"},
    ],
)
def test_all_grey_steps_at_once(header: dict[str, str], tmp_path: Path) -> None:
    """Against highdicom; of rescaled LINEAR windows against pydicom, since highdicom shrinks
    those by one stored value and not by one rescaled value (C.11.2.1.2.1)."""
    import highdicom

    stored = np.random.default_rng(2).integers(-900, 2500, (40, 50)).astype(np.int16)
    path = save(dicom(stored, **header), tmp_path / "image.dcm")
    (found,) = read([path])
    assert isinstance(found, Frame)
    if "RescaleSlope" in header and header.get("VOILUTFunction", "LINEAR") == "LINEAR":
        dataset = dcmread(path)
        values = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset)
        low, high = full_range(found.grey, signed=True)
        theirs = 1 - (values - low) / (high - low)
    else:
        theirs = highdicom.imread(path).get_frame(1, apply_voi_transform=True)
    np.testing.assert_allclose(shown(found), theirs.ravel(), atol=1e-6)


# --- what the contract asks ---------------------------------------------------------------------

FOUR = np.array([[0, 51, 102, 255]], np.uint8)


@pytest.mark.parametrize(
    ("title", "changes", "expected"),
    [
        ("as it is", {}, [0, 0.2, 0.4, 1]),
        ("dense tissue dark", {"polarity": "dark"}, [1, 0.8, 0.6, 0]),
        ("0 to 255", {"value_range": (0, 255)}, [0, 51, 102, 255]),
        ("-1 to 1", {"value_range": (-1, 1)}, [-1, -0.6, -0.2, 1]),
        ("mean and deviation", {"mean": (0.5,), "deviation": (0.25,)}, [-2, -1.2, -0.4, 2]),
        ("bytes", {"value_range": (0, 255), "dtype": "uint8"}, [0, 51, 102, 255]),
    ],
)
def test_range_and_normalisation(
    title: str, changes: dict[str, Any], expected: list[float]
) -> None:
    ready = prepare(frame(FOUR), intake(**changes))
    assert ready.pixels.shape == (1, 1, 4), title
    assert ready.pixels.dtype == changes.get("dtype", "float32")
    assert ready.pixels.ravel().tolist() == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(ready.shown, FOUR / 255, atol=1e-6)


def test_layouts() -> None:
    colours = np.random.default_rng(1).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    image = frame(colours, photometric="RGB")
    first = prepare(image, intake(4, 5, 3)).pixels
    last = prepare(image, Intake("x", "NHWC", 4, 5, 3)).pixels
    np.testing.assert_array_equal(first, last.transpose(2, 0, 1))
    np.testing.assert_allclose(last, colours / 255, atol=1e-6)


def test_grey_is_repeated_and_colour_is_weighed() -> None:
    three = prepare(frame(FOUR), intake(channels=3)).pixels
    assert three.shape == (3, 1, 4) and (three == three[:1]).all()
    red = np.zeros((1, 1, 3), np.uint8)
    red[..., 0] = 255
    grey = prepare(frame(red, photometric="RGB"), intake(1, 1)).pixels
    assert grey.item() == pytest.approx(0.299, abs=1e-6)
    equal = np.repeat(FOUR[..., None], 3, axis=2)
    as_grey = prepare(frame(equal, photometric="RGB"), intake()).pixels
    np.testing.assert_array_equal(as_grey, prepare(frame(FOUR), intake()).pixels)


def test_means_by_channel() -> None:
    settings = {"mean": (0.485, 0.456, 0.406), "deviation": (0.229, 0.224, 0.225)}
    found = prepare(frame(FOUR), intake(channels=3, **settings)).pixels[:, 0, 3]
    assert found.tolist() == pytest.approx([2.2489, 2.4286, 2.64], abs=1e-4)


def test_a_contract_of_two_channels_is_refused() -> None:
    with pytest.raises(CannotPrepare, match="channels"):
        prepare(frame(FOUR), intake(channels=2))


def test_the_steps_are_told_in_order() -> None:
    image = frame(
        np.array([[0, 1]], np.uint16),
        bits=12,
        photometric="MONOCHROME1",
        intercept=-1024.0,
        unit="HU",
        padding=(0, 0),
        windows=(Window(40, 400), Window(0, 80)),
        identity=Identity(modality="CT"),
        row_axis=(-1.0, 0.0, 0.0),
        column_axis=(0.0, 1.0, 0.0),
    )
    ready = prepare(image, intake(2, 2, 3, polarity="dark", value_range=(0, 255)))
    assert ready.steps == (
        "padding: 0 to 0 -> darkest",
        "modality: slope 1 intercept -1024 -> HU",
        "window: centre 40 width 400 LINEAR (header, 1 of 2)",
        "inverted: MONOCHROME1",
        "orientation: left and right flipped",
        "polarity: inverted, the contract takes dense tissue dark",
        "channels: grey -> 3 equal ones",
        "resize: 1 x 2 -> 2 x 2, stretch, bilinear",
        "scale: 0 to 1 -> 0 to 255",
        "layout: NCHW float32",
    )
