"""Where the cells of a feature map lie over a network's input: the centres of what they see.

A convolution with stride and padding need not keep cells evenly over the image: those of a
ResNet at 224 pixels begin at the very edge, half a cell before even division. The arithmetic of
receptive fields: Dumoulin and Visin, arXiv:1603.07285, relationship 14.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.heatmap.head import attribute

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_WINDOWS: Final = frozenset({"Conv", "MaxPool", "AveragePool", "QLinearConv", "ConvInteger"})
_EACH_BY_ITSELF: Final = frozenset(
    (
        "Add", "BatchNormalization", "Cast", "Clip", "Concat", "DequantizeLinear", "Div",
        "Dropout", "Elu", "Gelu", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization",
        "LeakyRelu", "Mul", "PRelu", "QuantizeLinear", "Relu", "Selu", "Sigmoid", "Softplus",
        "Sub", "Tanh",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """Cell k's centre is ``first + k × step`` in pixel indices, for rows and columns."""

    first: tuple[float, float]
    step: tuple[float, float]


def cells_of(model: ModelProto, tensor: str) -> Cells | None:
    """The cells of ``tensor``; None where something on the way is not known to keep places.

    Where paths join, the first is followed: they must agree for the network to make sense.
    """
    makers = {name: node for node in model.graph.node for name in node.output}
    constants = {each.name for each in model.graph.initializer}
    names = {each.name for each in model.graph.input} - constants
    windows: list[NodeProto] = []
    while tensor not in names:
        node = makers.get(tensor)
        if node is None or node.op_type not in _WINDOWS | _EACH_BY_ITSELF:
            return None
        if node.op_type in _WINDOWS:
            windows.append(node)
        before = [name for name in node.input if name in makers or name in names]
        if not before:
            return None
        tensor = before[0]
    first, step = [0.0, 0.0], [1.0, 1.0]
    for node in reversed(windows):
        size = _kernel(model, node)
        if size is None:
            return None
        strides = attribute(node, "strides") or [1, 1]
        dilations = attribute(node, "dilations") or [1, 1]
        pads = _pads(node, size, strides)
        for axis in (0, 1):
            first[axis] += ((size[axis] - 1) * dilations[axis] / 2 - pads[axis]) * step[axis]
            step[axis] *= strides[axis]
    return Cells((first[0], first[1]), (step[0], step[1]))


def over_input(
    heat: NDArray[np.float64], cells: Cells, rows: int, columns: int
) -> NDArray[np.float64]:
    """A map of cells as one of ``rows`` × ``columns`` pixels, linear between centres."""
    result = heat
    for axis, count in ((0, rows), (1, columns)):
        place = (np.arange(count) - cells.first[axis]) / cells.step[axis]
        place = np.clip(place, 0, heat.shape[axis] - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, heat.shape[axis] - 1)
        share = np.expand_dims(place - low, 1 - axis)
        result = np.take(result, low, axis) * (1 - share) + np.take(result, high, axis) * share
    return result


def _kernel(model: ModelProto, node: NodeProto) -> Sequence[int] | None:
    size = attribute(node, "kernel_shape")
    if size is None:
        shapes = {each.name: list(each.dims) for each in model.graph.initializer}
        size = shapes.get(node.input[1], [])[2:] if len(node.input) > 1 else None
    return size if size is not None and len(size) == 2 else None


def _pads(node: NodeProto, size: Sequence[int], strides: Sequence[int]) -> Sequence[float]:
    """The padding before the first row and column."""
    rule = (attribute(node, "auto_pad") or b"NOTSET").decode()
    if rule in ("SAME_UPPER", "SAME_LOWER"):  # of sizes that the stride divides
        whole = [max(size[axis] - strides[axis], 0) for axis in (0, 1)]
        return [total // 2 if rule == "SAME_UPPER" else -(-total // 2) for total in whole]
    pads = attribute(node, "pads") if rule == "NOTSET" else None
    return (pads or [0, 0, 0, 0])[:2]
