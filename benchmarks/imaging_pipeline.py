"""Forty mixed DICOM files through reading, preparing and a ResNet-18: one by one, and ahead.

    python -m benchmarks.imaging_pipeline FOLDER_OF_DICOM [--files 40] [--rounds 3]

``serial``: a file is read, prepared and computed before the next is opened. ``ahead``: as
``cds image predict`` does it, files read in processes and prepared in threads while others are
computed. The answers must be the same; prints medians of rounds that take turns. Needs torch for
the network.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.imaging_graphs import exported, network
from cds.imaging.contract.folder import ModelFolder
from cds.imaging.contract.model import Contract, Intake, Label, Output, Scope
from cds.imaging.frame import Frame
from cds.imaging.loaded import LoadedModel
from cds.imaging.pixels import prepare
from cds.imaging.predict import predict
from cds.imaging.reading import read
from cds.imaging.runtime.session import open_session

CONTRACT = Contract(
    name="resnet",
    version="1",
    task="classification",
    file="resnet.onnx",
    sha256="0" * 64,
    scope=Scope(),
    intake=Intake("image", "NCHW", 224, 224, 3),
    output=Output("logit", (Label("A"), Label("B")), "logit"),
    purpose={"en": "speed"},
    not_for={"en": "anything else"},
    source={},
)


def serial(model: LoadedModel, files: list[Path]) -> Iterator[np.ndarray]:
    for file in files:
        for image in read([file]):
            if isinstance(image, Frame):
                pixels = prepare(image, CONTRACT.intake).pixels
                yield model.session.run(pixels[None], ["logit"])["logit"][0]


def ahead(model: LoadedModel, files: list[Path], workers: int) -> Iterator[np.ndarray]:
    for answer in predict(model, read(files, workers=workers), batch=4):
        if answer.outputs is not None:
            yield answer.outputs["logit"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        graph = exported(network("ResNet-18"), Path(folder) / "resnet.onnx")
        session = open_session(graph, "cpu", threads=1)
    model = LoadedModel(ModelFolder(Path(), replace(CONTRACT), ""), session, None)
    single = [
        path
        for path in sorted(arguments.folder.glob("*.dcm"))
        if [frame for frame in read([path]) if isinstance(frame, Frame) and frame.of == 1]
    ]
    files = list(itertools.islice(itertools.cycle(single), arguments.files))
    expected = np.array(list(serial(model, files)))
    ways = {
        "serial": lambda: list(serial(model, files)),
        "ahead": lambda: list(ahead(model, files, arguments.workers)),
    }
    np.testing.assert_allclose(np.array(ways["ahead"]()), expected, rtol=1e-2, atol=1e-3)
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            start = perf_counter()
            way()
            rates[name].append(len(files) / (perf_counter() - start))
    one, other = (median(rates[name]) for name in ways)
    print(f"| {len(files)} files of {len(single)} kinds | serial | ahead | ratio |")
    print("| --- | --- | --- | --- |")
    print(f"| images a second | {one:.2f} | {other:.2f} | {other / one:.2f} |")


if __name__ == "__main__":
    main()
