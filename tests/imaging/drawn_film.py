"""A chest film drawn from formulas, near enough to a child's to be answered: nobody was imaged.

``python tests/imaging/drawn_film.py`` writes ``sample_data/imaging/drawn_film.dcm`` anew. The
numbers were found by trying: drawings were changed at random, and those that the shipped model
found less strange were kept. No film was looked at for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))

from phantom import ROOT, SAMPLES, dicom, eight_bits, save

Grey = NDArray[np.float64]
SIDE = 256
FILE = "drawn_film.dcm"


def film() -> Grey:
    """Grey levels 0 to 1, dense tissue bright; x to the right and y down from the middle."""
    y = (np.arange(SIDE)[:, None] + 0.5) / SIDE - 0.5
    x = (np.arange(SIDE)[None, :] + 0.5) / SIDE - 0.5
    aside = np.abs(x)
    half = 0.4656 * (0.25 + 0.75 * above(y + 0.401, 0.05))
    trunk = above(half - aside, 0.0333)
    image = 0.077 + 0.57 * trunk
    image = image + 0.131 * bump(x / 0.1) * above(-0.33 - y, 0.05)
    image += 0.128 * bump((aside - 0.412) / 0.05) * above(y + 0.35, 0.06)
    lungs = np.maximum(lung(x, y, -1), lung(x, y, 1))
    image -= 0.3 * lungs
    from_hilum = np.hypot(aside - 0.08, y)
    image += 0.0977 * bump(from_hilum / 0.1166)
    vessels = np.cos(14 * np.arctan2(y, aside - 0.05))
    image += 0.0288 * lungs * np.exp(-from_hilum / 0.15) * vessels
    waves = np.sin(2 * np.pi * 9 * (y + 0.4549 * x**2 - 0.15 * aside))
    within = above(0.42 - aside, 0.04) * above(y + 0.42, 0.05) * above(0.3 - y, 0.06)
    image += 0.06 * above(waves - 0.3824, 0.15) * within
    clavicles = bump((y + 0.2752 + 0.2161 * (aside - 0.15)) / 0.014)
    image += 0.1838 * clavicles * above(aside - 0.03, 0.01) * above(0.33 - aside, 0.02)
    image += 0.18 * bump(x / 0.0521)
    heart = 1 - ((x - 0.0481) / 0.1747) ** 2 - ((y - 0.1118) / 0.2088) ** 2
    image += 0.22 * above(heart, 0.1826)
    image += 0.1841 * above(y - 0.2575, 0.02) * above(half - aside, 0.03)
    image -= 0.1419 * bump((x - 0.17) / 0.07) * bump((y - 0.36) / 0.06)
    image *= 1 - 0.2214 * (x**2 + y**2)
    return softened(softened(np.clip(image, 0, 1)))


def lung(x: Grey, y: Grey, side: int) -> Grey:
    """How much of each point lies in the lung of one ``side``, 0 to 1."""
    down = y - 0.0049
    middle = side * (0.1439 + 0.1507 * down)
    half = 0.13 * np.sqrt(np.clip(1 - (down / 0.2495) ** 2, 0, None)) * (1 + 0.9109 * down)
    dome = 0.2575 - 0.8359 * (x - side * 0.17) ** 2 + (0.02 if side > 0 else 0)
    return above(half - np.abs(x - middle), 0.0124) * above(dome - y, 0.02)


def above(value: Grey, width: float) -> Grey:
    """0 below zero, 1 above, over about ``width``."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value / width, -40, 40))))


def bump(value: Grey) -> Grey:
    return np.asarray(np.exp(-(value**2)))


def softened(image: Grey) -> Grey:
    """Each pixel with its neighbour before it, down and across: an edge takes two pixels."""
    for axis in (0, 1):
        before = np.roll(image, 1, axis)
        first = [slice(None)] * 2
        first[axis] = slice(0, 1)
        before[tuple(first)] = image[tuple(first)]
        image = (image + before) / 2
    return image


def write(folder: Path) -> Path:
    """The film as a CR of a chest, age three years, as the shipped model asks."""
    dataset = dicom(
        eight_bits(film()),
        4,
        PatientName="Drawn^Not A Patient",
        PatientID="DRAWN",
        PatientAge="003Y",
        ViewPosition="AP",
        SOPInstanceUID=f"{ROOT}.2.1.1",
        StudyInstanceUID=f"{ROOT}.2",
        SeriesInstanceUID=f"{ROOT}.2.1",
        SeriesDescription="Drawn by a program; no patient was imaged",
        PixelSpacing=[0.9, 0.9],
    )
    dataset.WindowCenter, dataset.WindowWidth = "128", "256"
    return save(dataset, folder / FILE)


if __name__ == "__main__":
    write(SAMPLES)
