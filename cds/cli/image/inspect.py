"""``cds image inspect``: what an image file holds, or what a model's contract says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models

if TYPE_CHECKING:
    from cds.imaging.contract.model import Contract
    from cds.imaging.summary import FileSummary

YOUR_INPUT, LOOK = 2, 3


def inspect(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...|MODEL",
            help="DICOM, PNG, JPEG, TIFF or NIfTI files, folders of them, '-'; or one model.",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="Say too what of the images does not fit this model.",
            autocompletion=image_models.complete_names,
        ),
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
) -> int:
    """Say what is in images, never whose they are; exit code 3 where one is damaged or unfit."""
    language = context.language(lang)
    if len(what) == 1 and _is_model(what[0]):
        from cds.cli.image.model_inspect import inspect_model

        return inspect_model(what[0], as_json=as_json, language=language, quiet=quiet)
    from cds.cli.image.input import images_of, meant
    from cds.cli.output import emit, json_text, terminal
    from cds.cli.progress import counting
    from cds.imaging.summary import summaries

    contract = None
    if model is not None:
        found_model = image_models.find(model)
        contract = found_model.contract
        if not quiet:
            image_models.warn_unsealed(found_model)
    found = []
    with counting("files", quiet=quiet) as advance:
        for summary in summaries(images_of(meant(what), workers=1, quiet=quiet), contract):
            found.append(summary)
            advance(1)
    if as_json:
        emit(json_text(_document(found, contract)))
    else:
        from cds.show.image.inspect import inspect_text

        sys.stdout.write(inspect_text(found, contract, language=language, terminal=terminal()))
    return _code(found)


def _is_model(argument: str) -> bool:
    path = Path(argument)
    if path.is_dir():
        return (path / image_models.CONTRACT).is_file()
    if path.suffix.lower() == ".onnx":
        return True
    # What is not there and has no ending can only be the name of a model.
    return not path.suffix and not path.exists() and argument != "-"


def _code(found: list[FileSummary]) -> int:
    if all(summary.frame is None for summary in found):
        return YOUR_INPUT
    unfit = any(summary.fit is not None and not summary.fit.good for summary in found)
    return LOOK if unfit or any(summary.damaged for summary in found) else 0


def _document(found: list[FileSummary], contract: Contract | None) -> dict[str, Any]:
    from cds import __version__

    return {
        "schema": "cds.inspect/1",
        "cds_version": __version__,
        "model": None if contract is None else {"name": contract.name, "version": contract.version},
        "files": [_entry(summary) for summary in found],
    }


def _entry(summary: FileSummary) -> dict[str, Any]:
    from cds.imaging.result import printable

    entry: dict[str, Any] = {
        "file": printable(summary.source),
        "status": _status(summary),
        "frames_read": summary.frames_read,
        "damaged": [{"frame": one.number, "reason": one.reason} for one in summary.damaged],
        "findings": [
            {"code": code, "sentence": sentence} for code, sentence in summary.findings.items()
        ],
        "image": None,
        "fit": None,
    }
    if summary.frame is not None:
        entry["image"] = _image(summary)
    if summary.fit is not None:
        entry["fit"] = {
            "good": summary.fit.good,
            "mismatches": [
                {"code": one.code, "found": one.found, "expected": one.expected}
                for one in summary.fit.mismatches
            ],
            "unknown": list(summary.fit.unknown),
            "refusal": summary.fit.refusal or None,
        }
    return entry


def _status(summary: FileSummary) -> str:
    if summary.frame is None:
        return "unreadable"
    return "damaged" if summary.damaged else "ok"


def _image(summary: FileSummary) -> dict[str, Any]:
    from cds.imaging.summary import header_text, sides, transfer_syntax

    frame = summary.frame
    assert frame is not None
    grey, identity = frame.grey, frame.identity
    return {
        "kind": frame.kind,
        "encoding": frame.encoding,
        "transfer_syntax": transfer_syntax(frame) or None,
        "frames": frame.of,
        "rows": frame.stored.shape[0],
        "columns": frame.stored.shape[1],
        "bits": grey.bits_stored,
        "signed": frame.stored.dtype.kind in "if",
        "photometric": frame.photometric,
        "photometric_stored": header_text(frame, "PhotometricInterpretation") or None,
        "modality": identity.modality or None,
        "body_part": identity.body_part or None,
        "view": identity.view or None,
        "laterality": identity.laterality or None,
        "sop_class": identity.sop_class or None,
        "spacing_mm": None if frame.spacing is None else list(frame.spacing),
        "orientation": sides(frame.row_axis, frame.column_axis) or None,
        "rescale": {"slope": grey.slope, "intercept": grey.intercept, "unit": grey.unit},
        "modality_table": grey.modality_table is not None,
        "voi_table": grey.voi_table is not None,
        "windows": [
            {"centre": one.centre, "width": one.width, "function": one.function}
            for one in grey.windows
        ],
        "padding": None if grey.padding is None else list(grey.padding),
    }
