"""One test set in every form that a hospital might hand over: are the pixels the same?

``python -m benchmarks.imaging_formats IMAGES.npz [--count 468] [--model FOLDER]``

Every image (8 bits, grey) is written in each form of ``tests/imaging/written_forms.py``, read
and prepared; the table has the largest difference of a pixel from the array's own value / 255,
and with a model its AUROC and accuracy by form.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from cds.imaging.contract.model import Intake
from cds.imaging.frame import Unreadable
from cds.imaging.pixels import prepare
from cds.imaging.reading import read

TESTS = Path(__file__).resolve().parents[1] / "tests" / "imaging"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="an .npz with test_images and test_labels")
    parser.add_argument("--count", type=int, default=10**6)
    parser.add_argument("--model", help="an imaging model's folder")
    arguments = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    from written_forms import FORMS, write_form

    archive = np.load(arguments.archive)
    images = archive["test_images"][: arguments.count]
    labels = archive["test_labels"].ravel()[: arguments.count]
    side = images.shape[1]
    same_size = Intake("x", "NCHW", side, images.shape[2], 1)
    model = None if arguments.model is None else loaded(arguments.model)
    print(f"{len(images)} images of {side} x {images.shape[2]} pixels")
    print(f"{'form':18} {'largest difference':>18} {'ms an image':>12}", end="")
    print("" if model is None else f" {'AUROC':>8} {'accuracy':>9}")
    for name in FORMS:
        with tempfile.TemporaryDirectory() as place:
            paths = []
            for number, image in enumerate(images):
                folder = Path(place, f"{number:06d}")
                folder.mkdir()
                paths.append(write_form(name, image, folder))
            started = time.process_time()
            frames = list(read(paths))
            assert not any(isinstance(frame, Unreadable) for frame in frames), frames
            ready = np.stack([prepare(frame, same_size).pixels[0] for frame in frames])
            took = (time.process_time() - started) / len(images)
            print(
                f"{name:18} {np.abs(ready - images / 255).max():18.1e} {took * 1000:12.2f}", end=""
            )
            if model is None:
                print(flush=True)
                continue
            print("  {:7.4f} {:9.4f}".format(*scores(model, frames, labels)), flush=True)


def loaded(folder: str) -> Any:
    from cds.imaging.contract.folder import find_model
    from cds.imaging.loaded import load_model

    return load_model(find_model(folder, {}), "cpu")


def scores(model: Any, frames: list[Any], labels: Any) -> tuple[float, float]:
    """AUROC and accuracy of the model's first output, from the pixels as its contract asks."""
    from scipy.stats import rankdata

    pixels = np.stack([prepare(frame, model.contract.intake).pixels for frame in frames])
    output = model.run(pixels)[model.contract.output.name]
    logits = np.asarray(output, np.float64).reshape(len(frames), -1)
    score = logits[:, -1] - (logits[:, 0] if logits.shape[1] > 1 else 0)
    calibration = model.contract.output.calibration
    chance = 1 / (1 + np.exp(-(calibration.slope * score + calibration.intercept)))
    positives = int(labels.sum())
    ranks = rankdata(score)[labels == 1].sum()
    area = (ranks - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))
    right = ((chance >= model.contract.output.threshold) == (labels == 1)).mean()
    return float(area), float(right)


if __name__ == "__main__":
    main()
