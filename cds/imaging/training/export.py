"""Write a trained network as an ONNX graph: batch norms folded in, names that contracts know.

The graph is written node by node from the weights, so that it holds nothing of the program that
trained it and is the same bytes for the same weights.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.training import networks
from cds.imaging.training.recipe import Network

OPSET: Final = 17
_IR_VERSION: Final = 8
IMAGE: Final = "image"
LOGIT: Final = "logit"
FEATURE_MAP: Final = "feature_map"
FEATURES: Final = "features"

Weights = NDArray[np.float32]
Shapes = dict[str, list[Any]]


def onnx_bytes(parts: Any, network: Network, outputs: int) -> bytes:
    """The graph of a network that ``networks.build`` made and a training filled.

    Input ``image`` (batch, 1, size, size). Outputs ``logit`` (batch, outputs), ``features``
    (batch, n) and, of a pooled network, ``feature_map`` (batch, channels, rows, columns), whose
    mean over rows and columns a linear layer turns into the logit.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph()
    start = IMAGE
    if network.standardise:
        start = graph.add(
            "InstanceNormalization",
            [IMAGE, graph.hold("one", np.ones(1)), graph.hold("zero", np.zeros(1))],
            epsilon=1e-5,
        )
    writer = {"pooled": _pooled, "classic": _classic}[network.architecture]
    side = network.size
    shapes = writer(graph, parts, start, outputs, side)
    found = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        for name, shape in shapes.items()
    ]
    taken = helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, ["batch", 1, side, side])
    whole = helper.make_graph(graph.nodes, network.architecture, [taken], found, graph.held)
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="cds"
    )
    model.ir_version = _IR_VERSION
    checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _Graph:
    """Nodes and numbers as they are added; every result gets a name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.held: list[Any] = []

    def hold(self, name: str, numbers: NDArray[Any]) -> str:
        """Keep ``numbers`` in the graph under ``name``."""
        from onnx import numpy_helper

        self.held.append(numpy_helper.from_array(np.ascontiguousarray(numbers, np.float32), name))
        return name

    def add(self, kind: str, inputs: list[str], name: str = "", **how: Any) -> str:
        """A node; its one result is called ``name``, or by its kind and number."""
        from onnx import helper

        result = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [result], name=f"make_{result}", **how))
        return result

    def convolution(self, before: str, kernel: Any, norm: Any | None, called: str) -> str:
        """A convolution with the batch norm after it, if any, folded into its weights."""
        weight, bias = folded(kernel, norm)
        return self.add(
            "Conv",
            [before, self.hold(f"{called}.weight", weight), self.hold(f"{called}.bias", bias)],
            strides=list(kernel.stride),
            pads=[*kernel.padding, *kernel.padding],
            kernel_shape=list(kernel.kernel_size),
        )

    def dense(self, before: str, layer: Any, called: str, name: str = "") -> str:
        """A linear layer."""
        weight = self.hold(f"{called}.weight", _numbers(layer.weight))
        bias = self.hold(f"{called}.bias", _numbers(layer.bias))
        return self.add("Gemm", [before, weight, bias], name, transB=1)


def folded(kernel: Any, norm: Any | None) -> tuple[Weights, Weights]:
    """Weight and bias of a convolution that does what it and the batch norm after it do.

    y = (w * x - mean) / sqrt(variance + eps) * scale + shift.
    """
    weight = _numbers(kernel.weight).astype(np.float64)
    bias = np.zeros(len(weight)) if kernel.bias is None else _numbers(kernel.bias)
    if norm is not None:
        scale = _numbers(norm.weight) / np.sqrt(
            _numbers(norm.running_var).astype(np.float64) + norm.eps
        )
        weight = weight * scale[:, None, None, None]
        bias = (bias - _numbers(norm.running_mean)) * scale + _numbers(norm.bias)
    return weight.astype(np.float32), bias.astype(np.float32)


def _pooled(graph: _Graph, parts: Any, start: str, outputs: int, side: int) -> Shapes:
    stem = parts["stem"]
    maps = graph.add("Relu", [graph.convolution(start, stem[0], stem[1], "stem")])
    regions, last = maps, len(parts["blocks"]) - 1
    for number, block in enumerate(parts["blocks"]):
        shortcut = parts["shortcuts"][number]
        aside = maps
        if len(shortcut):
            aside = graph.convolution(maps, shortcut[0], shortcut[1], f"block{number}.shortcut")
        inner = graph.convolution(maps, block[0], block[1], f"block{number}.first")
        inner = graph.convolution(
            graph.add("Relu", [inner]), block[3], block[4], f"block{number}.second"
        )
        name = FEATURE_MAP if number == last else ""
        maps = graph.add("Relu", [graph.add("Add", [inner, aside])], name)
        if number == last - 1:
            regions = maps
    flat = graph.add("Flatten", [graph.add("GlobalAveragePool", [maps])])
    graph.dense(flat, parts["head"], "head", LOGIT)
    half = networks.map_side(side) // 2
    quarters = graph.add("AveragePool", [regions], kernel_shape=[half, half], strides=[half, half])
    embedding = graph.dense(graph.add("Flatten", [quarters]), parts["embedding"][0], "embedding")
    embedding = graph.add("Relu", [embedding])
    poses = graph.dense(embedding, parts["poses"], "poses")
    graph.add("Concat", [flat, embedding, poses], FEATURES, axis=1)
    width = parts["head"].in_features
    count = width + parts["embedding"][0].out_features + len(networks.POSES)
    return {
        LOGIT: [outputs],
        FEATURE_MAP: [width, "rows", "columns"],
        FEATURES: [count],
    }


def _classic(graph: _Graph, parts: Any, start: str, outputs: int, side: int) -> Shapes:
    maps = start
    body = parts["body"]
    for number in (0, 3):
        maps = graph.add("Relu", [graph.convolution(maps, body[number], None, f"body{number}")])
        maps = graph.add("MaxPool", [maps], kernel_shape=[2, 2], strides=[2, 2])
    flat = graph.add("Flatten", [maps])
    dense = graph.dense(flat, parts["dense"][0], "dense")
    graph.add("Relu", [dense], FEATURES)
    graph.dense(FEATURES, parts["head"], "head", LOGIT)
    return {LOGIT: [outputs], FEATURES: [parts["dense"][0].out_features]}


def _numbers(tensor: Any) -> Weights:
    numbers: Weights = tensor.detach().cpu().numpy().astype(np.float32)
    return numbers
