"""``cds image evaluate``: a classifier's answers against labelled images."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.imaging.evaluation import Judged
    from cds.imaging.examples import Example

LOOK = 3
_ENDINGS = (".json", ".csv", ".md")


def evaluate(
    model: image_models.Model,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|TABLE",
            help="A folder a class (or test/ with a folder a class), or a .csv with columns file, "
            "label and, if known, patient.",
        ),
    ],
    device: image_models.Device = "auto",
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="train|val|test|all",
            help="Which images, where they name a split. Default: test, or all where none does.",
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="NAME=LABEL", help="What the model calls a label; may be repeated."
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=4096, metavar="N", help="Images at once.")
    ] = 16,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the resampling.")] = 0,
    as_json: options.AsJson = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write it too: .json .md, or .csv with a row an image; may be repeated.",
        ),
    ] = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Accuracy, recall, AUROC, calibration …, each with its interval, with and without the gate."""
    from cds import __version__, files
    from cds.cli.output import emit, json_text, terminal, warn
    from cds.cli.progress import watching
    from cds.imaging.evaluation import evaluate as figures_of
    from cds.imaging.evaluation_document import SCHEMA, evaluation_json
    from cds.imaging.examples import read_examples
    from cds.imaging.judging import judge, label_numbers
    from cds.show.image.evaluation import evaluation_markdown, evaluation_text

    language, moment = context.language(lang), context.now(now)
    targets = [_target(name, source) for name in output or ()]
    examples = chosen(read_examples(source), split, source)
    loaded = image_models.open_model(model, device, quiet=quiet)
    contract = loaded.contract
    numbers = label_numbers(examples, contract, _renamed(mapping or []))
    with watching(quiet=quiet) as progress:
        judged = [
            one
            for one, _ in judge(
                loaded, examples, numbers, progress=progress, batch=batch, workers=_workers()
            )
        ]
    if all(one.status == "error" for one in judged):
        raise InputError("none of the images can be read", Place(str(source)))
    names = [label.name for label in contract.output.labels]
    found = figures_of(judged, names, prevalence=contract.output.prevalence, seed=seed)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "cds_version": __version__,
        "generated_at": moment.isoformat(),
        "model": contract.name,
        "model_version": contract.version,
        "model_sha256": contract.sha256,
        "contract_sha256": loaded.folder.contract_sha256,
        "model_verified": loaded.folder.sealed,
        "provider": loaded.session.provider,
        "source": str(source),
        "split": split or ("test" if any(one.split for one in examples) else "all"),
        "threshold": contract.output.threshold,
        "seed": seed,
        **evaluation_json(found),
    }
    for target in targets:
        if target.suffix == ".json":
            files.write(target, json_text(document))
        elif target.suffix == ".md":
            files.write(target, evaluation_markdown(document, language))
        else:
            files.write(target, rows_text(judged, names))
    if not quiet:
        for one in judged:
            if one.status == "error":
                warn(f"{one.file}: cannot be read")
    if as_json:
        emit(json_text(document))
    else:
        sys.stdout.write(evaluation_text(document, language, terminal()))
    return LOOK if found.counts["error"] else 0


def chosen(examples: tuple[Example, ...], split: str | None, source: Path) -> tuple[Example, ...]:
    """The examples of ``split``; by default of test, where any split is named."""
    from cds.imaging.examples import SPLITS

    if split not in (None, "all", *SPLITS):
        raise InputError(f"--split is {split!r}; expected train, val, test or all")
    if split == "all" or (split is None and not any(one.split for one in examples)):
        return examples
    wanted = SPLITS[split or "test"]
    found = tuple(one for one in examples if one.split == wanted)
    if not found:
        raise InputError(
            f"has no images for {wanted}; choose others with --split", Place(str(source))
        )
    return found


def rows_text(judged: list[Judged], names: list[str]) -> str:
    """A CSV row an image: file, truth, what was said, status, probabilities."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["file", "patient", "label", "said", "status", *(f"p_{n}" for n in names)])
    for one in judged:
        chances = [""] * len(names) if one.chances is None else [f"{p:.6f}" for p in one.chances]
        said = "" if one.said is None else names[one.said]
        writer.writerow([one.file, one.patient, names[one.truth], said, one.status, *chances])
    return stream.getvalue()


def _target(name: str, source: Path) -> Path:
    from cds.cli.image.input import Meant

    path = Path(name)
    if path.suffix not in _ENDINGS:
        raise InputError(f"-o {name}: expected a file that ends in {' '.join(_ENDINGS)}")
    if not path.parent.is_dir():
        raise InputError("its folder is not there", Place(name))
    Meant((source,)).spare(path)
    return path


def _renamed(mapping: list[str]) -> dict[str, str]:
    found = {}
    for one in mapping:
        name, equals, label = one.partition("=")
        if not (name and equals and label):
            raise InputError(f"--map is {one!r}; expected NAME=LABEL, such as sick=PNEUMONIA")
        found[name] = label
    return found


def _workers() -> int:
    return min(4, context.processors())
