"""Pictures with maps, boxes and regions: in place, in proportion, readable in grey."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from reported_studies import box, contract, frame, radiograph, region, result, run

from cds.imaging.documents.filed import filed
from cds.imaging.geometry import Turn, place
from cds.imaging.heatmap.colours import ramp
from cds.imaging.heatmap.drawing import (
    panel,
    png,
    sheet,
    with_boxes,
    with_heat,
    with_regions,
    with_scale,
)
from cds.imaging.heatmap.illustrate import (
    _turned,
    at_the_detector,
    label_to_explain,
    over_shown,
)
from cds.imaging.result import Heatmap
from cds.show.image.caption import caption

GREY = np.full((64, 48), 90, np.uint8)


def test_a_grey_print_of_the_colours_rises_evenly() -> None:
    grey = np.asarray(Image.fromarray(ramp()[None]).convert("L"))[0].astype(int)
    assert (np.diff(grey) >= 0).all()
    assert grey[0] < 30 and grey[-1] > 225


@pytest.mark.parametrize(
    ("shape", "spacing", "size"),
    [
        ((64, 48), None, (480, 640)),  # (width, height)
        ((64, 48), (1.0, 1.0), (480, 640)),
        ((64, 48), (0.5, 2.0), (640, 213)),  # 32 mm × 96 mm
        ((2000, 3000), (0.1, 0.1), (640, 427)),
    ],
)
def test_pixels_are_drawn_in_their_true_shape(
    shape: tuple, spacing: tuple | None, size: tuple
) -> None:
    assert panel(np.zeros(shape, np.uint8), spacing).picture.size == size


@pytest.mark.parametrize(
    ("spacing", "millimetres"), [((0.5, 0.5), 5), ((0.143, 0.143), 2), ((3.0, 3.0), 20)]
)
def test_the_bar_is_as_long_as_it_says(spacing: tuple[float, float], millimetres: float) -> None:
    base = panel(GREY, spacing)
    drawn = np.asarray(with_scale(base).picture)
    row = (drawn[-13] == 255).all(axis=1)
    assert base.millimetre is not None
    assert row.sum() == pytest.approx(millimetres * base.millimetre, abs=2)


def test_without_spacing_there_is_no_bar() -> None:
    base = panel(GREY)
    assert with_scale(base) is base


def test_the_map_colours_where_it_speaks_and_leaves_the_rest() -> None:
    heat = np.full((64, 48), -1.0)
    heat[10:20, 30:40] = 2.0
    heat[:, :5] = np.nan
    base = panel(GREY)
    drawn = np.asarray(with_heat(base, heat).picture).astype(int)
    changed = (drawn != 90).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 9 * 10 and rows.max() < 21 * 10
    assert columns.min() >= 29 * 10 and columns.max() < 41 * 10
    assert with_heat(base, np.full((64, 48), -1.0)) is base


def test_boxes_and_regions_are_outlined_in_place() -> None:
    base = panel(GREY, (1.0, 1.0))
    drawn = np.asarray(with_regions(base, [region()], ["NORMAL", "PNEUMONIA"]).picture)
    colour = (drawn == (230, 159, 0)).all(axis=2)
    rows, columns = np.nonzero(colour[:, : 17 * 10])  # the label stands at the right
    assert (rows.min() // 10, rows.max() // 10) == (10, 17)
    assert (columns.min() // 10, columns.max() // 10) == (5, 16)
    boxed = np.asarray(with_boxes(base, [box()], ["NORMAL", "PNEUMONIA"]).picture)
    line = (boxed == (230, 159, 0)).all(axis=2)
    assert line[20 * 10 + 40, 10 * 10] and line[20 * 10 + 40, 22 * 10]


def test_a_picture_is_the_same_bytes_each_time_and_has_no_name_in_it() -> None:
    heatmap = Heatmap("Smith_John.png", "cam", 0.3, 0.1, "PNEUMONIA", (0.0, 0.2), True, 0, 19)
    image = filed(result(file="Smith_John.dcm", heatmap=heatmap), frame(radiograph()))
    lines = caption(image, run(), "en")
    assert not any("Smith" in line or "P0042" in line for line in lines)
    assert any("not a finding" in line for line in lines)
    assert any("at the detector" in line for line in lines)
    assert any("does not replace" in line for line in lines)
    first, again = (png(sheet([panel(GREY)], lines, heat=True)) for _ in range(2))
    assert first == again
    assert Image.open(BytesIO(first)).width == 500


@pytest.mark.parametrize("rule", ["stretch", "letterbox", "crop"])
def test_a_map_over_the_input_comes_back_over_the_image(rule: str) -> None:
    """A point of the image, through the placement, is where the map has it."""
    placement = place((60, 100), 32, 32, rule)  # type: ignore[arg-type]
    heat = np.zeros((32, 32))
    heat[20, 12] = 1.0
    back = over_shown(heat, placement, 600, 1000)
    row, column = np.unravel_index(np.nanargmax(back), back.shape)
    wanted = placement.to_shown(20.5, 12.5)
    assert (row / 10, column / 10) == pytest.approx(wanted, abs=0.2)
    if rule == "crop":  # the sides of a wide image never reached the network
        assert np.isnan(back[:, 0]).all() and not np.isnan(back[:, 500]).any()
    else:
        assert not np.isnan(back).any()


@pytest.mark.parametrize(
    "turn", [Turn(), Turn(True), Turn(False, True, False), Turn(True, True, True)]
)
def test_a_box_turns_with_its_image(turn: Turn) -> None:
    stored = np.zeros((60, 100))
    stored[20:28, 10:22] = 1
    shown = turn.apply(stored)
    placement = replace(place(shown.shape[:2], 32, 32, "stretch", turn))
    found = _turned(box(), placement)
    rows, columns = np.nonzero(shown)
    assert (found.top, found.left) == (rows.min(), columns.min())
    assert (found.height, found.width) == (np.ptp(rows) + 1, np.ptp(columns) + 1)


def test_whose_evidence_is_shown() -> None:
    two = contract()
    assert label_to_explain(result(label="NORMAL"), two) == "PNEUMONIA"
    assert label_to_explain(result("refused"), two) is None
    assert label_to_explain(result("abstain"), two) == "PNEUMONIA"
    assert label_to_explain(result(), contract("detection")) is None
    many = replace(two, task="multilabel")
    assert label_to_explain(result(label="NORMAL"), many) == "NORMAL"


def test_lengths_of_a_projection_are_the_detector_s() -> None:
    assert at_the_detector(frame(radiograph()))
    assert not at_the_detector(frame(radiograph(PixelSpacingCalibrationType="GEOMETRY")))
    assert not at_the_detector(frame(radiograph(Modality="CT")))
    assert not at_the_detector(frame(radiograph(), spacing=None))
