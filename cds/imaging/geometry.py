"""Where a model's pixels lie in the image: turning, resizing, and the way back.

Coordinates are of edges: pixel k reaches from k to k + 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cds.imaging.contract.model import Interpolation, ResizeRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "area": Image.Resampling.BOX,
}
_LEFT, _BACK, _HEAD = 0, 1, 2
# By the axis that a slice is across: where its rows and its columns run on a usual display,
# as (axis, sign). Axial: rows to the back; coronal and sagittal: rows to the feet.
_USUAL = {
    _HEAD: ((_BACK, 1), (_LEFT, 1)),
    _BACK: ((_HEAD, -1), (_LEFT, 1)),
    _LEFT: ((_HEAD, -1), (_BACK, 1)),
}
_IN_PLANE = 0.5  # of a unit vector: less than that, a slice is in no plane that has a usual display

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Turn:
    """How the shown image was made of the stored one: rows and columns swapped, then flipped."""

    transposed: bool = False
    flipped_rows: bool = False
    flipped_columns: bool = False

    def __str__(self) -> str:
        parts = ["rows and columns swapped"] * self.transposed
        parts += ["top and bottom flipped"] * self.flipped_rows
        parts += ["left and right flipped"] * self.flipped_columns
        return ", ".join(parts) or "as stored"

    def apply(self, image: NDArray[Any]) -> NDArray[Any]:
        """``image`` (rows, columns[, channels]) turned."""
        turned = image.swapaxes(0, 1) if self.transposed else image
        if self.flipped_rows:
            turned = turned[::-1]
        return turned[:, ::-1] if self.flipped_columns else turned


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model's input lies in the shown image, and that in the stored one.

    A point of the shown image is ``offset + scale × point of the input``, for rows and columns.
    ``inner``: the part of the input that shows the image (top, left, rows, columns); the rest
    is fill. ``shape``: rows and columns of the shown image.
    """

    scale: tuple[float, float]
    offset: tuple[float, float]
    inner: tuple[int, int, int, int]
    shape: tuple[int, int]
    turn: Turn = Turn()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The part of the shown image that the input shows: top, left, bottom, right."""
        top, left, rows, columns = self.inner
        first, last = self.to_shown(top, left), self.to_shown(top + rows, left + columns)
        return (*first, *last)

    def to_shown(self, row: float, column: float) -> tuple[float, float]:
        """A point of the input as one of the shown image."""
        return (
            self.offset[0] + self.scale[0] * row,
            self.offset[1] + self.scale[1] * column,
        )

    def to_stored(self, row: float, column: float) -> tuple[float, float]:
        """A point of the input as one of the stored image."""
        row, column = self.to_shown(row, column)
        row = self.shape[0] - row if self.turn.flipped_rows else row
        column = self.shape[1] - column if self.turn.flipped_columns else column
        return (column, row) if self.turn.transposed else (row, column)


def usual_turn(row_axis: Vector | None, column_axis: Vector | None) -> Turn:
    """The turn that shows a slice as usual: the patient's front or head up, their right at left.

    ``row_axis``, ``column_axis``: as in ``Frame``. Slices whose direction is unknown, or between
    the planes, stay as they are.
    """
    if row_axis is None or column_axis is None:
        return Turn()
    along_columns, along_rows = _main_axis(row_axis), _main_axis(column_axis)
    if along_columns is None or along_rows is None or along_columns == along_rows:
        return Turn()
    across = ({_LEFT, _BACK, _HEAD} - {along_columns, along_rows}).pop()
    (rows, row_sign), (columns, column_sign) = _USUAL[across]
    directions = {along_columns: row_axis[along_columns], along_rows: column_axis[along_rows]}
    return Turn(
        transposed=along_rows != rows,
        flipped_rows=directions[rows] * row_sign < 0,
        flipped_columns=directions[columns] * column_sign < 0,
    )


def place(
    shape: tuple[int, int], height: int, width: int, rule: ResizeRule, turn: Turn = Turn()
) -> Placement:
    """Where an input of ``height`` × ``width`` lies in a shown image of ``shape``.

    ``stretch``: all of the image, each axis by itself; ``letterbox``: all of it, as large as fits,
    in the middle; ``crop``: the middle of it that fills the input.
    """
    rows, columns = shape
    top, left, inner_rows, inner_columns = 0, 0, height, width
    row_start, column_start, row_length, column_length = 0.0, 0.0, float(rows), float(columns)
    if rule == "letterbox":
        factor = min(height / rows, width / columns)
        inner_rows = min(height, max(1, round(rows * factor)))
        inner_columns = min(width, max(1, round(columns * factor)))
        top, left = (height - inner_rows) // 2, (width - inner_columns) // 2
    elif rule == "crop":
        factor = max(height / rows, width / columns)
        row_length, column_length = min(rows, height / factor), min(columns, width / factor)
        row_start, column_start = (rows - row_length) / 2, (columns - column_length) / 2
    scale = (row_length / inner_rows, column_length / inner_columns)
    return Placement(
        scale=scale,
        offset=(row_start - top * scale[0], column_start - left * scale[1]),
        inner=(top, left, inner_rows, inner_columns),
        shape=shape,
        turn=turn,
    )


def resize(
    image: NDArray[np.float32],
    placement: Placement,
    height: int,
    width: int,
    interpolation: Interpolation,
    fill: float,
) -> NDArray[np.float32]:
    """``image`` (rows, columns, channels) as an input of ``height`` × ``width``.

    Filters widen as the image shrinks, so that every pixel counts: bilinear and bicubic as
    Pillow's, area the mean of what a pixel covers; nearest takes the pixel at the middle.
    """
    top, left, rows, columns = placement.inner
    start_row, start_column, end_row, end_column = placement.box
    whole = (0.0, 0.0, float(image.shape[0]), float(image.shape[1]))
    same = placement.box == whole and (rows, columns) == image.shape[:2]
    result = np.full((height, width, image.shape[2]), fill, np.float32)
    for channel in range(image.shape[2]):
        plane = np.ascontiguousarray(image[..., channel])
        if not same:
            picture = Image.fromarray(plane).resize(
                (columns, rows),
                _FILTERS[interpolation],
                box=(
                    max(0.0, start_column),
                    max(0.0, start_row),
                    min(float(image.shape[1]), end_column),
                    min(float(image.shape[0]), end_row),
                ),
            )
            plane = np.asarray(picture)
        result[top : top + rows, left : left + columns, channel] = plane
    return result


def _main_axis(vector: Vector) -> int | None:
    axis = max(range(3), key=lambda index: abs(vector[index]))
    return axis if abs(vector[axis]) > _IN_PLANE else None
