"""``cds image bench``: how many images a second, by device, precision and batch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.imaging.bench import Variant
    from cds.imaging.contract.folder import ModelFolder

_INT8 = "-int8"  # after a model's name: what 'cds image quantize' makes of it


def bench(
    model: image_models.Model,
    device: Annotated[
        str | None,
        typer.Option(
            "--device",
            metavar="cpu|cuda|tensorrt",
            help="Only this device; by default the CPU, and CUDA where it works.",
        ),
    ] = None,
    batch: Annotated[
        str, typer.Option("--batch", metavar="N,N", help="Images at once, one or several sizes.")
    ] = "1,8,32",
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, max=1000, metavar="N", help="Timings of each.")
    ] = 7,
    threads: Annotated[
        int, typer.Option("--threads", min=0, max=1024, help="Of the CPU; 0: all there are.")
    ] = 0,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
) -> int:
    """Measure the graph alone, without reading and preparing; taking turns, medians."""
    from time import perf_counter

    from cds import __version__
    from cds.cli.output import emit, json_text, terminal
    from cds.imaging.bench import measure
    from cds.imaging.contract.agreement import image_shape

    language = context.language(lang)
    found = image_models.find(model)
    batches = _batches(batch)
    threads = threads or context.processors()
    variants, left_out = _variants(found, device, threads)
    first = variants[0].session.inputs[0].shape[0]
    if isinstance(first, int):
        batches = [first]
    shape = image_shape(found.contract.intake)
    rows = measure(variants, shape, found.contract.intake.dtype, batches, rounds, perf_counter)
    document: dict[str, Any] = {
        "schema": "cds.bench/1",
        "cds_version": __version__,
        "model": found.contract.name,
        "model_version": found.contract.version,
        "input": list(shape),
        "threads": threads,
        "rounds": rounds,
        "rows": [
            {
                "device": row.device,
                "precision": row.precision,
                "batch": row.batch,
                "images_per_second": round(row.rate, 2),
                "milliseconds_per_image": round(1000 / row.rate, 4),
                "ratio": round(row.ratio, 3),
            }
            for row in rows
        ],
        "left_out": left_out,
    }
    if as_json:
        emit(json_text(document))
    else:
        from cds.show.image.bench import bench_text

        sys.stdout.write(bench_text(document, language, terminal()))
    return 0


def _batches(text: str) -> list[int]:
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1 or sizes[-1] > 4096:
        raise InputError(f"--batch is {text!r}; expected sizes from 1 to 4096, such as 1,8,32")
    return sizes


def _variants(
    model: ModelFolder, device: str | None, threads: int
) -> tuple[list[Variant], dict[str, str]]:
    """Every device asked for, with the quantised model beside the model where there is one; and
    what is left out, and why.

    Raises DeviceUnavailable where the one device asked for does not run.
    """
    from cds.imaging.bench import Variant
    from cds.imaging.contract.folder import open_folder
    from cds.imaging.loaded import outputs_of
    from cds.imaging.runtime.providers import DeviceUnavailable
    from cds.imaging.runtime.session import open_session

    graphs: dict[str, bytes] = {model.contract.intake.dtype: model.graph()}
    beside = model.folder.with_name(f"{model.folder.name}{_INT8}")
    if (beside / image_models.CONTRACT).is_file():
        graphs["int8"] = open_folder(beside).graph()
    names = tuple(outputs_of(model.contract))
    variants, left_out = [], {}
    for wanted in [device] if device else ["cpu", "cuda"]:
        try:
            for precision, content in graphs.items():
                session = open_session(content, wanted, threads=threads, source=model.contract.file)
                given = {port.name for port in session.outputs}
                outputs = tuple(name for name in names if name in given)
                variants.append(Variant(session.device, precision, session, outputs))
        except DeviceUnavailable as error:
            if device:
                raise
            left_out[wanted] = error.message
    return variants, left_out
