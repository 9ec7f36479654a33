"""CPU against CUDA through ``cds``'s own sessions: the same numbers, and how many images a second.

    python -m benchmarks.imaging_cuda [--models DIR ...] [--json FILE]

Needs numpy, onnx and onnxruntime-gpu, and a checkout; nothing else of ``cds``'s dependencies. The
graphs are ResNet-18 and DenseNet-121 with random weights, made with onnx alone, and every
``model.onnx`` under ``models/``. Compares outputs of CPU and CUDA, with and without I/O binding,
and prints a table of medians; exits 1 where numbers disagree or CUDA was asked for and did not run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from cds.errors import InputError
from cds.imaging.runtime.session import Session, open_session
from cds.imaging.runtime.surroundings import look

ROOT = Path(__file__).resolve().parent.parent
CLOSE = 2e-2  # relative to the spread of the output: CUDA's convolutions may use TF32


class Builder:
    """Writes an ONNX graph layer by layer, with random weights and no batch normalisation (it is
    folded into the convolutions of every exported graph)."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(0)
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        from onnx import helper

        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, values: np.ndarray) -> str:
        from onnx import numpy_helper

        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def convolution(
        self, source: str, before: int, after: int, side: int, stride: int, *, relu: bool = True
    ) -> str:
        spread = (2 / (before * side * side)) ** 0.5
        kernel = self.constant(self.random.normal(0, spread, (after, before, side, side)))
        bias = self.constant(np.zeros(after))
        pads = [side // 2] * 4
        made = self.add("Conv", [source, kernel, bias], strides=[stride, stride], pads=pads)
        return self.add("Relu", [made]) if relu else made

    def head(self, source: str, width: int) -> bytes:
        from onnx import TensorProto, helper

        pooled = self.add("GlobalAveragePool", [source])
        features = self.add("Flatten", [pooled], axis=1)
        weights = self.constant(self.random.normal(0, width**-0.5, (width, 2)))
        bias = self.constant(np.zeros(2))
        self.nodes.append(helper.make_node("Gemm", [features, weights, bias], ["logit"]))

        def value(name: str, shape: list[Any]) -> Any:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self.nodes,
            "made",
            [value("image", ["batch", 3, 224, 224])],
            [value("logit", ["batch", 2])],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        content: bytes = model.SerializeToString()
        return content


def resnet_18() -> bytes:
    made = Builder()
    x = made.convolution("image", 3, 64, 7, 2)
    x = made.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    before = 64
    for width, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for stride in (first, 1):
            y = made.convolution(x, before, width, 3, stride)
            y = made.convolution(y, width, width, 3, 1, relu=False)
            if stride != 1 or before != width:
                x = made.convolution(x, before, width, 1, stride, relu=False)
            x = made.add("Relu", [made.add("Add", [x, y])])
            before = width
    return made.head(x, 512)


def densenet_121(growth: int = 32) -> bytes:
    made = Builder()
    x, width = made.convolution("image", 3, 64, 7, 2), 64
    x = made.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for number, blocks in enumerate((6, 12, 24, 16)):
        for _ in range(blocks):
            y = made.convolution(x, width, 4 * growth, 1, 1)
            y = made.convolution(y, 4 * growth, growth, 3, 1, relu=False)
            x = made.add("Concat", [x, y], axis=1)
            width += growth
        if number < 3:
            x = made.convolution(x, width, width // 2, 1, 1)
            x = made.add("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
            width //= 2
    return made.head(x, width)


def shape_of(session: Session, batch: int) -> list[int]:
    return [batch if n == 0 else int(axis or 1) for n, axis in enumerate(session.inputs[0].shape)]


def rate(session: Session, images: np.ndarray, rounds: int, seconds: float) -> float:
    """Images a second: the median of ``rounds`` timings of about ``seconds`` each."""
    for _ in range(3):
        session.run(images)
    start = perf_counter()
    session.run(images)
    repeats = max(1, round(seconds / max(perf_counter() - start, 1e-6)))
    rates = []
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(repeats):
            session.run(images)
        rates.append(repeats * len(images) / (perf_counter() - start))
    return median(rates)


def measure(
    name: str, content: bytes, batches: list[int], rounds: int, seconds: float
) -> tuple[list[dict[str, Any]], bool]:
    """One row a batch, and whether every device gives the CPU's numbers."""
    ways = {"cpu": open_session(content, "cpu", source=name)}
    try:
        ways["cuda bound"] = open_session(content, "cuda", source=name, bind=True)
        ways["cuda plain"] = open_session(content, "cuda", source=name, bind=False)
    except InputError as error:
        print(f"{name}: {error}", file=sys.stderr)
    rows, sound = [], True
    random = np.random.default_rng(1)
    for batch in batches:
        images = random.random(shape_of(ways["cpu"], batch)).astype(ways["cpu"].inputs[0].kind)
        expected = ways["cpu"].run(images)
        row: dict[str, Any] = {"graph": name, "batch": batch}
        for way, session in ways.items():
            off = 0.0
            for output, array in session.run(images).items():
                spread = max(float(np.std(expected[output])), 1e-3)
                difference = np.abs(np.asarray(array, np.float64) - expected[output])
                off = max(off, float(difference.max()) / spread)
            sound = sound and off < CLOSE
            row[way] = {
                "provider": session.provider,
                "images_per_second": round(rate(session, images, rounds, seconds), 1),
                "largest_difference": off,
            }
        rows.append(row)
    return rows, sound


def noise() -> str:
    """What a process that opens ``--device auto`` writes to stdout beside its own one line."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from cds.imaging.runtime.session import open_session\n"
        "print(open_session(open(sys.argv[2], 'rb').read(), 'auto').device)\n"
    )
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(resnet_18())
        file.flush()
        run = subprocess.run(
            [sys.executable, "-c", script, str(ROOT), file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    return f"stdout {run.stdout!r}, stderr {run.stderr!r}, exit {run.returncode}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, nargs="*", default=[ROOT / "models"])
    parser.add_argument("--batches", default="1,8,32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = look(tensorrt=True)
    print(f"built for {sorted(found.built_for)}; CUDA {found.cuda_version}")
    print(f"driver: {found.driver or 'works'}; missing: {found.missing or 'nothing'}")
    print(f"TensorRT missing: {found.missing_tensorrt or 'nothing'}")
    print(f"auto: {noise()}")
    graphs = {"ResNet-18": resnet_18(), "DenseNet-121": densenet_121()}
    for folder in arguments.models:
        for path in sorted(folder.glob("**/*.onnx")):
            graphs[f"{path.parent.name}/{path.name}"] = path.read_bytes()
    batches = [int(part) for part in arguments.batches.split(",")]
    rows, sound = [], True
    for name, content in graphs.items():
        measured, agrees = measure(name, content, batches, arguments.rounds, arguments.seconds)
        rows += measured
        sound = sound and agrees
    ways = [way for way in rows[0] if way not in ("graph", "batch")]
    print(f"\n| graph | batch | {' | '.join(ways)} | largest difference |")
    print(f"| --- | --- |{' --- |' * len(ways)} --- |")
    for row in rows:
        rates = [f"{row[way]['images_per_second']:.0f}" for way in ways]
        off = max(row[way]["largest_difference"] for way in ways)
        print(f"| {row['graph']} | {row['batch']} | {' | '.join(rates)} | {off:.1e} |")
    if arguments.json:
        document = {
            "surroundings": {
                "cuda": found.cuda_version,
                "driver": found.driver,
                "missing": list(found.missing),
            },
            "rows": rows,
        }
        arguments.json.write_text(json.dumps(document, indent=1), encoding="utf-8")
    ran = all(
        row[way]["provider"].startswith("CUDA") for row in rows for way in ways if way != "cpu"
    )
    return 0 if sound and ran and len(ways) > 1 else 1


if __name__ == "__main__":
    sys.exit(main())
