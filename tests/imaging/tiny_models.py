"""Graphs made by hand, so small that what they must say can be worked out on paper.

``brightness``: the mean of the image, scaled, is the logit of the second label; the pooled
features are the image's mean and its upper half's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cds.imaging.contract.folder import ModelFolder, open_folder
from cds.imaging.contract.model import Contract, Gate, Intake, Label, Output, Scope
from cds.imaging.contract.read import CONTRACT
from cds.imaging.contract.write import contract_text
from cds.imaging.frame import Frame, GreyScale, Identity
from cds.imaging.gate import GATE, fit_gate, gate_bytes
from cds.model_folder import sha256, write_model

SIDE = 8


def brightness(
    *,
    side: int | str = SIDE,
    channels: int = 1,
    layout: str = "NCHW",
    batch: int | str = "n",
    softmax: bool = False,
    opset: int = 17,
    outputs: int = 1,
    fixed_inside: bool = False,
) -> bytes:
    """logit = 20 × (mean − 0.5); a convolution passes the image through as the feature map."""
    shape = [batch, channels, side, side] if layout == "NCHW" else [batch, side, side, channels]
    kernel = np.zeros((2, channels, 1, 1), np.float32)
    kernel[0], kernel[1] = 1 / channels, -1 / channels
    weights = np.zeros((2, outputs), np.float32)
    weights[:, -1] = 10.0, -10.0
    bias = np.zeros(outputs, np.float32)
    bias[-1] = -10.0
    nodes = []
    first = "image"
    if layout == "NHWC":
        nodes.append(helper.make_node("Transpose", ["image"], ["turned"], perm=[0, 3, 1, 2]))
        first = "turned"
    nodes += [
        helper.make_node("Conv", [first, "kernel"], ["map"]),
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
    ]
    if fixed_inside:
        nodes.append(helper.make_node("Reshape", ["pooled", "one_row"], ["features"]))
    else:
        nodes.append(helper.make_node("Flatten", ["pooled"], ["features"], axis=1))
    last = "linear" if softmax else "logit"
    nodes.append(helper.make_node("Gemm", ["features", "weights", "bias"], [last]))
    if softmax:
        nodes.append(helper.make_node("Softmax", ["linear"], ["logit"], axis=1))
    constants = [
        numpy_helper.from_array(kernel, "kernel"),
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(bias, "bias"),
        numpy_helper.from_array(np.array([1, 2], np.int64), "one_row"),
    ]
    return graph(
        nodes,
        [("image", shape)],
        [("logit", [batch, outputs]), ("features", [batch, 2]), ("map", None)],
        constants,
        opset=opset,
    )


def detector() -> bytes:
    """Always the same three boxes on an 8 × 8 input, two of which are nearly one."""
    boxes = np.array([[[2, 2, 6, 4], [2, 2, 6, 4.2], [0, 0, 1, 1]]], np.float32)
    scores = np.array([[0.9, 0.8, 0.2]], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Reshape", ["nothing", "three_axes"], ["nothing3"]),
        helper.make_node("Reshape", ["nothing", "two_axes"], ["nothing2"]),
        helper.make_node("Add", ["nothing3", "all_boxes"], ["boxes"]),
        helper.make_node("Add", ["nothing2", "all_scores"], ["scores"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(np.array([-1, 1, 1], np.int64), "three_axes"),
        numpy_helper.from_array(np.array([-1, 1], np.int64), "two_axes"),
        numpy_helper.from_array(boxes, "all_boxes"),
        numpy_helper.from_array(scores, "all_scores"),
    ]
    return graph(
        nodes,
        [("image", ["n", 1, SIDE, SIDE])],
        [("boxes", ["n", 3, 4]), ("scores", ["n", 3])],
        constants,
    )


def segmenter() -> bytes:
    """The mask is where the image is bright: probability = the pixel."""
    nodes = [helper.make_node("Identity", ["image"], ["masks"])]
    return graph(nodes, [("image", ["n", 1, SIDE, SIDE])], [("masks", ["n", 1, SIDE, SIDE])], [])


def graph(
    nodes: Sequence[Any],
    inputs: Sequence[tuple[str, Any]],
    outputs: Sequence[tuple[str, Any]],
    constants: Sequence[Any],
    *,
    opset: int = 17,
) -> bytes:
    def value(name: str, shape: Any) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    used = {name for node in nodes for name in node.input}
    whole = helper.make_graph(
        list(nodes),
        "tiny",
        [value(*one) for one in inputs],
        [value(*one) for one in outputs],
        [constant for constant in constants if constant.name in used],
    )
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return onnx.ModelProto.SerializeToString(model)


def contract(content: bytes, **changes: Any) -> Contract:
    """The contract of ``brightness``; ``intake`` and ``output`` hold changes of those parts."""
    intake = dict(name="image", layout="NCHW", height=SIDE, width=SIDE, channels=1)
    output = dict(
        name="logit",
        labels=(Label("NORMAL"), Label("BRIGHT", {"zh": "亮"})),
        activation="logit",
        features="features",
        feature_map="map",
    )
    parts: dict[str, Any] = {
        "name": "tiny",
        "version": "1.0.0",
        "task": "classification",
        "file": "model.onnx",
        "sha256": sha256(content),
        "scope": Scope(("CR", "DX"), ("CHEST",), ()),
        "purpose": {"en": "Tells bright images from dark ones.", "zh": "区分亮暗图像。"},
        "not_for": {"en": "Not for patients.", "zh": "不用于患者。"},
        "source": {"title": "made by hand"},
        "opset": 17,
        **changes,
    }
    parts["intake"] = Intake(**{**intake, **changes.get("intake", {})})  # type: ignore[arg-type]
    parts["output"] = Output(**{**output, **changes.get("output", {})})  # type: ignore[arg-type]
    return Contract(**parts)


def folder(
    path: Path, content: bytes, model: Contract, extra: dict[str, bytes] | None = None
) -> ModelFolder:
    """A sealed model folder."""
    write_model(
        path,
        {
            model.file: content,
            CONTRACT: contract_text(model),
            "card.md": "# tiny\n",
            **(extra or {}),
        },
    )
    return open_folder(path)


def gated(path: Path, *, threshold: float = 4.0, **changes: Any) -> ModelFolder:
    """``brightness`` with a gate that was fitted on images of mean 0.3 to 0.7."""
    content = brightness()
    rng = np.random.default_rng(1)
    means = rng.normal(0.5, 0.1, 400)
    fitted = fit_gate(np.stack([means, -means], axis=1) + rng.normal(0, 1e-3, (400, 2)))
    model = contract(content, gate=Gate(GATE, threshold, 0.95), **changes)
    return folder(path, content, model, {GATE: gate_bytes(fitted.statistics)})


def frame(level: float, *, source: str = "a.dcm", modality: str = "DX", **changes: Any) -> Frame:
    """A flat 8-bit image of brightness ``level``, a chest film by its header."""
    stored = np.full((SIDE, SIDE), round(level * 255), np.uint8)
    return Frame(
        **{  # type: ignore[arg-type]
            "source": source,
            "number": 0,
            "stored": stored,
            "photometric": "MONOCHROME2",
            "grey": GreyScale(8),
            "identity": Identity(modality=modality, body_part="CHEST", view="PA"),
            "kind": "dicom",
            **changes,
        }
    )
