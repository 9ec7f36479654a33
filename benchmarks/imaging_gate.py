"""What the distance gate of models/chest-xray-pneumonia refuses, good images and others.

    python -m benchmarks.imaging_gate ../shared/data/imaging [MODEL]

Good: the official test pictures that are here, at 28 and at 224 pixels. The same ones inverted and
turned. Other modalities: MedNIST and breast ultrasound, none of which were trained on. Adult
chest films (MedNIST CXR) are another site's: what happens is shown, and is no error of either.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cds.imaging.contract.folder import open_folder
from cds.imaging.frame import Frame, GreyScale, Unreadable
from cds.imaging.loaded import LoadedModel, load_model
from cds.imaging.pixels import prepare
from cds.imaging.reading import read
from cds.resources import bundled

OTHERS = ("AbdomenCT", "BreastMRI", "ChestCT", "Hand", "HeadCT")


def pixels_of(model: LoadedModel, images: Iterable[Frame | Unreadable]) -> np.ndarray:
    """Prepared images (n, 1, side, side)."""
    intake = model.contract.intake
    return np.stack([prepare(one, intake).pixels for one in images if isinstance(one, Frame)])


def refused(model: LoadedModel, pixels: np.ndarray) -> np.ndarray:
    """(n,): whether each prepared image lies beyond the limit."""
    found = []
    for start in range(0, len(pixels), 64):
        outputs = model.run(np.ascontiguousarray(pixels[start : start + 64]))
        found.append(model.distances(outputs) > model.contract.gate.threshold)
    return np.concatenate(found)


def line(name: str, hits: np.ndarray) -> None:
    print(f"| {name} | {len(hits)} | {hits.sum()} | {hits.mean():.1%} |", flush=True)


def main(data: Path, folder: Path) -> None:
    model = load_model(open_folder(folder), "cpu")
    with np.load(data / "pneumoniamnist-28" / "pneumoniamnist_28.npz") as arrays:
        small = [
            Frame("test", 0, one, "MONOCHROME2", GreyScale(bits_stored=8))
            for one in arrays["test_images"]
        ]
    good = {
        "PneumoniaMNIST test, 28 px": pixels_of(model, small),
        "Kermany test, 224 px": pixels_of(
            model, read([data / "chest-xray-pneumonia-224" / "test"])
        ),
    }
    print("| images | n | refused | share |\n| --- | ---: | ---: | ---: |")
    for name, pixels in good.items():
        line(name, refused(model, pixels))
    turned = {
        "inverted": lambda x: 1 - x,
        "upside down (mirrored)": lambda x: x[:, :, ::-1],
        "upside down (turned by 180°)": lambda x: x[:, :, ::-1, ::-1],
        "turned left": lambda x: x.swapaxes(2, 3)[:, :, ::-1],
        "turned right": lambda x: x.swapaxes(2, 3)[:, :, :, ::-1],
        "mirrored left to right": lambda x: x[..., ::-1],
    }
    for how, turn in turned.items():
        for name, pixels in good.items():
            line(f"{name}: {how}", refused(model, turn(pixels)))
    everything = []
    for name in OTHERS:
        hits = refused(model, pixels_of(model, read([data / "mednist-64" / name])))
        everything.append(hits)
        line(f"MedNIST {name}", hits)
    hits = refused(model, pixels_of(model, read([data / "busi-256"])))
    everything.append(hits)
    line("breast ultrasound (BUSI)", hits)
    line("all wrong modalities", np.concatenate(everything))
    side = model.contract.intake.height
    noise = np.random.default_rng(0).random((100, 1, side, side), dtype=np.float32)
    line("noise", refused(model, noise))
    line(
        "adult chest films (MedNIST CXR)",
        refused(model, pixels_of(model, read([data / "mednist-64" / "CXR"]))),
    )


if __name__ == "__main__":
    named = Path(sys.argv[2]) if len(sys.argv) > 2 else bundled("models") / "chest-xray-pneumonia"
    main(Path(sys.argv[1]), named)
