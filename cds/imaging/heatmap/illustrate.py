"""An answer as pictures: the image as displayed, what was found on it, where the model looked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.heatmap.drawing import (
    Panel,
    panel,
    with_boxes,
    with_heat,
    with_regions,
    with_scale,
)
from cds.imaging.heatmap.explain import Explainer, Explanation
from cds.imaging.heatmap.faithfulness import ORDERS
from cds.imaging.result import Box, Heatmap, Region

if TYPE_CHECKING:
    from cds.imaging.answer import Answer
    from cds.imaging.contract.model import Contract
    from cds.imaging.frame import Frame
    from cds.imaging.geometry import Placement, Turn
    from cds.imaging.result import ImageResult

_PROJECTIONS: Final = frozenset({"CR", "DX", "MG", "XA", "RF", "PX", "IO"})


def label_to_explain(result: ImageResult, contract: Contract) -> str | None:
    """Whose evidence a map shows: of two labels the second, else what is said or most probable.

    None where the model gave no probabilities.
    """
    if not result.probabilities or contract.task not in ("classification", "multilabel"):
        return None
    names = [label.name for label in contract.output.labels]
    if contract.task == "classification" and len(names) == 2:
        return names[1]
    chances = result.probabilities
    return result.label or max(names, key=lambda name: chances[name])


def explanation_of(answer: Answer, explainer: Explainer) -> Explanation | None:
    """Where the model looked; None where it was not asked, or gave nothing."""
    label = label_to_explain(answer.result, explainer.contract)
    if label is None or answer.prepared is None:
        return None
    return explainer.explain(answer.prepared.pixels, label)


def heatmap_of(explanation: Explanation, path: str = "") -> Heatmap:
    """What a result says of its map."""
    found = explanation.faithfulness
    return Heatmap(
        path=path,
        method=explanation.method,
        faithfulness=found.score,
        chance=found.chance,
        label=explanation.label,
        chance_interval=found.chance_interval,
        better=found.better,
        as_good=found.as_good,
        orders=ORDERS,
    )


def plain_panel(answer: Answer) -> Panel | None:
    """The image as displayed with its scale; None where no image could be prepared."""
    if answer.prepared is None or answer.frame is None:
        return None
    spacing = _shown_spacing(answer.frame, answer.prepared.placement.turn)
    shown = np.clip(answer.prepared.shown, 0, 1) * 255
    return panel(shown.round().astype(np.uint8), spacing)


def panels(answer: Answer, contract: Contract, explanation: Explanation | None) -> list[Panel]:
    """The image, and beside it the image with what is to be shown on it.

    Empty where there is no image; one panel where there is nothing to show on it.
    """
    plain = plain_panel(answer)
    if plain is None or answer.prepared is None:
        return []
    placement, result = answer.prepared.placement, answer.result
    labels = [label.name for label in contract.output.labels]
    marked = plain
    if explanation is not None:
        width, height = plain.picture.size
        marked = with_heat(marked, over_shown(explanation.heat, placement, height, width))
    if result.regions:
        turned = [
            Region(each.label, each.pixels, placement.turn.apply(each.mask), each.area_mm2)
            for each in result.regions
        ]
        marked = with_regions(marked, turned, labels)
    if result.boxes:
        marked = with_boxes(marked, [_turned(each, placement) for each in result.boxes], labels)
    if marked is plain and explanation is None:
        return [with_scale(plain)]
    return [with_scale(plain), with_scale(marked)]


def over_shown(
    heat: NDArray[np.float64], placement: Placement, rows: int, columns: int
) -> NDArray[np.float64]:
    """A map over the input as one over the whole shown image in ``rows`` × ``columns`` cells.

    NaN where the input did not reach: there nothing was looked at.
    """
    result = heat
    for axis, count in ((0, rows), (1, columns)):
        shown = (np.arange(count) + 0.5) * placement.shape[axis] / count
        point = (shown - placement.offset[axis]) / placement.scale[axis]
        first = placement.inner[axis]
        reached = (point >= first) & (point <= first + placement.inner[axis + 2])
        place = np.clip(point - 0.5, 0, heat.shape[axis] - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, heat.shape[axis] - 1)
        share = np.expand_dims(place - low, 1 - axis)
        result = np.take(result, low, axis) * (1 - share) + np.take(result, high, axis) * share
        result = np.where(np.expand_dims(reached, 1 - axis), result, np.nan)
    return result


def at_the_detector(frame: Frame) -> bool:
    """Whether lengths are of a projection's detector, magnified by the distance to it."""
    if frame.spacing is None or frame.identity.modality not in _PROJECTIONS:
        return False
    header = frame.header
    calibrated = header is not None and header.get("PixelSpacingCalibrationType")
    return not calibrated


def _shown_spacing(frame: Frame, turn: Turn) -> tuple[float, float] | None:
    if frame.spacing is None:
        return None
    return (frame.spacing[1], frame.spacing[0]) if turn.transposed else frame.spacing


def _turned(box: Box, placement: Placement) -> Box:
    """A box of the stored image where it lies in the shown one."""
    turn = placement.turn
    left, top, width, height = box.left, box.top, box.width, box.height
    wide, high = box.width_mm, box.height_mm
    if turn.transposed:
        left, top, width, height, wide, high = top, left, height, width, high, wide
    rows, columns = placement.shape
    top = rows - top - height if turn.flipped_rows else top
    left = columns - left - width if turn.flipped_columns else left
    return replace(
        box, left=left, top=top, width=width, height=height, width_mm=wide, height_mm=high
    )
