"""Writes the table that models/chest-xray-pneumonia is trained from.

    python -m benchmarks.imaging_pneumonia_data ../shared/data/imaging TARGET

TARGET gets kermany/ (the training JPEGs), mnist/ (PneumoniaMNIST's training pictures as PNG) and
table.csv with file, label, patient, split, source. PneumoniaMNIST's pictures are the middle
squares of the same films at 28 x 28 pixels and name no patient: each film's twin is the small
picture that correlates best with its middle, over a range of aspect ratios (the JPEGs were
stretched to squares). One seventh of the patients, with both pictures of each film, is for
validation; small pictures without a twin here are of other patients and for training. The
official validation part of PneumoniaMNIST shares patients with training and is not used.
"""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ASPECTS = np.geomspace(0.75, 2.6, 40)
SIDE = 28
FOLDS = 7
SEED = 20261128


def main(data: Path, target: Path) -> None:
    folder = data / "chest-xray-pneumonia-224"
    films = sorted((folder / "train").glob("*/*"))
    with (folder / "labels.csv").open(encoding="utf-8") as stream:
        known = {row["file"]: row for row in csv.DictReader(stream)}
    with np.load(data / "pneumoniamnist-28" / "pneumoniamnist_28.npz") as arrays:
        small = arrays["train_images"]
        labels = arrays["train_labels"][:, 0]
        everything = np.concatenate([small, arrays["val_images"]])
    patients = [known[str(film.relative_to(folder).as_posix())]["patient"] for film in films]
    twin = twins(films, everything)
    fold = folds(patients)
    rows = []
    (target / "kermany").mkdir(parents=True, exist_ok=True)
    (target / "mnist").mkdir(parents=True, exist_ok=True)
    for film, patient in zip(films, patients, strict=True):
        shutil.copy(film, target / "kermany" / film.name)
        rows.append(row(f"kermany/{film.name}", film.parent.name, patient, fold))
    owner = {int(place): number for number, place in enumerate(twin)}
    for number, picture in enumerate(small):
        Image.fromarray(picture).save(target / "mnist" / f"{number}.png")
        patient = patients[owner[number]] if number in owner else ""
        label = "PNEUMONIA" if labels[number] else "NORMAL"
        rows.append(row(f"mnist/{number}.png", label, patient, fold))
    with (target / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", "label", "patient", "split", "source"])
        writer.writerows(rows)
    print(f"{len(rows)} pictures, {sum(bool(one[2]) for one in rows)} with a patient")


def row(file: str, label: str, patient: str, fold: dict[str, int]) -> list[str]:
    split = "val" if patient and fold[patient] == 0 else "train"
    return [file, label, patient, split, file.split("/")[0]]


def folds(patients: list[str]) -> dict[str, int]:
    names = sorted(set(patients))
    order = np.random.default_rng(SEED).permutation(len(names))
    return {names[place]: number % FOLDS for number, place in enumerate(order)}


def twins(films: list[Path], small: np.ndarray) -> np.ndarray:
    """For each film the number of the small picture that is most like its middle."""
    likeness = normalised(small).T
    pictures = [Image.open(film).convert("L") for film in films]
    best, place = np.full(len(films), -1.0), np.zeros(len(films), dtype=np.int64)
    for aspect in ASPECTS:
        middles = np.stack([middle(picture, aspect) for picture in pictures])
        scores = normalised(middles) @ likeness
        winner = scores.argmax(axis=1)
        value = scores[np.arange(len(films)), winner]
        better = value > best
        best[better], place[better] = value[better], winner[better]
    return place


def middle(picture: Image.Image, aspect: float) -> np.ndarray:
    """The square middle of a film of ``aspect`` (width / height) that was stretched to a square."""
    columns, rows = picture.size
    if aspect >= 1:
        left = (columns - columns / aspect) / 2
        box = (left, 0.0, columns - left, float(rows))
    else:
        top = (rows - rows * aspect) / 2
        box = (0.0, top, float(columns), rows - top)
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box))


def normalised(pictures: np.ndarray) -> np.ndarray:
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
