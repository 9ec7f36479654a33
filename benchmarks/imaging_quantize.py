"""What eight-bit integers cost and give: the shipped model, and a graph shaped like ResNet-18.

    python -m benchmarks.imaging_quantize ../shared/data/imaging

The shipped model: ranges from 320 training pictures of both sources; labels and AUROC on the
official test pictures that are here. ResNet-18 has random weights (speed and size alone).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from cds.imaging import quantize
from cds.imaging.contract.folder import ModelFolder, open_folder
from cds.imaging.decide import probabilities
from cds.imaging.frame import Frame, GreyScale
from cds.imaging.metrics import auroc
from cds.imaging.pixels import prepare
from cds.imaging.reading import read
from cds.imaging.runtime.session import open_session
from cds.resources import bundled

RANGES = 320


def main(data: Path) -> None:
    model = open_folder(bundled("models") / "chest-xray-pneumonia")
    intake, graph = model.contract.intake, model.graph()
    with np.load(data / "pneumoniamnist-28" / "pneumoniamnist_28.npz") as arrays:
        small, tests = arrays["train_images"], arrays["test_images"]
        truths = [arrays["test_labels"][:, 0] == 1]
    rng = np.random.default_rng(0)
    films = sorted((data / "chest-xray-pneumonia-224" / "train").glob("*/*"))
    chosen = [films[n] for n in rng.choice(len(films), RANGES // 2, replace=False)]
    frames = [*read(chosen), *map(frame, small[rng.choice(len(small), RANGES // 2, False)])]
    ranges = [prepare(one, intake).pixels for one in frames]
    test_films = list(read([data / "chest-xray-pneumonia-224" / "test"]))
    truths.append(np.array(["PNEUMONIA" in Path(one.source).parts for one in test_films]))
    held = [
        np.stack([prepare(frame(one), intake).pixels for one in tests]),
        np.stack([prepare(one, intake).pixels for one in test_films]),
    ]
    print("| kept float | set | labels changed | AUROC before → after | KB before → after |")
    print("| --- | --- | ---: | ---: | ---: |")
    for attempt in quantize.attempts(graph, quantize.in_batches(ranges)):
        worst = 0.0
        for name, pixels, truth in zip(("28 px", "224 px"), held, truths, strict=True):
            before, after = (chances(one, pixels, model) for one in (graph, attempt.content))
            limit = model.contract.output.threshold
            changed = (before >= limit) != (after >= limit)
            worst = max(worst, changed.mean())
            print(
                f"| {', '.join(attempt.kept) or 'none'} | {name} | {changed.sum()} of "
                f"{len(changed)} ({changed.mean():.2%}) | {auroc(before, truth):.4f} → "
                f"{auroc(after, truth):.4f} | {len(graph) / 1000:.0f} → "
                f"{len(attempt.content) / 1000:.0f} |",
                flush=True,
            )
        if worst <= quantize.ALLOWED:
            break
    print("\n| graph | threads | batch | fp32 img/s | int8 img/s | times |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    race("chest-xray-pneumonia 96", graph, attempt.content, held[0])
    resnet = resnet18(np.random.default_rng(0))
    pictures = np.random.default_rng(1).random((16, 3, 224, 224), dtype=np.float32)
    first = next(quantize.attempts(resnet, quantize.in_batches(list(pictures), 4)))
    race("ResNet-18 224", resnet, first.content, pictures)


def race(name: str, before: bytes, after: bytes, pixels: np.ndarray) -> None:
    for threads in (1, 2):
        for batch in (1, 8):
            speed = quantize.race(before, after, np.ascontiguousarray(pixels[:batch]), threads)
            print(
                f"| {name} | {threads} | {batch} | {speed.before:.0f} | {speed.after:.0f} | "
                f"{speed.after / speed.before:.2f} |",
                flush=True,
            )


def frame(stored: np.ndarray) -> Frame:
    return Frame("picture", 0, stored, "MONOCHROME2", GreyScale(bits_stored=8))


def chances(graph: bytes, pixels: np.ndarray, model: ModelFolder) -> np.ndarray:
    session = open_session(graph, "cpu")
    name = model.contract.output.name
    parts = [
        session.run(np.ascontiguousarray(pixels[start : start + 32]), [name])[name]
        for start in range(0, len(pixels), 32)
    ]
    return probabilities(np.concatenate(parts), model.contract)[:, 1]


def resnet18(rng: np.random.Generator) -> bytes:
    """The graph of He et al., CVPR 2016, with batch norms folded in and random weights."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, held = [], []

    def convolution(before: str, channels: int, width: int, side: int, stride: int) -> str:
        name = f"c{len(nodes)}"
        scale = np.sqrt(2 / (channels * side * side))
        kernel = rng.normal(0, scale, (width, channels, side, side)).astype(np.float32)
        held.append(numpy_helper.from_array(kernel, f"{name}.w"))
        held.append(numpy_helper.from_array(np.zeros(width, np.float32), f"{name}.b"))
        nodes.append(
            helper.make_node(
                "Conv",
                [before, f"{name}.w", f"{name}.b"],
                [name],
                name=name,
                strides=[stride, stride],
                pads=[side // 2] * 4,
            )
        )
        return name

    def node(kind: str, inputs: list[str], name: str = "", **how: object) -> str:
        name = name or f"n{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **how))
        return name

    maps = node("Relu", [convolution("image", 3, 64, 7, 2)])
    maps = node("MaxPool", [maps], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    before = 64
    for width in (64, 128, 256, 512):
        for place in range(2):
            stride = 2 if place == 0 and width > 64 else 1
            aside = convolution(maps, before, width, 1, stride) if stride == 2 else maps
            inner = node("Relu", [convolution(maps, before, width, 3, stride)])
            inner = convolution(inner, width, width, 3, 1)
            maps = node("Relu", [node("Add", [inner, aside])])
            before = width
    flat = node("Flatten", [node("GlobalAveragePool", [maps])])
    held.append(numpy_helper.from_array(rng.normal(0, 0.02, (1000, 512)).astype(np.float32), "f.w"))
    held.append(numpy_helper.from_array(np.zeros(1000, np.float32), "f.b"))
    node("Gemm", [flat, "f.w", "f.b"], "logit", transB=1)
    graph = helper.make_graph(
        nodes,
        "resnet18",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["n", 1000])],
        held,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(onnx.ModelProto.SerializeToString(model))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
