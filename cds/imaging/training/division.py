"""Divide pictures into training, validation and test so that no patient is in two of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from cds.errors import InputError
from cds.imaging.examples import Example

_FEWEST = 4
"""Pictures of a label without which nothing can be validated."""


def divide(
    examples: Sequence[Example],
    fingerprints: Sequence[bytes],
    *,
    validation: float,
    test: float,
    seed: int,
) -> list[str]:
    """A split for each example: train, validation, test, or empty where it is left out.

    Splits that are named stay. What is not named goes where its patient, or a picture with the
    same ``fingerprints`` entry, already is, else it is drawn, patient by patient and label by
    label. A test split is only drawn where none is named. A picture named for training that is
    also in validation or test is left out. Raises InputError where a label has no pictures to
    train or to validate on.
    """
    units = _units(examples, fingerprints)
    named: dict[int, set[str]] = defaultdict(set)
    for unit, example in zip(units, examples, strict=True):
        if example.split:
            named[unit].add(example.split)
    everywhere = set().union(*named.values()) if named else set()
    shares = {
        "test": 0.0 if "test" in everywhere else test,
        "validation": 0.0 if "validation" in everywhere else validation,
    }
    # Patients named for training may still be drawn for validation where none is named.
    free = {
        unit
        for unit in set(units)
        if not named[unit] or (shares["validation"] > 0 and named[unit] == {"train"})
    }
    drawn = _draw(examples, units, free, named, shares, seed)
    found = []
    for unit, example in zip(units, examples, strict=True):
        split = drawn.get(unit) or example.split or _strictest(named[unit])
        clash = split == "train" and named[unit] & {"validation", "test"}
        found.append("" if clash else split)
    _demand(examples, found)
    return found


def _units(examples: Sequence[Example], fingerprints: Sequence[bytes]) -> list[int]:
    """The number of each example's unit: what has a patient or a fingerprint in common."""
    parent = list(range(len(examples)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    first: dict[object, int] = {}
    for number, (example, print_) in enumerate(zip(examples, fingerprints, strict=True)):
        for key in (("patient", example.patient), ("print", print_)):
            if key[1]:
                parent[root(number)] = root(first.setdefault(key, number))
    return [root(number) for number in range(len(examples))]


def _draw(
    examples: Sequence[Example],
    units: list[int],
    free: set[int],
    named: dict[int, set[str]],
    shares: dict[str, float],
    seed: int,
) -> dict[int, str]:
    sizes = Counter(units)
    label_of: dict[int, str] = {}
    total: Counter[str] = Counter()
    for unit, example in zip(units, examples, strict=True):
        if unit in free:
            label_of.setdefault(unit, example.label)
            total[example.label] += 1
    chance = np.random.default_rng(seed)
    drawn: dict[int, str] = {}
    for label in sorted(total):
        mine = sorted(unit for unit in free if label_of[unit] == label)
        mine = [mine[place] for place in chance.permutation(len(mine))]
        for split in ("test", "validation"):
            wanted, have = shares[split] * total[label], 0
            for unit in mine:
                if have >= wanted or unit in drawn:
                    continue
                if split == "test" and named[unit]:
                    continue
                drawn[unit] = split
                have += sizes[unit]
        for unit in mine:
            drawn.setdefault(unit, "train")
    return drawn


def _strictest(names: set[str]) -> str:
    for split in ("test", "validation"):
        if split in names:
            return split
    return "train"


def _demand(examples: Sequence[Example], splits: Sequence[str]) -> None:
    counts = Counter(
        (split, example.label) for split, example in zip(splits, examples, strict=True)
    )
    for label in sorted({example.label for example in examples}):
        for split in ("train", "validation"):
            if counts[split, label] < _FEWEST:
                raise InputError(
                    f"label {label!r} has {counts[split, label]} pictures for {split}; expected "
                    f"{_FEWEST} or more"
                )
