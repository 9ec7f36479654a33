"""models/chest-xray-pneumonia as it is shipped: no torch is needed for any of this."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from shared_data import shared_data

from cds.imaging.contract.folder import open_folder, verify
from cds.imaging.frame import Frame, GreyScale, Identity
from cds.imaging.loaded import LoadedModel, load_model
from cds.imaging.metrics import auroc, calibration_error
from cds.imaging.phantoms import phantom_frames, trunk
from cds.imaging.predict import predict
from cds.imaging.reading import read
from cds.resources import bundled

FOLDER = bundled("models") / "chest-xray-pneumonia"


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(open_folder(FOLDER), "cpu")


def test_its_files_are_whole_and_small() -> None:
    assert verify(FOLDER) == []
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_000_000


def test_its_golden_vectors_hold() -> None:
    from cds.imaging.checking.model import check_model

    found = check_model(open_folder(FOLDER), "cpu")
    assert [one for one in found if one.verdict == "fault"] == []


def test_it_says_whom_it_is_not_for_in_both_languages() -> None:
    contract = open_folder(FOLDER).contract
    assert "adults" in contract.not_for["en"] and "成人" in contract.not_for["zh"]
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    for word in ("CC BY 4.0", "Not medically validated", "one hospital", "Distance gate"):
        assert word in card


def test_drawings_inverted_pictures_and_other_modalities_are_refused(model: LoadedModel) -> None:
    ct = replace(phantom_frames()[0], identity=Identity(modality="CT"), kind="dicom")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    frames = [
        *phantom_frames(),
        ct,
        Frame("noise", 0, noise, "MONOCHROME2", GreyScale(bits_stored=8)),
        Frame("turned", 0, trunk(90, 90, 0)[::-1], "MONOCHROME2", GreyScale(bits_stored=8)),
    ]
    answers = list(predict(model, frames, language="en"))
    assert [answer.result.status for answer in answers] == ["refused"] * len(frames)
    assert answers[6].result.code != "distance"  # its header alone is reason enough


def test_a_mean_film_is_answered(model: LoadedModel) -> None:
    """The golden vectors' mean pictures of the two labels lie within the gate."""
    golden = open_folder(FOLDER).golden()
    assert golden is not None
    said = [answer.result for answer in predict(model, golden.frames[:2], language="en")]
    assert [one.label for one in said] == ["NORMAL", "PNEUMONIA"]


def test_the_figures_on_the_official_test_pictures_at_28_pixels(model: LoadedModel) -> None:
    data = shared_data("imaging", "pneumoniamnist-28", "pneumoniamnist_28.npz")
    with np.load(data) as arrays:
        pictures, truth = arrays["test_images"], arrays["test_labels"][:, 0] == 1
    frames = [Frame("t", 0, one, "MONOCHROME2", GreyScale(bits_stored=8)) for one in pictures]
    results = [one.result for one in predict(model, frames, forced=True, batch=64)]
    chance = np.array([one.probabilities["PNEUMONIA"] for one in results if one.probabilities])
    assert auroc(chance, truth) >= 0.97
    assert ((chance >= model.contract.output.threshold) == truth).mean() >= 0.92
    assert calibration_error(chance, truth) <= 0.10  # the card has the figure
    assert np.mean([one.status == "refused" for one in results]) <= 0.05


def test_the_figures_on_the_official_test_films_at_224_pixels(model: LoadedModel) -> None:
    folder = shared_data("imaging", "chest-xray-pneumonia-224", "test")
    results = [one.result for one in predict(model, read([folder]), forced=True, batch=64)]
    truth = np.array([Path(one.file).parent.name == "PNEUMONIA" for one in results])
    chance = np.array([one.probabilities["PNEUMONIA"] for one in results if one.probabilities])
    assert auroc(chance, truth) >= 0.955
    assert np.mean([one.status == "refused" for one in results]) <= 0.05


@pytest.mark.parametrize("name", ["AbdomenCT", "BreastMRI", "ChestCT", "Hand", "HeadCT"])
def test_other_modalities_without_a_header_are_refused(model: LoadedModel, name: str) -> None:
    files = sorted(shared_data("imaging", "mednist-64", name).iterdir())[:40]
    results = [one.result for one in predict(model, read(files), batch=40)]
    assert sum(one.status == "refused" for one in results) == len(results)
