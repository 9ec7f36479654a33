"""ONNX Runtime as ``cds image`` opens it against torch, the same graphs, taking turns.

    python -m benchmarks.imaging_speed [--rounds 7] [--batches 1,8]

Also the wall time of one whole ``cds image predict`` of one picture (cold start). Needs torch;
prints a table of medians. Both use the same number of threads; the outputs are compared first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np
import torch

from benchmarks.imaging_graphs import NETWORKS, exported, network
from cds.imaging.runtime.session import open_session

Runner = Callable[[np.ndarray], np.ndarray]


def runners(name: str, folder: Path, threads: int) -> dict[str, Runner]:
    """Each way to run the network called ``name``."""
    made = network(name)
    warnings.simplefilter("ignore")
    session = open_session(exported(made, folder / f"{name}.onnx"), "cpu", threads=threads)
    frozen = torch.jit.freeze(torch.jit.trace(made, torch.zeros(1, 3, 224, 224)))

    def eager(images: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return made(torch.from_numpy(images)).numpy()

    def script(images: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return frozen(torch.from_numpy(images)).numpy()

    return {
        "ONNX Runtime": lambda images: session.run(images, ["logit"])["logit"],
        "torch eager": eager,
        "torch frozen script": script,
    }


def timed(
    ways: dict[str, Runner], images: np.ndarray, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Images a second of wall and of processor time: medians of rounds in which all take turns."""
    expected = ways["torch eager"](images)
    for way in ways.values():
        for _ in range(2):
            np.testing.assert_allclose(way(images), expected, rtol=1e-2, atol=1e-2)
    wall: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        order = list(ways)
        for name in order if number % 2 == 0 else reversed(order):
            start, before = perf_counter(), process_time()
            ways[name](images)
            wall[name].append(len(images) / (perf_counter() - start))
            used[name].append(len(images) / max(process_time() - before, 1e-9))
    return (
        {name: median(rates) for name, rates in wall.items()},
        {name: median(rates) for name, rates in used.items()},
    )


def cold_start(rounds: int) -> tuple[float, float]:
    """Wall and processor seconds of one prediction of one picture, in a process of its own."""
    from PIL import Image

    model = "chest-xray-pneumonia"
    walls, used = [], []
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "film.png"
        grey = np.random.default_rng(0).integers(0, 255, (224, 224), dtype=np.uint8)
        Image.fromarray(grey).save(picture)
        words = [sys.executable, "-m", "cds", "image", "predict", model, str(picture), "--json"]
        for _ in range(rounds + 1):
            start, before = perf_counter(), os.times()
            run = subprocess.run([*words, "-q"], capture_output=True, check=False)
            if run.returncode not in (0, 3):
                raise SystemExit(run.stderr.decode())
            after = os.times()
            walls.append(perf_counter() - start)
            used.append(
                after.children_user
                - before.children_user
                + after.children_system
                - before.children_system
            )
    return median(walls[1:]), median(used[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(
        "| network | batch | ONNX Runtime | torch eager | torch frozen | against eager | of CPU |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            ways = runners(name, Path(folder), arguments.threads)
            for batch in map(int, arguments.batches.split(",")):
                images = random.random((batch, 3, 224, 224), dtype=np.float32)
                wall, used = timed(ways, images, arguments.rounds)
                ours, eager, script = wall.values()
                of_cpu = used["ONNX Runtime"] / used["torch eager"]
                print(
                    f"| {name} | {batch} | {ours:.1f} | {eager:.1f} | {script:.1f} | "
                    f"{ours / eager:.2f} | {of_cpu:.2f} |",
                    flush=True,
                )
    seconds, cpu = cold_start(arguments.rounds)
    print(f"\nOne `cds image predict` of one picture: {seconds:.2f} s, of processor {cpu:.2f} s")


if __name__ == "__main__":
    main()
