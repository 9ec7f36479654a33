"""``cds image train``: a network from labelled pictures, with its contract, gate and card."""

from __future__ import annotations

import sys
from dataclasses import replace as changed
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image import target
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.imaging.training.recipe import Recipe


def train(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|TABLE",
            help="A folder a class, or train/ val/ test/ with a folder a class each, or a .csv "
            "with columns file, label and, if known, patient, split, source.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FOLDER", help="The model's folder: models/NAME."),
    ],
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", metavar="FILE", help="Every choice, as a folder's recipe.toml."),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            metavar="pooled|classic",
            help="Residual blocks with global pooling, or the textbooks' small network.",
            autocompletion=lambda: ["pooled", "classic"],
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option("--size", min=16, max=512, metavar="N", help="Pixels a side. Default 64."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, metavar="N", help="At most so many.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Left and right may be exchanged in training.")
    ] = False,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            metavar="auto|cpu|cuda",
            help="What trains.",
            autocompletion=lambda: ["auto", "cpu", "cuda"],
        ),
    ] = "auto",
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", min=0, metavar="N", help="The same seed, the same model (on a CPU)."
        ),
    ] = None,
    replace: target.Replace = False,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Train on labelled pictures; needs PyTorch (pip install 'cds[train-image]')."""
    language = context.language(lang)
    if find_spec("torch") is None:
        raise InputError(
            "training needs PyTorch, which is not installed: pip install 'cds[train-image]' "
            "(predicting needs none of it)"
        )
    from cds.cli.output import emit, json_text, terminal, warn
    from cds.cli.progress import watching
    from cds.imaging.examples import read_examples
    from cds.imaging.training.card import card_text
    from cds.imaging.training.devices import choose_device
    from cds.imaging.training.divided import prepare_examples
    from cds.imaging.training.document import train_document
    from cds.imaging.training.recipe_file import RECIPE, recipe_text
    from cds.imaging.training.train import finish, learn
    from cds.model_folder import write_model
    from cds.show.image.evaluation import train_text

    target.check_target(output, replace)
    chosen = _recipe(recipe, output.name, network, size, epochs, mirror, seed)
    where = choose_device(device)
    examples = read_examples(source)
    with watching(quiet=quiet) as progress:
        divided = prepare_examples(examples, chosen, progress, context.processors())
        fitted, _ = learn(divided, chosen, where.name, progress)
        trained = finish(divided, chosen, fitted, progress)
    command = f"cds image train DATA --recipe {RECIPE} -o models/{chosen.description.name}"
    files = {
        **trained.files,
        RECIPE: recipe_text(chosen, f"Trains {chosen.description.name} again:\n{command}"),
        "card.md": card_text(trained, command),
    }
    document = train_document(trained, str(output), where)
    write_model(output, files)
    if not quiet:
        for file, reason in divided.pictures.unreadable.items():
            warn(f"{file}: {reason}; left out")
    if as_json:
        emit(json_text(document))
    else:
        sys.stdout.write(train_text(document, language, terminal()))
    return 0


def _recipe(
    file: Path | None,
    name: str,
    network: str | None,
    size: int | None,
    epochs: int | None,
    mirror: bool,
    seed: int | None,
) -> Recipe:
    """The recipe of ``file``, or the usual one, with what the options change."""
    from cds.imaging.training.recipe import Recipe
    from cds.imaging.training.recipe_file import parse_recipe, read_recipe
    from cds.imaging.training.words import with_words

    chosen = Recipe() if file is None else read_recipe(file)
    changes: dict[str, Any] = {}
    if network is not None:
        parse_recipe({"network": {"architecture": network}}, "--network")
        changes["architecture"] = network
    if size is not None:
        changes["size"] = size
    if changes:
        chosen = changed(chosen, network=changed(chosen.network, **changes))
    if epochs is not None:
        finale = min(chosen.schedule.finale, epochs // 4)
        schedule = changed(chosen.schedule, epochs=epochs - finale, finale=finale)
        chosen = changed(chosen, schedule=schedule)
    if mirror:
        chosen = changed(chosen, augmentation=changed(chosen.augmentation, mirror=True))
    if seed is not None:
        chosen = changed(chosen, seed=seed)
    return with_words(chosen, name)
