"""Calibrate a trained graph on validation pictures, and on harder versions of them.

Pictures from elsewhere are judged less well than validation's, and lean to one label. What that
does to probabilities is learnt from validation pictures that are changed more and more, from
not at all to as much as training pictures are (Tomani et al., "Post-hoc Uncertainty Calibration
for Domain Drift Scenarios", CVPR 2021).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.imaging import calibrating
from cds.imaging.calibrating import Way
from cds.imaging.contract.model import Calibration
from cds.imaging.runtime.session import Session
from cds.imaging.training.divided import Divided
from cds.imaging.training.export import LOGIT
from cds.imaging.training.outputs import graph_outputs
from cds.imaging.training.recipe import Recipe

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """``losses``: of each way, on patients that it was not fitted on. ``way``: the one taken."""

    calibration: Calibration
    way: Way
    losses: dict[Way, float]


def calibrate(
    session: Session,
    divided: Divided,
    logits: NDArray[np.float64],
    recipe: Recipe,
    progress: Progress = lambda what, done, parts: None,
) -> Calibrated:
    """The calibration of the graph in ``session``, which gave ``logits`` for all pictures.

    Needs torch where the recipe wants more versions than the pictures themselves.
    """
    rows = divided.rows("validation")
    versions = [logits[rows]]
    if recipe.calibration_versions > 1:
        for changed in _harder(divided.pictures.pixels[rows], recipe):
            versions.append(graph_outputs(session, changed, [LOGIT], progress)[LOGIT])
    told = np.concatenate(versions).astype(np.float64)
    truth = np.tile(divided.truth[rows], len(versions))
    patients = np.unique(divided.units()[rows], return_inverse=True)[1].reshape(-1)
    best, losses = calibrating.choose(
        told,
        truth,
        np.tile(patients, len(versions)),
        balanced=recipe.balanced,
        doubt=recipe.doubt,
    )
    way: Way = best if recipe.calibration == "auto" else recipe.calibration
    count = len(divided.labels)
    fitted = calibrating.fit(
        way,
        told,
        calibrating.targets_for(truth, count, recipe.doubt),
        calibrating.weights_for(truth, recipe.balanced),
    )
    shares = np.bincount(divided.truth[rows], minlength=count) / len(rows)
    # Training weighs all labels alike: uncalibrated probabilities are right for that.
    if recipe.balanced or way == "none":
        shares = np.full(count, 1 / count)
    calibration = Calibration(
        float(f"{fitted.slope:.6g}"),
        float(f"{fitted.intercept:.6g}"),
        _about(way, recipe),
        tuple(float(f"{share:.6g}") for share in shares),
    )
    return Calibrated(calibration, way, losses)


def _harder(pixels: NDArray[np.float32], recipe: Recipe) -> list[NDArray[np.float32]]:
    """Versions of ``pixels`` (n, side, side), each changed more than the one before."""
    import torch

    from cds.imaging.training.augmentation import augment, gentler

    pictures = torch.from_numpy(pixels).unsqueeze(1)
    found = []
    steps = recipe.calibration_versions - 1
    for step in range(1, steps + 1):
        chance = torch.Generator().manual_seed(recipe.seed + step)
        # Some changes are drawn for a stretch of pictures at once; neighbours are alike.
        order = torch.randperm(len(pictures), generator=chance)
        changed = torch.empty_like(pictures)
        how = gentler(recipe.augmentation, step / steps)
        changed[order] = augment(pictures[order], how, chance)
        found.append(np.asarray(changed.squeeze(1).numpy()))
    return found


def _about(way: Way, recipe: Recipe) -> str:
    if way == "none":
        return "not fitted: it did no better than the network's own probabilities"
    about = "validation pictures of patients that were not trained on"
    if recipe.calibration_versions > 1:
        about += (
            f", in {recipe.calibration_versions} versions from unchanged to changed as much as "
            "training's"
        )
    if recipe.balanced:
        about += ", as if all labels were equally frequent"
    if recipe.doubt:
        about += f", and as if {recipe.doubt:.0%} of the labels told nothing"
    return about
