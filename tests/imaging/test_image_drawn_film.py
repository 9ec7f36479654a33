"""The sample film: drawn by formulas, of nobody, and near enough to a film to be answered."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).parent))

from drawn_film import FILE, film
from phantom import SAMPLES, eight_bits

from cds.imaging.contract.folder import open_folder
from cds.imaging.loaded import load_model
from cds.imaging.predict import predict
from cds.imaging.reading import read
from cds.resources import bundled


def test_the_sample_is_what_the_formulas_draw() -> None:
    """Computers differ in the last bit of an exponential: one grey level at most."""
    stored = dcmread(SAMPLES / FILE)
    drawn = eight_bits(film()).astype(int)
    assert np.abs(stored.pixel_array.astype(int) - drawn).max() <= 1
    assert "Not A Patient" in str(stored.PatientName)
    assert "no patient was imaged" in stored.SeriesDescription


def test_the_shipped_model_answers_it() -> None:
    model = load_model(open_folder(bundled("models") / "chest-xray-pneumonia"), "cpu")
    (answer,) = predict(model, read([SAMPLES / FILE]))
    assert (answer.result.status, answer.result.label) == ("ok", "NORMAL")
    assert answer.result.side == 256
