"""Tiny exported networks that look for a bright blob, written node by node."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

LABELS = ("CLEAR", "BLOB")


def graph(nodes: list[onnx.NodeProto], constants: dict[str, NDArray], outputs: dict[str, list],
          shape: tuple = ("batch", 1, 32, 32)) -> bytes:  # fmt: skip
    made = helper.make_graph(
        nodes,
        "blob",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, v) for k, v in outputs.items()],
        [numpy_helper.from_array(v, k) for k, v in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def body(channels_last: bool = False) -> tuple[list[onnx.NodeProto], dict[str, NDArray]]:
    """Two filters, one that answers to what is brighter than .5 over 5 × 5, one to nothing."""
    weights = np.stack([np.full((1, 5, 5), 1 / 25), np.zeros((1, 5, 5))]).astype(np.float32)
    nodes = [
        helper.make_node(
            "Conv", ["image", "w", "b"], ["conv"], pads=[2] * 4, strides=[4, 4], kernel_shape=[5, 5]
        ),
        helper.make_node("Relu", ["conv"], ["cells"]),
    ]
    return nodes, {"w": weights, "b": np.array([-0.5, 0.2], np.float32)}


def blob_net(head: str = "gemm", *, expose: bool = True, values: int = 1) -> bytes:
    """Convolution, pooling and a linear ``head``; ``values`` logits, of two labels."""
    nodes, constants = body()
    fc = np.array([[60.0, 1.0], [-60.0, -1.0]], np.float32)[:values]
    bias = np.array([-1.0, 1.0], np.float32)[:values]
    if values == 2:
        fc, bias = fc[::-1].copy(), bias[::-1].copy()
    pool = [
        helper.make_node("GlobalAveragePool", ["cells"], ["pool"]),
        helper.make_node("Flatten", ["pool"], ["features"]),
    ]
    constants |= {"fc": fc, "fcb": bias}
    if head == "gemm":
        tail = [helper.make_node("Gemm", ["features", "fc", "fcb"], ["logit"], transB=1)]
    elif head == "matmul":
        constants |= {"fc": fc.T.copy(), "axes": np.array([2, 3], np.int64)}
        pool = [
            helper.make_node("ReduceMean", ["cells"], ["features"], axes=[2, 3], keepdims=0),
        ]
        del constants["axes"]
        tail = [
            helper.make_node("MatMul", ["features", "fc"], ["product"]),
            helper.make_node("Add", ["fcb", "product"], ["logit"]),
        ]
    elif head == "conv":
        constants["fc"] = fc[:, :, None, None]
        tail = [
            helper.make_node("Conv", ["pool", "fc", "fcb"], ["scored"]),
            helper.make_node("Flatten", ["scored"], ["logit"]),
        ]
    elif head == "max":  # no average: no exact map
        pool[0] = helper.make_node("GlobalMaxPool", ["cells"], ["pool"])
        constants["fc"] = fc / 10
        tail = [helper.make_node("Gemm", ["features", "fc", "fcb"], ["logit"], transB=1)]
    else:
        raise ValueError(head)
    outputs: dict[str, list] = {"logit": ["batch", values]}
    if expose:
        outputs |= {"cells": ["batch", 2, 8, 8]}
    return graph(nodes + pool + tail, constants, outputs)


def image(row: int, column: int, side: int = 32, seed: int = 0) -> NDArray[np.float32]:
    """Noise with a bright square of 7 pixels about (row, column): (1, side, side)."""
    picture = np.random.default_rng(seed).uniform(0.1, 0.4, (1, side, side)).astype(np.float32)
    picture[0, max(0, row - 3) : row + 4, max(0, column - 3) : column + 4] = 1.0
    return picture
