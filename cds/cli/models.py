"""``cds models``: what is installed, for whom it is, and whether its files are sound."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options
from cds.cli.image.model_entry import imaging_entry
from cds.cli.image.models import installed
from cds.cli.installed_models import complete_names, folders
from cds.cli.light_parameters import LightCommand, LightGroup
from cds.cli.output import emit, json_text, terminal
from cds.errors import InputError

LOOK = 3

app = typer.Typer(
    cls=LightGroup,
    help="List, describe and verify the installed models.",
    epilog="Example:  $ cds models list",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)

_Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A model's name.", autocompletion=complete_names)
]
_OptionalName = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="A model's name; all by default.", autocompletion=complete_names
    ),
]


@app.command("list", cls=LightCommand, epilog="Example:  $ cds models list --lang zh")
def list_models(
    as_json: options.AsJson = False,
    lang: options.Language = None,
) -> int:
    """Name, version, outcome and purpose of every model."""
    return _show(_entries(None, context.language(lang)), "list", as_json, context.language(lang))


@app.command("show", cls=LightCommand, epilog="Example:  $ cds models show icu-mortality")
def show_model(
    name: _Name,
    as_json: options.AsJson = False,
    lang: options.Language = None,
) -> int:
    """One model: its inputs, what it was made from, and its whole card."""
    language = context.language(lang)
    return _show(_entries(name, language, whole=True), "show", as_json, language)


@app.command("verify", cls=LightCommand, epilog="Example:  $ cds models verify")
def verify_models(
    name: _OptionalName = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
) -> int:
    """Compare every file of a model with its checksum; exit code 3 where one differs."""
    language = context.language(lang)
    return _show(_entries(name, language), "verify", as_json, language)


def _entries(name: str | None, language: str, *, whole: bool = False) -> list[dict[str, Any]]:
    risk, imaging = folders(context.places()), installed()
    found = sorted({**imaging, **risk}.items())
    if name is not None and name not in dict(found):
        known = ", ".join(label for label, _ in found) or "none"
        raise InputError(f"no model is called {name!r}; installed: {known}")
    entries = []
    for label, folder in found:
        if name in (None, label):
            entry = _entry if label in risk else imaging_entry
            entries.append(entry(label, folder, language, whole=whole))
    return entries


def _entry(name: str, folder: Path, language: str, *, whole: bool) -> dict[str, Any]:
    """One entry of ``models``; a model that cannot be read has its problems and no words."""
    from cds.risk.store import CARD, ModelRefused, load_predictor, verify

    problems = verify(folder)
    entry: dict[str, Any] = {
        "name": name,
        "kind": "risk",
        "version": "",
        "outcome": "",
        "purpose": "",
        "not_for": "",
        "folder": str(folder),
        "verified": not problems,
        "problems": problems,
    }
    try:
        predictor = load_predictor(folder)
    except ModelRefused:
        return entry
    entry["version"] = predictor.version
    for key in ("outcome", "purpose", "not_for"):
        entry[key] = predictor.words(key, language)
    if whole:
        from cds.risk.wording import feature_label, feature_unit
        from cds.vocabulary import load_vocabulary

        vocabulary = load_vocabulary()
        entry["inputs"] = [
            {
                "feature": feature.name,
                "label": feature_label(feature, predictor.anchor, vocabulary, language),
                "unit": feature_unit(feature, vocabulary),
            }
            for feature in predictor.declared
            if not feature.hidden
        ]
        entry["trained_on"] = dict(predictor.document["trained_on"])
        entry["bands"] = [
            {"name": band, "upper": upper} for band, upper in predictor.document["bands"]
        ]
        card = folder / CARD
        entry["card"] = card.read_text(encoding="utf-8") if card.is_file() else ""
    return entry


def _show(entries: list[dict[str, Any]], view: str, as_json: bool, language: str) -> int:
    if as_json:
        emit(json_text({"schema": "cds.models/1", "cds_version": __version__, "models": entries}))
    else:
        from cds.show.models_text import models_text

        sys.stdout.write(models_text(entries, view, language, terminal()))
    return 0 if all(entry["verified"] for entry in entries) else LOOK
