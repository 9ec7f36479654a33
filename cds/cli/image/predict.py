"""``cds image predict``: what an exported model says of images, and when it had better not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models
from cds.cli.image.input import images_of, meant
from cds.cli.output import warn
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.image.heatmaps import Illustrations
    from cds.cli.image.outputs import Asked
    from cds.imaging.answer import Answer
    from cds.imaging.frame import Frame, Unreadable
    from cds.imaging.result import ImageResult

YOUR_INPUT, LOOK = 2, 3
_ENDINGS = ".json .ndjson .csv .html .dcm .fhir.json"


def predict(
    model: image_models.Model,
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...",
            help="DICOM, PNG, JPEG, TIFF or NIfTI files, folders of them, or '-': an image (or a "
            "list of paths) on stdin.",
        ),
    ],
    device: image_models.Device = "auto",
    heatmap: Annotated[
        str | None,
        typer.Option("--heatmap", metavar="DIR", help="Write where the model looked into DIR."),
    ] = None,
    heatmap_method: Annotated[
        str,
        typer.Option(
            "--heatmap-method",
            metavar="METHOD",
            help="cam (exact, where the graph allows it), occlusion, or auto: cam if possible.",
            autocompletion=lambda: ["auto", "cam", "occlusion"],
        ),
    ] = "auto",
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=4096, metavar="N", help="Images at once.")
    ] = 8,
    force: Annotated[
        bool, typer.Option("--force", help="Give probabilities of refused images too.")
    ] = False,
    as_json: options.AsJson = False,
    ndjson: Annotated[
        bool, typer.Option("--ndjson", help="One JSON document a line, an image each, at once.")
    ] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help=f"Write to FILE: {_ENDINGS}; may be repeated."
        ),
    ] = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Run the model; exit code 3 where an image was refused, doubted or could not be read."""
    from cds import __version__
    from cds.cli.image.free_names import FreeNames
    from cds.cli.image.outputs import Asked, open_outputs
    from cds.imaging.result import Run

    language, moment = context.language(lang), context.now(now)
    what = meant(images)
    asked = Asked(
        language=language,
        as_json=as_json,
        ndjson=ndjson,
        quiet=quiet,
        verbose=verbose,
        targets=tuple(output or ()),
        inputs=what,
        names=FreeNames(what, tuple(map(Path, output or ()))),
    )
    asked.check()
    illustrations = _illustrations(asked, heatmap, heatmap_method)
    with ExitStack() as stack:
        # Processes that read images load their decoders while this one opens the model.
        read = images_of(what, workers=context.processors(), quiet=quiet)
        stack.callback(read.close)
        loaded = image_models.open_model(model, device, quiet=quiet)
        run = Run(
            contract=loaded.contract,
            contract_sha256=loaded.folder.contract_sha256,
            provider=loaded.session.provider,
            cds_version=__version__,
            generated_at=moment.isoformat(),
            forced=force,
            verified=loaded.folder.sealed,
        )
        from cds.imaging.predict import predict as answers_of

        outputs = open_outputs(asked, run, stack)
        outputs.album = None if illustrations is None else illustrations.album
        answers: Iterator[Answer] = answers_of(
            loaded,
            _counted(read, stack, quiet=quiet or not asked.waits),
            batch=batch,
            forced=force,
            language=language,
        )
        if illustrations is not None:
            from cds.cli.image.heatmaps import with_heatmaps

            answers = with_heatmaps(answers, loaded, device, run, illustrations)
        for answer in answers:
            outputs.image(answer)
        if illustrations is not None and illustrations.told() and not quiet:
            warn(illustrations.told())
        outputs.close()
    return _code(outputs.results, quiet)


def _illustrations(asked: Asked, folder: str | None, method: str) -> Illustrations | None:
    """What heat maps are wanted for: a folder, a page, or nothing."""
    from cds.cli.image.heatmaps import Illustrations

    page = any(target.lower().endswith(".html") for target in asked.targets)
    wanted = Illustrations(
        None if folder is None else Path(folder),
        method,
        names=asked.names,
        dicom=any(target.lower().endswith(".dcm") for target in asked.targets),
        album=[] if page else None,
        language=asked.language,
    )
    wanted.check()
    return None if folder is None and not page else wanted


def _counted(
    images: Iterable[Frame | Unreadable], stack: ExitStack, *, quiet: bool
) -> Iterator[Frame | Unreadable]:
    from cds.cli.progress import counting

    advance = stack.enter_context(counting("images", quiet=quiet))
    for image in images:
        yield image
        advance(1)


def _code(results: list[ImageResult], quiet: bool) -> int:
    """The exit code; files that could not be read are listed on stderr."""
    from cds.show.layout import clean

    if not results:
        raise InputError("no image was found in what was given")
    failed = [result for result in results if result.status == "error"]
    for result in failed:
        frame = f", frame {result.frame}" if result.frame > 1 else ""
        sys.stderr.write(f"cds: error: {clean(result.file)}{frame}: {clean(result.reason)}\n")
    if len(failed) == len(results):
        return YOUR_INPUT
    if failed and not quiet:
        sys.stderr.write(f"cds: {len(failed)} of {len(results)} images could not be read\n")
    return LOOK if any(result.needs_person for result in results) else 0
