"""The models that this installation has: a hospital's own first, then the program's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cds.cli import context
from cds.cli.output import warn
from cds.errors import InputError
from cds.resources import Places
from cds.risk.predictor import Predictor
from cds.risk.store import PREDICTOR, ModelRefused, load_predictor


def folders(places: Places) -> Mapping[str, Path]:
    """Model name → its folder."""
    return places.named("models", PREDICTOR)


def choose(places: Places, names: Sequence[str]) -> tuple[list[Predictor], dict[str, str]]:
    """The models asked for, all where none is named; and, by name, why one was left out.

    A name with a path separator is taken as a model's folder. A model whose
    files do not verify is never used: it is named on stderr and left out.
    Raises InputError for a name that no model has, and where there is none at all.
    """
    found = dict(folders(places))
    for name in names:
        if name not in found and (Path(name) / PREDICTOR).is_file():
            found[name] = Path(name)
    for name in names:
        if name not in found:
            raise InputError(f"no model is called {name!r}{_nearest(name, list(found))}")
    if not found:
        raise InputError("no models were found; run 'cds doctor' for what to do")
    predictors: list[Predictor] = []
    refused: dict[str, str] = {}
    for name in dict.fromkeys(names or found):
        try:
            predictors.append(load_predictor(found[name]))
        except ModelRefused as error:
            refused[name] = str(error)
            warn(f"model {name} is not used: {error}")
    return predictors, refused


def fault(predictor: Predictor) -> str:
    """What is wrong with the model's trees, said on stderr too; empty where they are sound."""
    try:
        assert predictor.scorer is not None
    except ModelRefused as error:
        warn(f"model {predictor.name} is not used: {error}")
        return str(error)
    return ""


def complete_names(incomplete: str) -> list[str]:
    """Model names for the shell's completion; nothing where the folders cannot be read."""
    try:
        return [name for name in folders(context.places()) if name.startswith(incomplete)]
    except InputError:
        return []


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else "; there are none"
