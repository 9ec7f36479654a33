"""What an ONNX graph says of itself: what goes in, what comes out, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cds.errors import InputError, Place
from cds.imaging.contract.model import Activation, Layout

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, ValueInfoProto

Axis = int | str | None

_PASSED_OVER: Final = frozenset({"Identity", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze"})
_LINEAR: Final = ("Gemm", "MatMul", "Conv")
_KINDS: Final = {1: "float32", 2: "uint8", 3: "int8", 10: "float16", 11: "float64", 7: "int64"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output; an axis is a number, or a name (or None) where it may vary."""

    name: str
    shape: tuple[Axis, ...]
    kind: str

    def __str__(self) -> str:
        axes = " x ".join(str(axis) if isinstance(axis, int) else "?" for axis in self.shape)
        return f"{self.name} ({axes})"


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """``endings``: output name → activation, where the last node tells. ``passed_through``: the
    outputs from which others are computed."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    endings: dict[str, Activation]
    passed_through: frozenset[str]
    opset: int
    producer: str
    metadata: dict[str, str]


def load_graph(path: Path) -> ModelProto:
    """The graph with its weights, also those in files beside it.

    Raises InputError where it is no sound ONNX file.
    """
    import onnx
    from onnx import checker

    try:
        model = _inferred(onnx.load(str(path)))
        checker.check_model(model)
    except FileNotFoundError as error:
        raise InputError(f"cannot be read: {error.strerror}", Place(str(path))) from error
    # Damaged files make protobuf and the checker raise their own kinds.
    except Exception as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"is no sound ONNX file: {said}", Place(str(path))) from error
    return model


def _inferred(model: ModelProto) -> ModelProto:
    """The model with the shapes that follow from others; as it is where none do."""
    from onnx import shape_inference

    try:
        inferred: ModelProto = shape_inference.infer_shapes(model)
    except Exception:  # onnx raises its own kinds for what it cannot infer
        return model
    return inferred


def graph_facts(model: ModelProto) -> GraphFacts:
    """What is read from the graph alone."""
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    inputs = tuple(_tensor(value) for value in graph.input if value.name not in constants)
    outputs = tuple(map(_tensor, graph.output))
    makers = {name: node for node in graph.node for name in node.output}
    endings: dict[str, Activation] = {}
    for output in outputs:
        if ending := _ending(output.name, makers):
            endings[output.name] = ending
    return GraphFacts(
        inputs=inputs,
        outputs=outputs,
        endings=endings,
        passed_through=_passed_through([output.name for output in outputs], makers),
        opset=max(
            (one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=0
        ),
        producer=f"{model.producer_name} {model.producer_version}".strip(),
        metadata={entry.key: entry.value for entry in model.metadata_props},
    )


def layouts(shape: tuple[Axis, ...]) -> tuple[Layout, ...]:
    """The layouts that a 4-axis input may have: one where the place of 1 or 3 channels tells."""
    first, last = shape[1], shape[3]
    found: list[Layout] = []
    if first in (1, 3) or not isinstance(first, int):
        found.append("NCHW")
    if last in (1, 3) or not isinstance(last, int):
        found.append("NHWC")
    places: tuple[tuple[Layout, Axis], ...] = (("NCHW", first), ("NHWC", last))
    stated = [layout for layout, axis in places if axis in (1, 3)]
    return tuple(stated) if len(stated) == 1 else tuple(found)


def pooled_feature_map(model: ModelProto, output: str) -> tuple[str, str] | None:
    """The names of the last feature map and of its global average, where the graph ends in
    that and one linear layer; None elsewhere."""
    from cds.imaging.heatmap.head import linear_head

    head = linear_head(model, output)
    if head is None:
        return None
    for node in model.graph.node:
        if node.op_type in ("GlobalAveragePool", "ReduceMean") and head.feature_map in node.input:
            return head.feature_map, str(node.output[0])
    return None


def with_outputs(model: ModelProto, names: Iterator[str] | list[str]) -> ModelProto:
    """A copy of the model that gives the tensors ``names`` out too."""
    import onnx

    known = {value.name: value for value in model.graph.value_info}
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    present = {output.name for output in changed.graph.output}
    for name in names:
        if name not in present:
            changed.graph.output.append(known.get(name) or onnx.ValueInfoProto(name=name))
    return changed


def _tensor(value: ValueInfoProto) -> Tensor:
    tensor = value.type.tensor_type
    axes: list[Axis] = []
    for axis in tensor.shape.dim:
        axes.append(axis.dim_value if axis.HasField("dim_value") else axis.dim_param or None)
    return Tensor(value.name, tuple(axes), _KINDS.get(tensor.elem_type, f"type {tensor.elem_type}"))


def _passed_through(outputs: list[str], makers: dict[str, Any]) -> frozenset[str]:
    """The outputs that lie upstream of another output."""
    seen: set[str] = set()
    waiting = [name for output in outputs if output in makers for name in makers[output].input]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += makers[name].input if name in makers else ()
    return frozenset(outputs) & seen


def _ending(name: str, makers: dict[str, Any]) -> Activation | None:
    """Probability after a sigmoid or softmax, logit after a linear layer, else not known."""
    node: NodeProto | None = makers.get(name)
    while node is not None and node.op_type in _PASSED_OVER:
        node = makers.get(node.input[0])
    if node is None:
        return None
    if node.op_type in ("Softmax", "Sigmoid", "HardSigmoid"):
        return "probability"
    if node.op_type == "Add":  # a bias, where it is added to a product
        linear = any(makers[name].op_type in _LINEAR for name in node.input if name in makers)
        return "logit" if linear else None
    return "logit" if node.op_type in (*_LINEAR, "GlobalAveragePool") else None
