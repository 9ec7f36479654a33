"""``cds train``: a model from a recipe, or a first recipe for a table."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__, files
from cds.cli import options
from cds.cli.output import emit, json_text, terminal, warn
from cds.cli.progress import watching
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.risk.train_recipe import TrainingReport

RECIPE = "recipe.toml"


def command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RECIPE|TABLE",
            help="A recipe (.toml, or a model's folder), or a table to write a first recipe for.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FOLDER", help="The model's folder: models/NAME."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="PATH",
            help="The folder (or file) that the recipe's data are in. Default: this folder.",
        ),
    ] = None,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            metavar="auto|cpu|gpu|cuda",
            help="What trains; auto takes the best that really works.",
            autocompletion=lambda: ["auto", "cpu", "gpu", "cuda"],
        ),
    ] = "auto",
    tune: Annotated[
        float,
        typer.Option(
            "--tune", min=0, metavar="MINUTES", help="Search better settings first; resumable."
        ),
    ] = 0.0,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar="N", help="The same seed, the same model.")
    ] = 0,
    threads: Annotated[
        int, typer.Option("--threads", min=1, metavar="N", help="Processors to train on.")
    ] = 1,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="COLUMN", help="For a table: the outcome's column."),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", metavar="COLUMN", help="For a table: the row's or stay's id."),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="COLUMN", help="For a table: the patient's id."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="For a table: replace a recipe that is there.")
    ] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Train by a recipe; for a table, write the recipe that a person then checks."""
    recipe = source / RECIPE if source.is_dir() else source
    if recipe.suffix.lower() != ".toml":
        if label is None:
            raise InputError(
                "expected a recipe (.toml), or for a table the outcome's column: --label COLUMN",
                Place(str(source)),
            )
        return _first_recipe(source, output, label, identity, group, force, as_json)
    if label or identity or group:
        raise InputError("--label, --id and --group are for tables; a recipe states them")
    from cds.risk.train_recipe import train_recipe

    with watching(quiet=quiet) as progress:
        report = train_recipe(
            recipe,
            data or Path(),
            output,
            device=device,
            seed=seed,
            tune_minutes=tune,
            progress=progress,
            threads=threads,
            command=_command_line(recipe, output, seed, tune),
        )
    if not quiet:
        for leak in report.leaks:
            warn(f"leak check, {leak.severity}: {leak.message}")
    summary = _summary(report)
    if as_json:
        emit(json_text(summary))
    else:
        from cds.show.train_text import train_text

        sys.stdout.write(train_text(summary, terminal()))
    return 0


def _first_recipe(
    table: Path,
    output: Path,
    label: str,
    identity: str | None,
    group: str | None,
    force: bool,
    as_json: bool,
) -> int:
    from cds.risk.recipe.write import first_recipe

    target = output / RECIPE
    if target.exists() and not force:
        raise InputError(
            "is already there; nothing was written (overwrite it with --force)", Place(str(target))
        )
    text = first_recipe(table, label=label, id_column=identity, group=group, name=output.name)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", Place(str(output))) from error
    files.write(target, text)
    following = f"cds train {shlex.quote(str(target))} --data {shlex.quote(str(table.parent))} "
    following += f"-o {shlex.quote(str(output))}"
    if as_json:
        emit(json_text({"schema": "cds.train/1", "recipe": str(target), "next": following}))
        return 0
    checks = text.count("CHECK")
    sys.stdout.write(f"{target}: a first recipe; go through its {checks} lines with CHECK.\n")
    sys.stdout.write(f"Then:  {following}\n")
    return 0


def _command_line(recipe: Path, output: Path, seed: int, tune: float) -> str:
    """The command as the card states it, with nothing of this computer in it."""
    words = ["cds", "train", f"{output.name}/{recipe.name}", "--data", "DATA"]
    if seed:
        words += ["--seed", str(seed)]
    if tune:
        words += ["--tune", f"{tune:g}"]
    return " ".join([*words, "-o", f"models/{output.name}"])


def _summary(report: TrainingReport) -> dict[str, Any]:
    """The ``cds.train/1`` document: where the model is, what trained it, how good it is."""
    results = report.results
    return {
        "schema": "cds.train/1",
        "cds_version": __version__,
        "name": report.name,
        "version": report.version,
        "folder": str(report.folder),
        "device": report.device.device,
        "device_explanation": report.device.explanation(),
        "calibrator": report.calibrator,
        "rows": results.model.rows,
        "patients": results.model.patients,
        "events": results.model.events,
        "excluded": dict(report.excluded),
        "against_logistic_regression": report.verdict,
        "measures": {
            name: {
                "model": _figures(estimate),
                "logistic_regression": _figures(results.comparator.measures.get(name)),
            }
            for name, estimate in results.model.measures.items()
        },
    }


def _figures(estimate: Any) -> list[float | None] | None:
    """Value and the ends of its 95 % interval; None where there is none (JSON has no NaN)."""
    if estimate is None:
        return None
    numbers = (float(estimate.value), float(estimate.lo), float(estimate.hi))
    return [None if number != number else number for number in numbers]
