"""The same image in every form that is read gives the same pixels, to 1e-6."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from phantom import chest, eight_bits
from written_forms import FORMS, write_form

from cds.imaging.contract.model import Intake
from cds.imaging.frame import Frame
from cds.imaging.pixels import prepare
from cds.imaging.reading import read
from tests.shared_data import shared_data

INTAKE = Intake(
    "x", "NCHW", 28, 28, 1, interpolation="area", mean=(0.4,), deviation=(0.2,)
)  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_pixels_are_equal_in_every_form(name: str, tmp_path: Path) -> None:
    film = eight_bits(chest(91, 80))  # an odd number of bytes a row and a frame
    reference = (film / 255).astype(np.float32)
    (image,) = read([write_form(name, film, tmp_path)])
    assert isinstance(image, Frame), image
    ready = prepare(image, INTAKE)
    shown = ready.shown if ready.shown.ndim == 2 else ready.shown[..., 0]
    np.testing.assert_allclose(shown, reference, atol=1e-6)
    (plain,) = read([write_form("png", film, tmp_path)])
    assert isinstance(plain, Frame)
    np.testing.assert_allclose(ready.pixels, prepare(plain, INTAKE).pixels, atol=5e-6)


def test_real_films_of_28_pixels(tmp_path: Path) -> None:
    """The first test images of PneumoniaMNIST, in the forms that the acceptance names."""
    archive = next(shared_data("imaging", "pneumoniamnist-28").glob("*.npz"), None)
    if archive is None:
        pytest.skip("shared data not here: pneumoniamnist-28/*.npz")
    images = np.load(archive)["test_images"][:4]
    for image in images:
        for name in FORMS:
            (read_back,) = read([write_form(name, image, tmp_path)])
            assert isinstance(read_back, Frame)
            pixels = prepare(read_back, Intake("x", "NCHW", 28, 28, 1)).pixels
            np.testing.assert_allclose(pixels[0], image / 255, atol=1e-6)
