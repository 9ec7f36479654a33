"""The linear head of an exported network: global average pooling, then one linear layer.

For such a network the class activation map is exact, without gradients: the mean of the map over
its cells, plus the bias, is the logit (Zhou and others, CVPR 2016, doi:10.1109/CVPR.2016.319).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_SHAPE_ONLY: Final = frozenset({"Flatten", "Reshape", "Squeeze", "Unsqueeze"})
_UNCHANGED: Final = frozenset({"Identity", "Dropout", "Cast"})
_ROUNDED: Final = frozenset({"QuantizeLinear", "DequantizeLinear"})
_ACTIVATIONS: Final = frozenset({"Sigmoid", "Softmax"})
_SPATIAL: Final[dict[tuple[int, ...], bool]] = {
    (2, 3): False,
    (1, 2): True,
}  # reduced axes → channels last


@dataclass(frozen=True, slots=True)
class Head:
    """``logits = weights @ mean(feature map) + bias``.

    ``weights``: (outputs, channels). ``feature_map``: the name of the tensor that is pooled,
    (batch, channels, rows, columns), or channels last where ``channels_last``.
    """

    feature_map: str
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    channels_last: bool = False


def linear_head(model: ModelProto, output: str) -> Head | None:
    """The head that gives ``output``; None where the graph ends in anything else.

    Read from the graph's own constants; a final sigmoid or softmax is passed over, and pairs
    that only round (QuantizeLinear, DequantizeLinear) count as nothing.
    """
    graph = _Graph(model)
    layer = graph.back(output, _SHAPE_ONLY | _UNCHANGED | _ROUNDED | _ACTIVATIONS)
    linear = None if layer is None else _linear(graph, layer)
    if linear is None:
        return None
    pooled, weights, bias = linear
    pool = graph.back(pooled, _SHAPE_ONLY | _UNCHANGED | _ROUNDED)
    channels_last = None if pool is None else _pooling(graph, pool)
    if pool is None or channels_last is None or weights.shape[0] != bias.shape[0]:
        return None
    return Head(pool.input[0], weights, bias, channels_last)


def exposing(model: ModelProto, tensor: str) -> bytes:
    """The model's bytes with ``tensor`` among its outputs; ``model`` stays as it is."""
    import onnx

    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    if tensor not in {output.name for output in changed.graph.output}:
        changed.graph.output.append(onnx.ValueInfoProto(name=tensor))
    content: bytes = changed.SerializeToString()
    return content


class _Graph:
    """Who makes which tensor, and which tensors are constants."""

    def __init__(self, model: ModelProto) -> None:
        self.makers = {name: node for node in model.graph.node for name in node.output}
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}

    def back(self, tensor: str, over: frozenset[str]) -> NodeProto | None:
        """The first node upstream of ``tensor`` that is none of the kinds ``over``."""
        node = self.makers.get(tensor)
        while node is not None and node.op_type in over:
            node = self.makers.get(node.input[0])
        return node

    def constant(self, tensor: str) -> NDArray[np.float64] | None:
        """The value of a constant: an initialiser, a Constant node, or either one dequantised."""
        from onnx import numpy_helper

        if tensor in self.constants:
            return np.asarray(numpy_helper.to_array(self.constants[tensor]), np.float64)
        node = self.makers.get(tensor)
        if node is None:
            return None
        if node.op_type == "Constant" and attribute(node, "value") is not None:
            return np.asarray(numpy_helper.to_array(attribute(node, "value")), np.float64)
        if node.op_type in _UNCHANGED:
            return self.constant(node.input[0])
        if node.op_type == "Transpose" and (value := self.constant(node.input[0])) is not None:
            return np.transpose(value, attribute(node, "perm"))
        return self._dequantised(node) if node.op_type == "DequantizeLinear" else None

    def _dequantised(self, node: NodeProto) -> NDArray[np.float64] | None:
        parts = [self.constant(name) for name in node.input if name]
        if any(part is None for part in parts):
            return None
        stored, scale = parts[0], parts[1]
        assert stored is not None and scale is not None
        zero = parts[2] if len(parts) > 2 and parts[2] is not None else np.zeros_like(scale)
        if scale.ndim == 1 and scale.size > 1:  # one scale a channel
            axis = attribute(node, "axis")
            shape = [1] * stored.ndim
            shape[1 if axis is None else axis] = scale.size
            scale, zero = scale.reshape(shape), zero.reshape(shape)
        return (stored - zero) * scale


_Linear = tuple[str, NDArray[np.float64], NDArray[np.float64]]


def _linear(graph: _Graph, node: NodeProto) -> _Linear | None:
    """The input, weights (outputs, channels) and bias of a linear layer."""
    if node.op_type == "Gemm":
        return _gemm(graph, node)
    if node.op_type == "Conv":
        return _one_by_one(graph, node)
    if node.op_type == "MatMul":
        return _product(graph, node)
    if node.op_type == "Add":
        for here, there in (node.input, reversed(node.input)):
            maker = graph.back(there, _UNCHANGED | _ROUNDED)
            bias = graph.constant(here)
            if bias is not None and maker is not None and maker.op_type == "MatMul":
                product = _product(graph, maker)
                return product and (product[0], product[1], _spread(bias, product[1]))
    return None


def _gemm(graph: _Graph, node: NodeProto) -> _Linear | None:
    weights = graph.constant(node.input[1])
    if weights is None or weights.ndim != 2 or attribute(node, "transA"):
        return None
    alpha, beta = (attribute(node, name) for name in ("alpha", "beta"))
    weights = (weights if attribute(node, "transB") else weights.T) * (
        1.0 if alpha is None else alpha
    )
    bias = None
    if len(node.input) > 2 and node.input[2]:
        bias = graph.constant(node.input[2])
        if bias is None:
            return None
        bias = bias * (1.0 if beta is None else beta)
    return node.input[0], weights, _spread(bias, weights)


def _product(graph: _Graph, node: NodeProto) -> _Linear | None:
    weights = graph.constant(node.input[1])
    if weights is None or weights.ndim != 2:
        return None
    return node.input[0], weights.T, _spread(None, weights.T)


def _one_by_one(graph: _Graph, node: NodeProto) -> _Linear | None:
    """A convolution over the single pooled cell is a linear layer."""
    weights = graph.constant(node.input[1])
    if weights is None or weights.shape[2:] != (1, 1) or attribute(node, "group") not in (None, 1):
        return None
    bias = graph.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    return node.input[0], weights[:, :, 0, 0], _spread(bias, weights)


def _spread(bias: NDArray[np.float64] | None, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = np.zeros(1) if bias is None else bias.reshape(-1)
    return np.broadcast_to(flat, (weights.shape[0],)) if flat.size == 1 else flat


def _pooling(graph: _Graph, node: NodeProto) -> bool | None:
    """Whether a global average pooling has its channels last; None where it is none."""
    if node.op_type == "GlobalAveragePool":
        return False
    if node.op_type != "ReduceMean":
        return None
    axes = attribute(node, "axes")
    if axes is None and len(node.input) > 1 and node.input[1]:
        axes = graph.constant(node.input[1])
    if axes is None:
        return None
    reduced = tuple(sorted(_positive(axes)))
    return _SPATIAL.get(reduced)


def _positive(axes: Sequence[float] | NDArray[np.float64]) -> Iterator[int]:
    for axis in np.asarray(axes).reshape(-1):
        yield int(axis) + 4 if axis < 0 else int(axis)


def attribute(node: NodeProto, name: str) -> Any:
    """The value of a node's attribute; None where it has none of that name."""
    from onnx import helper

    for attribute in node.attribute:
        if attribute.name == name:
            return helper.get_attribute_value(attribute)
    return None
