"""``cds image pack``: makes a model folder of an ONNX file that somebody exported."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.image.target import Replace, check_target
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.imaging.packing.pack import Packed
    from cds.imaging.packing.wishes import Wishes

LOOK = 3
_Text = str | None


def pack(
    graph: Annotated[Path, typer.Argument(metavar="MODEL.onnx", help="The exported graph.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="The model folder to write.")
    ],
    samples: Annotated[
        Path | None,
        typer.Option(
            "--samples",
            metavar="FOLDER",
            help="Good images (30 or more): for golden vectors and the distance gate.",
        ),
    ] = None,
    classes: Annotated[
        _Text, typer.Option("--classes", metavar="A,B", help="Labels in the order of training.")
    ] = None,
    modality: Annotated[
        _Text, typer.Option("--modality", metavar="CR,DX", help="DICOM codes, or 'any'.")
    ] = None,
    body_part: Annotated[
        _Text, typer.Option("--body-part", metavar="CHEST", help="As in BodyPartExamined.")
    ] = None,
    view: Annotated[
        _Text, typer.Option("--view", metavar="PA,AP", help="As in ViewPosition.")
    ] = None,
    ages: Annotated[
        _Text, typer.Option("--ages", metavar="1,5", help="Youngest and oldest patient, years.")
    ] = None,
    task: Annotated[
        _Text,
        typer.Option(
            "--task",
            metavar="classification|multilabel|detection|segmentation",
            help="What the graph does.",
        ),
    ] = None,
    activation: Annotated[
        _Text,
        typer.Option(
            "--activation", metavar="logit|probability", help="What the graph's values are."
        ),
    ] = None,
    graph_output: Annotated[
        _Text,
        typer.Option("--graph-output", metavar="NAME", help="The output that has the values."),
    ] = None,
    layout: Annotated[
        _Text, typer.Option("--layout", metavar="NCHW|NHWC", help="Order of the input's axes.")
    ] = None,
    size: Annotated[_Text, typer.Option("--size", metavar="HxW", help="Of the input.")] = None,
    value_range: Annotated[
        _Text,
        typer.Option("--range", metavar="LOW,HIGH", help="Of pixels before mean and deviation."),
    ] = None,
    mean: Annotated[
        _Text, typer.Option("--mean", metavar="M[,M,M]", help="What training subtracted.")
    ] = None,
    std: Annotated[
        _Text, typer.Option("--std", metavar="S[,S,S]", help="What training divided by.")
    ] = None,
    window: Annotated[
        _Text,
        typer.Option("--window", metavar="header|none|C,W", help="Display window of the pixels."),
    ] = None,
    resize: Annotated[
        _Text,
        typer.Option("--resize", metavar="stretch|letterbox|crop", help="How training resized."),
    ] = None,
    interpolation: Annotated[
        str,
        typer.Option(
            "--interpolation", metavar="nearest|bilinear|bicubic|area", help="Between pixels."
        ),
    ] = "bilinear",
    polarity: Annotated[
        _Text,
        typer.Option(
            "--polarity", metavar="bright|dark", help="How dense tissue looks to the net."
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.0001, max=1.0, help="Of the last of two labels.")
    ] = 0.5,
    abstain_below: Annotated[
        float,
        typer.Option("--abstain-below", min=0.0, max=1.0, help="Least probability to say a label."),
    ] = 0.0,
    accepted: Annotated[
        float,
        typer.Option("--accepted", min=0.5, max=0.9999, help="Share of good images in the gate."),
    ] = 0.95,
    purpose: Annotated[
        _Text, typer.Option("--purpose", metavar="TEXT", help="What it is for, in a sentence.")
    ] = None,
    not_for: Annotated[
        _Text, typer.Option("--not-for", metavar="TEXT", help="What it must not be used for.")
    ] = None,
    source: Annotated[
        _Text, typer.Option("--source", metavar="TEXT", help="What it was trained on.")
    ] = None,
    licence: Annotated[
        _Text, typer.Option("--licence", metavar="TEXT", help="Licence of model and data.")
    ] = None,
    name: Annotated[_Text, typer.Option("--name", help="Name; the folder's by default.")] = None,
    version: Annotated[
        str, typer.Option("--model-version", help="Version of the model.")
    ] = "1.0.0",
    replace: Replace = False,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
) -> int:
    """Ask graph and metadata; what neither knows must be given. Exit code 3: a person must look."""
    from cds.cli.image.wishes import choice, names, pair, several, window_of
    from cds.imaging.contract.model import (
        Activation,
        Interpolation,
        Layout,
        Polarity,
        ResizeRule,
        Task,
    )
    from cds.imaging.packing.wishes import Wishes

    language = context.language(lang)
    sides = pair("--size", size, "x")
    whole = {"title": source or "", "licence": licence or ""}
    wishes = Wishes(
        name=name or folder.resolve().name,
        version=version,
        task=choice("--task", task, Task),
        classes=names(classes),
        modalities=None if modality is None else () if modality == "any" else names(modality),
        body_parts=names(body_part),
        views=names(view),
        ages=pair("--ages", ages) or (),
        activation=choice("--activation", activation, Activation),
        layout=choice("--layout", layout, Layout),
        size=None if sides is None else (int(sides[0]), int(sides[1])),
        value_range=pair("--range", value_range),
        mean=several("--mean", mean),
        deviation=several("--std", std),
        window=window_of(window),
        resize=choice("--resize", resize, ResizeRule),
        interpolation=choice("--interpolation", interpolation, Interpolation),
        polarity=choice("--polarity", polarity, Polarity),
        threshold=threshold,
        abstain_below=abstain_below,
        output=graph_output or "",
        purpose={} if purpose is None else {"en": purpose},
        not_for={} if not_for is None else {"en": not_for},
        source={key: text for key, text in whole.items() if text},
    )
    return _pack(graph, folder, samples, wishes, accepted, replace, as_json, language, quiet)


def _pack(
    graph: Path,
    folder: Path,
    samples: Path | None,
    wishes: Wishes,
    accepted: float,
    replace: bool,
    as_json: bool,
    language: str,
    quiet: bool,
) -> int:
    from cds.cli.output import emit, json_text, terminal, warn
    from cds.imaging.packing.pack import pack as packed_of
    from cds.imaging.reading import read
    from cds.model_folder import write_model

    check_target(folder, replace)
    if samples is not None and not samples.is_dir():
        raise InputError("is not a folder of images", Place(str(samples)))
    with ExitStack() as stack:
        images = None
        if samples is not None:
            images = stack.enter_context(
                closing(read([samples], workers=min(4, context.processors())))
            )
        packed = packed_of(graph, wishes, images, accepted=accepted)
    write_model(folder, packed.files)
    for problem in packed.unreadable:
        if not quiet:
            warn(problem)
    if as_json:
        emit(json_text(_document(packed, folder)))
    else:
        from cds.show.image.pack import pack_text

        sys.stdout.write(pack_text(packed, str(folder), language, terminal()))
    return LOOK if packed.doubts or packed.unreadable else 0


def _document(packed: Packed, folder: Path) -> dict[str, Any]:
    from cds import __version__

    contract = packed.contract
    return {
        "schema": "cds.pack/1",
        "cds_version": __version__,
        "folder": str(folder),
        "model": contract.name,
        "model_version": contract.version,
        "model_sha256": contract.sha256,
        "task": contract.task,
        "labels": [label.name for label in contract.output.labels],
        "samples": packed.samples,
        "unreadable": list(packed.unreadable),
        "gate_threshold": None if contract.gate is None else contract.gate.threshold,
        "known": list(packed.known),
        "doubts": list(packed.doubts),
    }
