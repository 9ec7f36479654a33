"""Turn a graph's convolutions into eight-bit integers, and say what that costs.

Static quantisation (QDQ, weights per channel as signed, activations as unsigned integers), its
ranges from sample images. Dynamic quantisation makes convolutional networks slower, not faster.
Linear layers and what the graph gives out stay in full precision: they cost no time, and the
gate's distances are fine differences of features.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError

if TYPE_CHECKING:
    from onnx import ModelProto

KINDS: Final = ("Conv", "Add", "Relu", "Clip", "MaxPool", "AveragePool", "Concat", "Mul")
ALLOWED: Final = 0.005
"""Share of labels that may differ before layers are kept in full precision."""
_CALIBRATING_BATCH: Final = 16
_ROUNDS: Final = 12

Runner = Callable[[NDArray[Any]], dict[str, NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A quantised graph, and the convolutions that were kept in full precision."""

    content: bytes
    kept: tuple[str, ...]


def attempts(graph: bytes, batches: Sequence[NDArray[Any]]) -> Iterator[Attempt]:
    """Graphs with less and less in integers: all convolutions, without the first, without the
    first and the last two. Layers at the ends lose most by coarse numbers.

    ``batches``: prepared sample images as the graph takes them. Raises InputError where the
    graph has no convolution or cannot be quantised.
    """
    import onnx

    model = onnx.load_from_string(graph)
    convolutions = [node.name or node.output[0] for node in model.graph.node if _is_conv(node)]
    if not convolutions:
        raise InputError("the graph has no convolution; there is nothing to make faster")
    _name_nodes(model)
    ladder: list[list[str]] = [[], convolutions[:1], [convolutions[0], *convolutions[-2:]]]
    for kept in ladder:
        unique = tuple(dict.fromkeys(kept))
        yield Attempt(_quantized(model, batches, unique), unique)


@dataclass(frozen=True, slots=True)
class Cost:
    """What integers changed, of ``images`` held out from the ranges' samples."""

    images: int
    flipped: int
    largest_change: float
    refused_before: int | None
    refused_after: int | None

    @property
    def share(self) -> float:
        """Of the images, those that got another label."""
        return self.flipped / self.images if self.images else 0.0


def cost(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    labels_before: Sequence[Any],
    labels_after: Sequence[Any],
    refused: tuple[int | None, int | None],
) -> Cost:
    """``before``, ``after``: (n, labels) probabilities of the same images."""
    flipped = sum(one != other for one, other in zip(labels_before, labels_after, strict=True))
    change = float(np.abs(before - after).max()) if len(before) else 0.0
    return Cost(len(before), flipped, change, *refused)


@dataclass(frozen=True, slots=True)
class Speed:
    """Images a second, best of several rounds that alternate between the two graphs."""

    before: float
    after: float
    threads: int
    batch: int


def race(before: bytes, after: bytes, batch: NDArray[Any], threads: int) -> Speed:
    """How fast each graph answers ``batch`` on the CPU."""
    sessions = [_session(content, threads) for content in (before, after)]
    best = [float("inf")] * 2
    for _ in range(_ROUNDS):
        for place, session in enumerate(sessions):
            feed = {session.get_inputs()[0].name: batch}
            start = time.perf_counter()
            session.run(None, feed)
            best[place] = min(best[place], time.perf_counter() - start)
    return Speed(len(batch) / best[0], len(batch) / best[1], threads, len(batch))


def _session(content: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        content, sess_options=options, providers=["CPUExecutionProvider"]
    )


def _quantized(model: ModelProto, batches: Sequence[NDArray[Any]], kept: tuple[str, ...]) -> bytes:
    import onnx
    from onnxruntime.quantization import (
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    given = {output.name for output in model.graph.output}
    last = [node.name for node in model.graph.node if given & set(node.output)]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        onnx.save(model, source)
        # It advises preprocessing, which renames outputs that the contract names.
        logging.disable(logging.WARNING)
        try:
            quantize_static(
                str(source),
                str(target),
                _reader(model.graph.input[0].name, batches),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(KINDS),
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                nodes_to_exclude=[*kept, *last],
            )
        except Exception as error:
            raise InputError(
                f"the graph cannot be quantised: {' '.join(str(error).split())[:300]}"
            ) from error
        finally:
            logging.disable(logging.NOTSET)
        return target.read_bytes()


def _reader(name: str, batches: Sequence[NDArray[Any]]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    waiting = iter(batches)

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        """Batches one after another."""

        def get_next(self) -> dict[str, NDArray[Any]] | None:
            """The next batch, None at the end."""
            batch = next(waiting, None)
            return None if batch is None else {name: batch}

    return Reader()


def in_batches(pixels: Sequence[NDArray[Any]], size: int = _CALIBRATING_BATCH) -> list[Any]:
    """Prepared images in batches of ``size``; graphs for one image at a time take 1."""
    return [np.stack(pixels[start : start + size]) for start in range(0, len(pixels), size)]


def _name_nodes(model: ModelProto) -> None:
    for number, node in enumerate(model.graph.node):
        if not node.name:
            node.name = node.output[0] if _is_conv(node) else f"node_{number}"


def _is_conv(node: Any) -> bool:
    return bool(node.op_type == "Conv")
