"""Labelled pictures as folders and tables, and their division by patient."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import InputError
from cds.imaging.examples import Example, labels_of, read_examples
from cds.imaging.training.division import divide


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_a_folder_a_class(tmp_path: Path) -> None:
    files(tmp_path, "sick/1.png", "well/2.png", "well/more/3.png", "labels.csv", "well/.hidden")
    found = read_examples(tmp_path)
    assert [(one.file.name, one.label, one.split) for one in found] == [
        ("1.png", "sick", ""),
        ("2.png", "well", ""),
        ("3.png", "well", ""),
    ]
    assert labels_of(found) == ("sick", "well")


def test_folders_of_splits(tmp_path: Path) -> None:
    files(tmp_path, "train/a/1.png", "val/a/2.png", "test/b/3.png")
    assert [one.split for one in read_examples(tmp_path)] == ["test", "train", "validation"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("path,label\nx.png,a\n", "no column 'file'"),
        ("file,label\nx.png,\n", "line 2: has no label"),
        ("file,label\ngone.png,a\n", "line 2: names 'gone.png'"),
        ("file,label,split\nx.png,a,dev\n", "line 2: has split 'dev'"),
        ("file,label\n", "holds no pictures"),
        (
            "file,label,patient,split\nx.png,a,p1,train\ny.png,a,p1,test\n",
            "patient 'p1' is in train and in test",
        ),
    ],
)
def test_a_table_that_is_wrong_says_where(tmp_path: Path, table: str, message: str) -> None:
    files(tmp_path, "x.png", "y.png")
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_examples(tmp_path / "t.csv")


def test_folders_that_are_neither_classes_nor_splits_are_refused(tmp_path: Path) -> None:
    files(tmp_path, "train/a/1.png", "extra/2.png")
    with pytest.raises(InputError, match="lies beside train/"):
        read_examples(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        read_examples(tmp_path / "gone")


def example(label: str, patient: str = "", split: str = "") -> Example:
    return Example(Path("x.png"), label, patient, split)


@given(st.integers(0, 10_000), st.integers(5, 60))
def test_no_patient_is_in_two_splits(seed: int, patients: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, patients, 200)
    examples = [example("ab"[patient % 2], f"{patient}") for patient in drawn]
    try:
        splits = divide(examples, [b""] * 200, validation=0.2, test=0.2, seed=seed)
    except InputError:  # too few patients of a label by this draw
        return
    where = defaultdict(set)
    for one, split in zip(examples, splits, strict=True):
        where[one.patient].add(split)
    assert all(len(found) == 1 for found in where.values())


def test_shares_are_about_what_was_asked_for_label_by_label() -> None:
    examples = [example("rare" if n % 5 == 0 else "common") for n in range(500)]
    splits = divide(examples, [b""] * 500, validation=0.2, test=0.1, seed=0)
    for label, total in (("rare", 100), ("common", 400)):
        mine = [split for one, split in zip(examples, splits, strict=True) if one.label == label]
        assert mine.count("validation") == 0.2 * total and mine.count("test") == 0.1 * total


def test_the_same_picture_stays_together_and_never_trains_where_it_is_judged() -> None:
    examples = [example("a" if n % 2 else "b") for n in range(40)]
    prints = [bytes([n]) for n in range(40)]
    prints[2] = prints[0]
    splits = divide(examples, prints, validation=0.3, test=0.2, seed=3)
    assert splits[0] == splits[2]
    named = [
        example(label, split=split)
        for split in ("train", "validation", "test")
        for label in ("a", "b")
        for _ in range(5)
    ]
    prints = [bytes([n]) for n in range(30)]
    prints[0] = prints[29]  # a training picture is also a test picture
    splits = divide(named, prints, validation=0.1, test=0.1, seed=0)
    assert splits[0] == "" and splits[29] == "test"
    assert splits[1:29] == [one.split for one in named[1:29]]


def test_a_label_without_pictures_to_validate_on_is_refused() -> None:
    examples = [example("a") for _ in range(20)] + [example("b")]
    with pytest.raises(InputError, match="label 'b' has"):
        divide(examples, [b""] * 21, validation=0.2, test=0.2, seed=0)
