"""From graph, metadata and wishes to a contract; what nobody said is asked for, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cds.errors import InputError, Place
from cds.imaging.contract.model import (
    Activation,
    Contract,
    Label,
    Output,
    Scope,
    Task,
)
from cds.imaging.packing.graph import GraphFacts
from cds.imaging.packing.monai import Metadata, contradictions
from cds.imaging.packing.propose_intake import image_of, intake_of
from cds.imaging.packing.wishes import Notes, Wishes

_HASH_LATER = "0" * 64


@dataclass(frozen=True, slots=True)
class Proposal:
    """``known``: what was not asked for, and where it was found. ``doubts``: contradictions."""

    contract: Contract
    known: tuple[str, ...]
    doubts: tuple[str, ...]


def propose(facts: GraphFacts, metadata: Metadata | None, wishes: Wishes, source: str) -> Proposal:
    """The contract, its hash still zero, without gate and golden vectors.

    Raises InputError that names every flag which must still be given, or a flag that the graph
    contradicts.
    """
    notes = Notes()
    image = image_of(facts, source)
    task = _task(facts, wishes, notes)
    intake = intake_of(image, metadata, wishes, notes, source)
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


def _task(facts: GraphFacts, wishes: Wishes, notes: Notes) -> Task:
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


def _labels(metadata: Metadata | None, wishes: Wishes, notes: Notes) -> tuple[Label, ...]:
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
    notes: Notes,
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
    notes: Notes,
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
        fitting = [one for one in fitting if one.name not in facts.passed_through] or fitting
        fitting = [one for one in fitting if one.shape[-1] in widths] or fitting
    if not fitting:
        given = ", ".join(map(str, facts.outputs))
        wanted = f"is --graph-output {wishes.output}" if wishes.output else f"fits a {task} model"
        raise InputError(f"gives {given}; none {wanted}", Place(source))
    if len(fitting) > 1:
        notes.missing.append(f"--graph-output NAME  (one of {', '.join(map(str, fitting))})")
    return {"masks" if task == "segmentation" else "name": fitting[0].name}


def _activation(
    facts: GraphFacts, name: str, wishes: Wishes, notes: Notes, source: str
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


def _scope(metadata: Metadata | None, wishes: Wishes, notes: Notes) -> Scope:
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
    return Scope(modalities or (), wishes.body_parts, wishes.views, wishes.ages)


def _name(metadata: Metadata | None, wishes: Wishes, source: str) -> str:
    given = wishes.name or (metadata.name if metadata is not None else "")
    stem = source.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".onnx")
    return re.sub(r"[^a-z0-9]+", "-", (given or stem).lower()).strip("-") or "model"


def _source(metadata: Metadata | None, wishes: Wishes) -> Mapping[str, str]:
    if wishes.source or metadata is None:
        return wishes.source
    parts = {"title": metadata.data, "licence": metadata.licence}
    return {key: text for key, text in parts.items() if text}
