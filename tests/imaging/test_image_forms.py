"""The same image in every form that is read gives the same pixels, to 1e-6."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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


FILM = eight_bits(chest(91, 80))  # an odd number of bytes a row and a frame


def every_form(image: Any, folder: Path) -> dict[str, Frame]:
    """Form → the frame that was read; one call, since some forms need a process to decode."""
    paths = [write_form(name, image, folder) for name in FORMS]
    found = list(read(paths))
    assert all(isinstance(frame, Frame) for frame in found), found
    return {
        name: frame for name, frame in zip(FORMS, found, strict=True) if isinstance(frame, Frame)
    }


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frame]:
    return every_form(FILM, tmp_path_factory.mktemp("forms"))


@pytest.mark.parametrize("name", FORMS)
def test_pixels_are_equal_in_every_form(name: str, films: dict[str, Frame]) -> None:
    ready = prepare(films[name], INTAKE)
    shown = ready.shown if ready.shown.ndim == 2 else ready.shown[..., 0]
    np.testing.assert_allclose(shown, FILM / 255, atol=1e-6)
    # a deviation of 0.2 makes differences five times as large
    np.testing.assert_allclose(ready.pixels, prepare(films["png"], INTAKE).pixels, atol=5e-6)


def test_real_films_of_28_pixels(tmp_path: Path) -> None:
    """The first test images of PneumoniaMNIST, in the forms that the acceptance names."""
    archive = next(shared_data("imaging", "pneumoniamnist-28").glob("*.npz"), None)
    if archive is None:
        pytest.skip("shared data not here: pneumoniamnist-28/*.npz")
    for image in np.load(archive)["test_images"][:2]:
        for frame in every_form(image, tmp_path).values():
            pixels = prepare(frame, Intake("x", "NCHW", 28, 28, 1)).pixels
            np.testing.assert_allclose(pixels[0], image / 255, atol=1e-6)
