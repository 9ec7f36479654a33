"""From graph, metadata and wishes to a contract; what nobody said is asked for, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds.errors import InputError, Place
from cds.imaging.contract.model import (
    Activation,
    Contract,
    Intake,
    Label,
    Layout,
    Output,
    Scope,
    Task,
)
from cds.imaging.frame import Window
from cds.imaging.packing.graph import GraphFacts, Tensor, layouts
from cds.imaging.packing.monai import Metadata, contradictions
from cds.imaging.packing.wishes import Wishes

_HASH_LATER = "0" * 64


@dataclass(frozen=True, slots=True)
class Proposal:
    """``known``: what was not asked for, and where it was found. ``doubts``: contradictions."""

    contract: Contract
    known: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Notes:
    known: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def propose(facts: GraphFacts, metadata: Metadata | None, wishes: Wishes, source: str) -> Proposal:
    """The contract, its hash still zero, without gate and golden vectors.

    Raises InputError that names every flag which must still be given, or a flag that the graph
    contradicts.
    """
    notes = _Notes()
    image = _image(facts, source)
    task = _task(facts, wishes, notes)
    intake = _intake(image, metadata, wishes, notes, source)
    labels = _labels(metadata, wishes, notes)
    output = _output(facts, task, labels, wishes, notes, source)
    scope = _scope(metadata, wishes, notes)
    if metadata is not None:
        notes.doubts += contradictions(metadata, image, intake.layout)
    purpose = wishes.purpose or ({"en": metadata.purpose} if metadata and metadata.purpose else {})
    if not purpose:
        notes.missing.append("--purpose 'one sentence: what it is for'")
    if not wishes.not_for:
        notes.missing.append("--not-for 'one sentence: what it must not be used for'")
    if notes.missing:
        needed = "".join(f"\n  {flag}" for flag in dict.fromkeys(notes.missing))
        raise InputError(
            f"neither the graph nor any metadata says these; give:{needed}", Place(source)
        )
    contract = Contract(
        name=_name(metadata, wishes, source),
        version=wishes.version,
        task=task,
        file="model.onnx",
        sha256=_HASH_LATER,
        scope=scope,
        intake=intake,
        output=output,
        purpose=purpose,
        not_for=wishes.not_for,
        source=_source(metadata, wishes),
        opset=facts.opset,
    )
    return Proposal(contract, tuple(notes.known), tuple(notes.doubts))


def _image(facts: GraphFacts, source: str) -> Tensor:
    if len(facts.inputs) != 1:
        names = ", ".join(map(str, facts.inputs)) or "none"
        raise InputError(
            f"has {len(facts.inputs)} inputs ({names}); export it with one image input",
            Place(source),
        )
    image = facts.inputs[0]
    if len(image.shape) != 4:
        raise InputError(
            f"takes {image}; expected four axes: a batch of two-dimensional images", Place(source)
        )
    if image.kind not in ("float32", "float16", "uint8"):
        raise InputError(f"takes {image.kind}; expected float32, float16 or uint8", Place(source))
    return image


def _task(facts: GraphFacts, wishes: Wishes, notes: _Notes) -> Task:
    if wishes.task is not None:
        return wishes.task
    four = [output for output in facts.outputs if len(output.shape) == 4]
    two = [output for output in facts.outputs if len(output.shape) == 2]
    if two and not any(output.shape[-1] == 4 for output in facts.outputs if output not in two):
        notes.known.append("task classification: the graph gives one row of values an image")
        return "classification"
    if four and not two:
        notes.missing.append("--task segmentation  (or classification, multilabel, detection)")
        return "segmentation"
    notes.missing.append("--task classification|multilabel|detection|segmentation")
    return "classification"


def _intake(
    image: Tensor, metadata: Metadata | None, wishes: Wishes, notes: _Notes, source: str
) -> Intake:
    layout = _layout(image, wishes, notes, source)
    nchw = layout == "NCHW"
    axis = image.shape[1 if nchw else 3]
    channels = axis if isinstance(axis, int) else (metadata.channels if metadata else None)
    if channels is None:
        notes.missing.append("--layout NCHW|NHWC with a graph that states its channels")
        channels = 1
    if channels not in (1, 3):
        raise InputError(f"takes {channels} channels; expected 1 or 3", Place(source))
    height, width = _size(image, nchw, metadata, wishes, notes, source)
    value_range = wishes.value_range
    if value_range is None and metadata is not None and metadata.value_range is not None:
        value_range = metadata.value_range
        notes.known.append(f"range {value_range}: from metadata.json")
    if value_range is None:
        notes.missing.append("--range 0,1  (pixels before mean and deviation; often 0,1 or 0,255)")
    if wishes.mean is None or wishes.deviation is None:
        notes.missing.append("--mean 0 --std 1  (or what training subtracted and divided by)")
    if wishes.polarity is None:
        notes.missing.append("--polarity bright|dark  (is dense tissue bright, as usual, or dark?)")
    if wishes.resize is None:
        notes.missing.append("--resize stretch|letterbox|crop  (what training did)")
    if wishes.window is None:
        notes.missing.append("--window header|none|CENTRE,WIDTH")
    _check_lengths(wishes, channels)
    return Intake(
        name=image.name,
        layout=layout,
        height=height,
        width=width,
        channels=channels,
        dtype=_dtype(image.kind),
        resize=wishes.resize or "stretch",
        interpolation=wishes.interpolation,
        polarity=wishes.polarity or "bright",
        window=wishes.window if isinstance(wishes.window, Window) else None,
        display=wishes.window == "header",
        value_range=value_range or (0.0, 1.0),
        mean=wishes.mean or (0.0,),
        deviation=wishes.deviation or (1.0,),
    )


def _dtype(kind: str) -> Any:
    return kind


def _check_lengths(wishes: Wishes, channels: int) -> None:
    for flag, numbers in (("--mean", wishes.mean), ("--std", wishes.deviation)):
        if numbers is not None and len(numbers) not in (1, channels):
            raise InputError(
                f"{flag} has {len(numbers)} numbers; the graph takes {channels} channels"
            )


def _layout(image: Tensor, wishes: Wishes, notes: _Notes, source: str) -> Layout:
    possible = layouts(image.shape)
    if wishes.layout is not None:
        if wishes.layout not in possible:
            raise InputError(
                f"takes {image}, which cannot be --layout {wishes.layout}", Place(source)
            )
        return wishes.layout
    if len(possible) == 1:
        notes.known.append(f"layout {possible[0]}: from the graph's input {image}")
        return possible[0]
    if not possible:
        raise InputError(f"takes {image}; expected 1 or 3 channels", Place(source))
    notes.missing.append(f"--layout NCHW|NHWC  (the graph's input {image} may be either)")
    return possible[0]


def _size(
    image: Tensor,
    nchw: bool,
    metadata: Metadata | None,
    wishes: Wishes,
    notes: _Notes,
    source: str,
) -> tuple[int, int]:
    sides = image.shape[2:4] if nchw else image.shape[1:3]
    if wishes.size is not None:
        for said, there in zip(wishes.size, sides, strict=True):
            if isinstance(there, int) and there != said:
                raise InputError(
                    f"takes {image}, which is not --size {wishes.size[0]}x{wishes.size[1]}",
                    Place(source),
                )
        return wishes.size
    height, width = sides
    if isinstance(height, int) and isinstance(width, int):
        notes.known.append(f"size {height}x{width}: from the graph's input")
        return height, width
    shape = metadata.shape if metadata is not None else ()
    if len(shape) == 2 and isinstance(shape[0], int) and isinstance(shape[1], int):
        notes.known.append(f"size {shape[0]}x{shape[1]}: from metadata.json; the graph takes any")
        return shape[0], shape[1]
    notes.missing.append(f"--size HEIGHTxWIDTH  (the graph takes any: {image})")
    return 1, 1


def _labels(metadata: Metadata | None, wishes: Wishes, notes: _Notes) -> tuple[Label, ...]:
    names = wishes.classes
    if not names and metadata is not None and metadata.classes:
        names = metadata.classes
        notes.known.append(f"classes {', '.join(names)}: from metadata.json")
    if not names:
        notes.missing.append("--classes FIRST,SECOND  (in the order of training)")
    return tuple(Label(name) for name in names)


def _output(
    facts: GraphFacts,
    task: Task,
    labels: tuple[Label, ...],
    wishes: Wishes,
    notes: _Notes,
    source: str,
) -> Output:
    chosen = _chosen(facts, task, len(labels), wishes, notes, source)
    main = chosen.get("name") or chosen.get("scores") or chosen.get("masks") or ""
    return Output(
        name=chosen.get("name", ""),
        boxes=chosen.get("boxes", ""),
        scores=chosen.get("scores", ""),
        masks=chosen.get("masks", ""),
        labels=labels,
        activation=_activation(facts, main, wishes, notes, source),
        threshold=wishes.threshold,
        abstain_below=wishes.abstain_below,
    )


def _chosen(
    facts: GraphFacts,
    task: Task,
    count: int,
    wishes: Wishes,
    notes: _Notes,
    source: str,
) -> dict[str, str]:
    """Which of the graph's outputs is which: ``name``, ``boxes``, ``scores``, ``masks``."""
    if task == "detection":
        boxes = [one for one in facts.outputs if len(one.shape) == 3 and one.shape[-1] == 4]
        scores = [one for one in facts.outputs if one not in boxes and len(one.shape) in (2, 3)]
        if len(boxes) != 1 or len(scores) != 1:
            given = ", ".join(map(str, facts.outputs))
            raise InputError(
                f"gives {given}; a detection model needs one output of boxes (batch, boxes, 4) "
                "and one of scores (batch, boxes) or (batch, boxes, labels)",
                Place(source),
            )
        return {"boxes": boxes[0].name, "scores": scores[0].name}
    axes = 4 if task == "segmentation" else 2
    fitting = [one for one in facts.outputs if len(one.shape) == axes]
    if wishes.output:
        fitting = [one for one in facts.outputs if one.name == wishes.output]
    elif len(fitting) > 1 and axes == 2:
        widths = (1, count) if count == 2 else (count,)
        fitting = [one for one in fitting if one.shape[-1] in widths] or fitting
    if not fitting:
        given = ", ".join(map(str, facts.outputs))
        raise InputError(
            f"gives {given}; none fits a {task} model{' or --output' if wishes.output else ''}",
            Place(source),
        )
    if len(fitting) > 1:
        notes.missing.append(f"--output NAME  (one of {', '.join(map(str, fitting))})")
    return {"masks" if task == "segmentation" else "name": fitting[0].name}


def _activation(
    facts: GraphFacts, name: str, wishes: Wishes, notes: _Notes, source: str
) -> Activation:
    ending = facts.endings.get(name)
    if wishes.activation is not None:
        if ending is not None and ending != wishes.activation:
            end = "sigmoid or softmax" if ending == "probability" else "linear layer"
            raise InputError(
                f"output {name} ends in a {end}, which is not --activation {wishes.activation}",
                Place(source),
            )
        return wishes.activation
    if ending is not None:
        notes.known.append(f"activation {ending}: from the graph's last node")
        return ending
    notes.missing.append("--activation logit|probability  (the graph's end does not tell)")
    return "logit"


def _scope(metadata: Metadata | None, wishes: Wishes, notes: _Notes) -> Scope:
    modalities = wishes.modalities
    said = metadata.modalities if metadata is not None else ()
    if modalities is None and said:
        modalities = said
        notes.known.append(f"modality {', '.join(said)}: from metadata.json")
    if modalities is None:
        notes.missing.append("--modality CR,DX  (DICOM codes; 'any' where it does not matter)")
    elif said and wishes.modalities and not set(said) & set(wishes.modalities):
        notes.doubts.append(
            f"metadata.json says {', '.join(said)}, --modality says {', '.join(wishes.modalities)}"
        )
    return Scope(modalities or (), wishes.body_parts, wishes.views)


def _name(metadata: Metadata | None, wishes: Wishes, source: str) -> str:
    given = wishes.name or (metadata.name if metadata is not None else "")
    stem = source.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".onnx")
    return re.sub(r"[^a-z0-9]+", "-", (given or stem).lower()).strip("-") or "model"


def _source(metadata: Metadata | None, wishes: Wishes) -> Mapping[str, str]:
    if wishes.source or metadata is None:
        return wishes.source
    parts = {"title": metadata.data, "licence": metadata.licence}
    return {key: text for key, text in parts.items() if text}
