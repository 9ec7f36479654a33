"""The folder that a new model is written to: looked at before any work is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from cds.errors import InputError, Place

_OF_MODELS: Final = frozenset({".onnx", ".toml", ".npz", ".json", ".md", ".txt", ".yaml"})
_MODEL: Final = ("contract.toml", "checksums.json")

Replace = Annotated[
    bool, typer.Option("--replace", help="Write over a model that is in the folder.")
]


def check_target(folder: Path, replace: bool) -> None:
    """Raises InputError where a model may not, or cannot, be written to ``folder``."""
    place = Place(str(folder))
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file; expected a folder's name", place)
    held = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    if any(name in held for name in _MODEL) and not replace:
        raise InputError("holds a model; expected another folder, or --replace", place)
    strange = [one for one in held if not one.startswith(".") and not _of_a_model(folder / one)]
    if strange:
        raise InputError(
            f"holds {strange[0]}, which is no part of a model; expected a folder of its own", place
        )
    above = folder.resolve().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError("cannot be written: no right to, or no folder above it", place)


def _of_a_model(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _OF_MODELS
