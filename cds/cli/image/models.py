"""The imaging models that this installation has, and one of them opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context
from cds.cli.output import warn
from cds.errors import InputError
from cds.model_folder import CHECKSUMS
from cds.show.layout import clean

if TYPE_CHECKING:
    from cds.imaging.contract.folder import ModelFolder
    from cds.imaging.loaded import LoadedModel

CONTRACT = "contract.toml"


def installed() -> Mapping[str, Path]:
    """Model name → its folder; a hospital's own first."""
    return context.places().named("models", CONTRACT)


def find(argument: str) -> ModelFolder:
    """The model called ``argument``; raises InputError where there is none."""
    from cds.imaging.contract.folder import find_model

    return find_model(argument, installed())


def warn_unsealed(model: ModelFolder) -> None:
    """Say on stderr that a model's files are used as they are found, where that is so."""
    if not model.sealed:
        warn(
            f"{clean(model.folder / CHECKSUMS)}: is missing: the model's files could not be "
            "checked and may have been altered, so that nothing measured of the model is quoted; "
            "install the model again, or see 'cds image check'"
        )


def open_model(argument: str, device: str, *, quiet: bool) -> LoadedModel:
    """The model ready to run; what there is to say of its files and of the device goes to
    stderr, once."""
    from cds.imaging.loaded import load_model

    folder = find(argument)
    if not quiet:
        warn_unsealed(folder)
    loaded = load_model(folder, device)
    if loaded.session.notice and not quiet:
        warn(loaded.session.notice)
    return loaded


def complete_names(incomplete: str) -> list[str]:
    """Model names for the shell's completion; nothing where the folders cannot be read."""
    try:
        return [name for name in installed() if name.startswith(incomplete)]
    except InputError:
        return []


Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="An installed model's name, a model's folder, or its ONNX file.",
        autocompletion=complete_names,
    ),
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="auto|cpu|cuda|tensorrt",
        help="Where to run; auto takes CUDA where all of it works.",
        autocompletion=lambda: ["auto", "cpu", "cuda", "tensorrt"],
    ),
]
