"""``cds image quantize``: a model in eight-bit integers, and what that cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models
from cds.cli.image.target import Replace, check_target
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.imaging.contract.model import Contract
    from cds.imaging.quantize_model import Quantized, Samples

LOOK = 3


def quantize(
    model: image_models.Model,
    samples: Annotated[
        Path | None,
        typer.Option(
            "--samples",
            metavar="FOLDER|TABLE",
            help="Images like those to come, 100 or more; with a folder a class or a .csv with "
            "labels, AUROC is compared too.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help="The new model's folder. Default: the model's, with -int8 after its name.",
        ),
    ] = None,
    threads: Annotated[
        int, typer.Option("--threads", min=1, metavar="N", help="Processors, for the speeds.")
    ] = 1,
    replace: Replace = False,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Static quantisation; exit code 3 where more than 0.5 % of the samples' labels changed."""
    from cds.cli.output import emit, json_text, terminal
    from cds.cli.progress import watching
    from cds.imaging.quantize import ALLOWED
    from cds.imaging.quantize_model import quantize_model
    from cds.model_folder import write_model
    from cds.show.image.evaluation import quantize_text

    language = context.language(lang)
    if samples is None:
        raise InputError(
            "the ranges of the numbers inside the network come from images: give 100 or more "
            "like those to come with --samples FOLDER"
        )
    found = image_models.find(model)
    target = output or found.folder.with_name(f"{found.folder.name}-int8")
    if target.resolve() == found.folder.resolve():
        raise InputError("is the model itself; expected another folder", Place(str(target)))
    check_target(target, replace)
    given = _samples(samples, found.contract)
    with watching(quiet=quiet) as progress:
        quantized = quantize_model(found, given, threads=threads, progress=progress)
    write_model(target, quantized.files)
    document = _document(quantized, str(target))
    if as_json:
        emit(json_text(document))
    else:
        sys.stdout.write(quantize_text(document, language, terminal()))
    return LOOK if quantized.cost.share > ALLOWED else 0


def _samples(source: Path, contract: Contract) -> Samples:
    """The images of ``source``, with labels where its folders or its table name the model's."""
    from cds.imaging.examples import read_examples
    from cds.imaging.judging import label_numbers
    from cds.imaging.quantize_model import prepared
    from cds.imaging.reading import read

    try:
        examples = read_examples(source)
        numbers = label_numbers(examples, contract, {})
    except InputError:
        if not source.is_dir():
            raise
        return prepared(list(read([source])), contract, None)
    truth_of = {str(one.file): numbers[one.label] for one in examples}
    images = list(read([one.file for one in examples]))
    return prepared(images, contract, [truth_of[image.source] for image in images])


def _document(found: Quantized, folder: str) -> dict[str, Any]:
    from cds import __version__

    cost, speed = found.cost, found.speed
    return {
        "schema": "cds.image_quantization/1",
        "cds_version": __version__,
        "model": found.contract.name,
        "model_version": found.contract.version,
        "model_sha256": found.contract.sha256,
        "folder": folder,
        "samples": found.samples,
        "unreadable": found.unreadable,
        "kept_in_full_precision": list(found.attempt.kept),
        "bytes_before": found.bytes_before,
        "bytes_after": len(found.attempt.content),
        "judged": cost.images,
        "labels_changed": cost.flipped,
        "share_changed": round(cost.share, 6),
        "largest_change": round(cost.largest_change, 6),
        "refused_before": cost.refused_before,
        "refused_after": cost.refused_after,
        "auroc": None
        if found.auroc is None
        else {label: [_number(one) for one in pair] for label, pair in found.auroc.items()},
        "images_per_second_before": round(speed.before, 1),
        "images_per_second_after": round(speed.after, 1),
        "threads": speed.threads,
        "batch": speed.batch,
    }


def _number(value: float) -> float | None:
    return round(value, 6) if value == value else None
