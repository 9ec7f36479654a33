"""Model folders: written whole, verified before use.

``models/NAME/`` holds ``recipe.toml`` (how it was made), ``model.txt``
(LightGBM), ``predictor.json`` (everything else that a prediction needs),
``card.md`` (what is known about it) and ``checksums.json`` (SHA-256 of each).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import Place
from cds.model_folder import ModelRefused, read_checksums, verified, write_model
from cds.risk.predictor import SCHEMA, Predictor

if TYPE_CHECKING:
    from cds.risk.scoring import Scorer

__all__ = ["ModelRefused", "load_predictor", "verified_recipe", "verify", "write_model"]

MODEL, PREDICTOR, CARD, RECIPE = "model.txt", "predictor.json", "card.md", "recipe.toml"


def load_predictor(folder: Path) -> Predictor:
    """The model in ``folder``, its ``predictor.json`` verified now, its trees when first used.

    Raises ModelRefused, naming the file and what to do.
    """
    checksums = read_checksums(folder)
    content = verified(folder, PREDICTOR, checksums)
    try:
        document = json.loads(content)
    except ValueError as error:
        raise ModelRefused(f"is not JSON: {error}", Place(str(folder / PREDICTOR))) from error
    if document.get("schema") != SCHEMA:
        raise ModelRefused(
            f"has schema {document.get('schema')!r}; this version of cds reads {SCHEMA!r}",
            Place(str(folder / PREDICTOR)),
        )

    def open_scorer() -> Scorer:
        from cds.risk.scoring import load_scorer

        return load_scorer(verified(folder, MODEL, checksums).decode("utf-8"))

    return Predictor(document, open_scorer)


def verified_recipe(folder: Path) -> Path:
    """The model's recipe file, which says how tables are read.

    Raises ModelRefused where it is not the one the model was made by.
    """
    verified(folder, RECIPE, read_checksums(folder))
    return folder / RECIPE


def verify(folder: Path) -> list[str]:
    """What is wrong with a model folder, in words; empty where every checksum holds."""
    try:
        checksums = read_checksums(folder)
    except ModelRefused as error:
        return [str(error)]
    problems = []
    for name in sorted({MODEL, PREDICTOR, CARD, RECIPE} | checksums.keys()):
        try:
            verified(folder, name, checksums)
        except ModelRefused as error:
            problems.append(str(error))
    return problems
