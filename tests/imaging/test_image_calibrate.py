"""Calibration on harder versions of the validation pictures (needs torch; skipped without)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from cds.imaging.examples import Example
from cds.imaging.training.divided import Divided
from cds.imaging.training.export import LOGIT
from cds.imaging.training.pictures import Pictures
from cds.imaging.training.recipe import Augmentation, Recipe

SIDE, COUNT = 16, 240
PLAIN = replace(Recipe(), doubt=0.0, calibration_versions=1)


class Contrast:
    """A graph that says the second label of pictures with much contrast: less of it, less so."""

    def run(self, batch: np.ndarray, outputs: list[str]) -> dict[str, np.ndarray]:
        spread = batch.std(axis=(1, 2, 3))
        return {LOGIT: ((spread - 0.15) * 60)[:, None].astype(np.float32)}


def pictures(seed: int = 0) -> Divided:
    """Half with a bright square; every second picture is of the second label."""
    rng = np.random.default_rng(seed)
    truth = np.arange(COUNT) % 2
    pixels = np.full((COUNT, SIDE, SIDE), 0.4, dtype=np.float32)
    height = np.where(truth == 1, 0.42, 0.28) + rng.normal(0, 0.06, COUNT)
    pixels[:, 4:12, 4:12] += height[:, None, None].astype(np.float32)
    examples = tuple(Example(Path(f"{n}.png"), "AB"[label]) for n, label in enumerate(truth))
    splits = np.full(COUNT, "validation")
    return Divided(Pictures(pixels, examples, {}), splits, truth.astype(np.int64), ("A", "B"))


def calibrated(recipe: Recipe, divided: Divided) -> Any:
    from cds.imaging.training.calibrate import calibrate

    session: Any = Contrast()
    logits = session.run(divided.pictures.pixels[:, None], [LOGIT])[LOGIT]
    return calibrate(session, divided, logits, recipe)


def test_harder_pictures_make_probabilities_more_modest() -> None:
    divided = pictures()
    alone = calibrated(replace(PLAIN, calibration="platt"), divided).calibration
    harder = replace(PLAIN, calibration="platt", calibration_versions=5)
    both = calibrated(harder, divided).calibration
    assert 0 < both.slope < alone.slope
    assert calibrated(harder, divided).calibration == both, "the same twice"
    assert "in 5 versions" in both.data and "versions" not in alone.data


def test_pictures_that_do_not_change_change_nothing() -> None:
    divided = pictures()
    still = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 0, False)
    once = calibrated(replace(PLAIN, calibration="platt"), divided).calibration
    thrice = calibrated(
        replace(PLAIN, calibration="platt", calibration_versions=3, augmentation=still), divided
    ).calibration
    assert thrice.slope == pytest.approx(once.slope, rel=1e-2)
    assert thrice.intercept == pytest.approx(once.intercept, abs=0.05)


def test_the_contract_says_which_shares_of_labels_its_probabilities_are_right_for() -> None:
    divided = pictures()
    keep = np.concatenate([np.flatnonzero(divided.truth == 0), np.flatnonzero(divided.truth)[:60]])
    fewer = Divided(
        Pictures(
            divided.pictures.pixels[keep],
            tuple(divided.pictures.examples[row] for row in keep),
            {},
        ),
        divided.splits[keep],
        divided.truth[keep],
        divided.labels,
    )
    as_found = replace(PLAIN, balanced=False, calibration="platt")
    assert calibrated(PLAIN, fewer).calibration.prevalence == (0.5, 0.5)
    assert calibrated(as_found, fewer).calibration.prevalence == (0.666667, 0.333333)
