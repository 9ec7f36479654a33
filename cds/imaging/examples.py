"""Pictures whose truth is known: a folder a class, with or without splits, or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cds.errors import InputError, Place

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""What splits are called, and what they are."""

_COLUMNS = ("file", "label", "patient", "split", "source")


@dataclass(frozen=True, slots=True)
class Example:
    """One file with its label. ``patient`` and ``source``: empty where nobody says.

    ``split``: train, validation or test; empty where it is still to be drawn. ``source`` tells
    apart pictures that came by other ways, so that nothing of the way is learnt as a label.
    """

    file: Path
    label: str
    patient: str = ""
    split: str = ""
    source: str = ""


def read_examples(source: Path) -> tuple[Example, ...]:
    """All examples of a folder or a table, sorted by label and name, or in the table's order.

    A folder holds a folder a class, or train/, val/ and test/ with a folder a class each. A
    table (.csv) has columns file and label, and may have patient, split and source; its files
    are meant from the table's folder. Raises InputError where it is neither, a file is not
    there, or a patient is in more than one split.
    """
    if source.is_dir():
        found = tuple(_of_folder(source))
    elif source.is_file():
        found = tuple(_of_table(source))
    else:
        raise InputError(
            "does not exist; expected a folder of class folders, or a .csv with columns "
            "file and label",
            Place(str(source)),
        )
    if not found:
        raise InputError("holds no pictures", Place(str(source)))
    _refuse_straddling(found, source)
    return found


def labels_of(examples: tuple[Example, ...]) -> tuple[str, ...]:
    """The labels in alphabetical order."""
    return tuple(sorted({example.label for example in examples}))


def _of_folder(folder: Path) -> Iterator[Example]:
    inner = _folders(folder)
    splits = [one for one in inner if one.name.lower() in SPLITS]
    if splits and len(splits) < len(inner):
        strange = next(one for one in inner if one not in splits)
        raise InputError(
            f"lies beside {splits[0].name}/; expected only train/, val/ and test/, or only class "
            "folders",
            Place(str(strange)),
        )
    for split in splits:
        classes = _folders(split)
        if not classes:
            raise InputError("has no class folders", Place(str(split)))
        for one in classes:
            yield from _of_class(one, SPLITS[split.name.lower()])
    if not splits:
        if len(inner) < 2:
            raise InputError(
                f"has {len(inner)} class folders; expected one for each of two or more classes",
                Place(str(folder)),
            )
        for one in inner:
            yield from _of_class(one, "")


def _of_class(folder: Path, split: str) -> Iterator[Example]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            yield Example(file, folder.name, split=split)


def _folders(folder: Path) -> list[Path]:
    return sorted(
        one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "__"))
    )


def _of_table(table: Path) -> Iterator[Example]:
    try:
        lines = table.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read as UTF-8 text: {error}", Place(str(table))) from error
    rows = csv.DictReader(lines)
    columns = [name.strip().lower() for name in rows.fieldnames or []]
    rows.fieldnames = columns
    for needed in ("file", "label"):
        if needed not in columns:
            raise InputError(
                f"has no column {needed!r}; its columns are {', '.join(columns) or 'none'}",
                Place(str(table)),
            )
    for number, row in enumerate(rows, start=2):
        place = Place(str(table), f"line {number}")
        values = {name: (row.get(name) or "").strip() for name in _COLUMNS}
        for needed in ("file", "label"):
            if not values[needed]:
                raise InputError(f"has no {needed}", place)
        file = table.parent / values["file"]
        if not file.is_file():
            raise InputError(f"names {values['file']!r}, which does not exist", place)
        split = values["split"].lower()
        if split and split not in SPLITS:
            raise InputError(
                f"has split {values['split']!r}; expected train, val or test, or nothing", place
            )
        yield Example(
            file, values["label"], values["patient"], SPLITS.get(split, ""), values["source"]
        )


def _refuse_straddling(examples: tuple[Example, ...], source: Path) -> None:
    split_of: dict[str, str] = {}
    for example in examples:
        if example.patient and example.split:
            other = split_of.setdefault(example.patient, example.split)
            if other != example.split:
                raise InputError(
                    f"patient {example.patient!r} is in {other} and in {example.split}; a patient "
                    "seen in training must not be judged on",
                    Place(str(source)),
                )
