"""Resizing and turning, and the way back to the stored pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.imaging.geometry import Placement, Turn, place, resize, usual_turn

LEFT, RIGHT = (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)
BACK, FRONT = (0.0, 1.0, 0.0), (0.0, -1.0, 0.0)
HEAD, FEET = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)


@pytest.mark.parametrize(
    ("columns_run", "rows_run", "turn"),
    [
        (LEFT, BACK, Turn()),  # axial as usual
        (RIGHT, BACK, Turn(flipped_columns=True)),
        (LEFT, FRONT, Turn(flipped_rows=True)),
        (BACK, LEFT, Turn(transposed=True)),
        (FRONT, RIGHT, Turn(True, True, True)),
        (LEFT, FEET, Turn()),  # coronal
        (LEFT, HEAD, Turn(flipped_rows=True)),
        (BACK, FEET, Turn()),  # sagittal
        (HEAD, BACK, Turn(transposed=True, flipped_rows=True)),
        ((0.9, 0.1, 0.42), (-0.2, 0.95, 0.1), Turn()),  # a little oblique
        (None, BACK, Turn()),
        (LEFT, LEFT, Turn()),
    ],
)
def test_usual_display(columns_run: Any, rows_run: Any, turn: Turn) -> None:
    assert usual_turn(columns_run, rows_run) == turn


@pytest.mark.parametrize("name", ["stretch", "letterbox", "crop"])
@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 300),
    columns=st.integers(1, 300),
    height=st.integers(1, 64),
    width=st.integers(1, 64),
    turn=st.builds(Turn, st.booleans(), st.booleans(), st.booleans()),
)
def test_the_way_back(
    name: Any, rows: int, columns: int, height: int, width: int, turn: Turn
) -> None:
    placement = place((rows, columns), height, width, name, turn)
    top, left, bottom, right = placement.box
    slack = 1e-6
    assert -slack <= top < bottom <= rows + slack and -slack <= left < right <= columns + slack
    stored = (columns, rows) if turn.transposed else (rows, columns)
    for corner in ((top, left), (bottom, right)):
        inner = (
            (corner[0] - placement.offset[0]) / placement.scale[0],
            (corner[1] - placement.offset[1]) / placement.scale[1],
        )
        row, column = placement.to_stored(*inner)
        assert -slack <= row <= stored[0] + slack and -slack <= column <= stored[1] + slack
    if name == "stretch":
        assert placement.box == pytest.approx((0, 0, rows, columns))
    if name != "letterbox":
        assert placement.inner == (0, 0, height, width)
    if name == "letterbox" and min(rows, columns, height, width) > 20:
        assert placement.scale[0] == pytest.approx(placement.scale[1], rel=0.3)


@pytest.mark.parametrize("turn", [Turn(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)])
def test_a_marked_pixel_is_found_again(turn: Turn) -> None:
    stored = np.zeros((6, 8), np.float32)
    stored[1, 5] = 1
    shown = turn.apply(stored)
    placement = place(shown.shape, *shown.shape, "stretch", turn)
    row, column = np.argwhere(shown == 1)[0]
    assert placement.to_stored(row + 0.5, column + 0.5) == (1.5, 5.5)


def resized(image: Any, height: int, width: int, rule: Any, how: Any) -> Any:
    array = np.asarray(image, np.float32)[..., None]
    placement = place(array.shape[:2], height, width, rule)
    return resize(array, placement, height, width, how, -1.0)[..., 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_area_is_the_mean_of_what_a_pixel_covers(down: int, across: int, seed: int) -> None:
    image = np.random.default_rng(seed).random((5 * down, 7 * across)).astype(np.float32)
    means = image.reshape(5, down, 7, across).mean(axis=(1, 3))
    np.testing.assert_allclose(resized(image, 5, 7, "stretch", "area"), means, atol=1e-6)


@pytest.mark.parametrize("how", ["nearest", "bilinear", "bicubic", "area"])
def test_the_same_size_is_the_same_image(how: Any) -> None:
    image = np.random.default_rng(3).random((9, 11)).astype(np.float32)
    np.testing.assert_array_equal(resized(image, 9, 11, "stretch", how), image)


@pytest.mark.parametrize("how", ["nearest", "bilinear", "bicubic", "area"])
@pytest.mark.parametrize("rule", ["stretch", "letterbox", "crop"])
def test_a_flat_image_stays_flat(rule: Any, how: Any) -> None:
    found = resized(np.full((30, 17), 0.25), 8, 8, rule, how)
    inside = found[found != -1]
    np.testing.assert_allclose(inside, 0.25, atol=1e-6)


def triangles(size: int, source: int) -> np.ndarray[Any, Any]:
    """Weights of an antialiased bilinear filter, as in torch's interpolate(antialias=True)."""
    scale = source / size
    width = max(scale, 1.0)
    middles = (np.arange(size)[:, None] + 0.5) * scale
    weights = np.maximum(0, 1 - np.abs(np.arange(source)[None] + 0.5 - middles) / width)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("height", "width"), [(16, 24), (60, 80), (50, 37), (7, 90)])
def test_bilinear_widens_its_filter_where_the_image_shrinks(height: int, width: int) -> None:
    image = np.random.default_rng(4).random((50, 37)).astype(np.float32)
    expected = triangles(height, 50) @ image @ triangles(width, 37).T
    np.testing.assert_allclose(
        resized(image, height, width, "stretch", "bilinear"), expected, atol=1e-5
    )


def test_letterbox_and_crop() -> None:
    image = np.arange(8.0).reshape(2, 4)
    assert resized(image, 4, 4, "letterbox", "nearest").tolist() == [
        [-1, -1, -1, -1], [0, 1, 2, 3], [4, 5, 6, 7], [-1, -1, -1, -1],
    ]  # fmt: skip
    assert resized(image, 2, 2, "crop", "nearest").tolist() == [[1, 2], [5, 6]]
    letterboxed = place((2, 4), 4, 4, "letterbox")
    assert letterboxed == Placement((1.0, 1.0), (-1.0, 0.0), (1, 0, 2, 4), (2, 4))
