"""The answer for one image: status, reason, label, probabilities, boxes and regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cds.imaging import scope
from cds.imaging.contract.model import Contract
from cds.imaging.decide import decide, probabilities
from cds.imaging.frame import Frame, Unreadable
from cds.imaging.measure import boxes_of, regions_of
from cds.imaging.reading_words import findings_in_language
from cds.imaging.reasons import enumerated, finding, sentence
from cds.imaging.result import ImageResult, printable

if TYPE_CHECKING:
    from cds.imaging.pixels import Prepared

Numbers = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A result and what it was made from: the frame as read, the pixels as the graph saw them
    (no batch axis), and what the graph gave (output name → array without batch axis). None
    where the image never reached the graph."""

    result: ImageResult
    frame: Frame | None = None
    prepared: Prepared | None = None
    outputs: Mapping[str, NDArray[Any]] | None = None


def unanswered(
    image: Frame | Unreadable, code: str, numbers: Numbers, contract: Contract, language: str
) -> Answer:
    """The answer for an image that could not be read, or not be prepared."""
    frame = image if isinstance(image, Frame) else None
    result = ImageResult(
        file=printable(image.source),
        frame=image.number,
        status="error" if frame is None else "refused",
        reason=sentence(code, numbers, language),
        code=code,
        numbers=numbers,
        findings={} if frame is None else _findings(frame, contract, language),
    )
    return Answer(result, frame)


def answered(
    frame: Frame,
    prepared: Prepared,
    outputs: Mapping[str, NDArray[Any]],
    contract: Contract,
    *,
    distance: float | None,
    refused: tuple[str, Numbers] | None,
    forced: bool,
    language: str,
) -> Answer:
    """The answer for an image that went through the graph.

    Raises ImplausibleOutput where the numbers contradict the contract.
    """
    result = ImageResult(
        file=printable(frame.source),
        frame=frame.number,
        status="ok",
        # A distance that is not finite is no number that JSON has.
        distance=distance if distance is None or np.isfinite(distance) else None,
        preprocessing=tuple(prepared.steps),
        side=min(frame.stored.shape[:2]),
        findings=_findings(frame, contract, language),
    )
    if refused is None or forced:
        result = _read(result, frame, prepared, outputs, contract, language)
    if refused is not None:
        code, numbers = refused
        result = replace(
            result,
            status="refused",
            label=None,
            labels=(),
            reason=sentence(code, numbers, language),
            code=code,
            numbers=numbers,
        )
    return Answer(result, frame, prepared, outputs)


def _read(
    result: ImageResult,
    frame: Frame,
    prepared: Prepared,
    outputs: Mapping[str, NDArray[Any]],
    contract: Contract,
    language: str,
) -> ImageResult:
    output = contract.output
    if contract.task == "detection":
        boxes = boxes_of(outputs[output.boxes], outputs[output.scores], contract, frame, prepared)
        best = {label.name: 0.0 for label in output.labels}
        for box in boxes:
            best[box.label] = max(best[box.label], box.score)
        return replace(
            result, boxes=boxes, label=boxes[0].label if boxes else None, probabilities=best
        )
    if contract.task == "segmentation":
        regions, best = regions_of(outputs[output.masks], contract, frame, prepared)
        largest = max(regions, key=lambda region: region.pixels, default=None)
        return replace(
            result,
            regions=regions,
            label=None if largest is None else largest.label,
            probabilities=best,
        )
    chances = probabilities(outputs[output.name][np.newaxis], contract)[0]
    said = decide(chances, contract)
    if said.code == "not_finite":
        return _told(replace(result, status="error"), said.code, said.numbers, language)
    names = [label.name for label in output.labels]
    result = replace(
        result,
        label=said.label,
        labels=said.labels,
        probabilities=dict(zip(names, map(float, chances), strict=True)),
    )
    if said.code:
        return _told(replace(result, status="abstain"), said.code, said.numbers, language)
    return result


def _told(result: ImageResult, code: str, numbers: Numbers | None, language: str) -> ImageResult:
    return replace(
        result, code=code, numbers=numbers or {}, reason=sentence(code, numbers or {}, language)
    )


def _findings(frame: Frame, contract: Contract, language: str) -> Mapping[str, str]:
    found = findings_in_language(frame.findings, language)
    open_questions = scope.unknown(frame.identity, contract.scope)
    if not open_questions:
        return found
    what = enumerated(open_questions, language)
    return {**found, "scope_unchecked": finding("scope_unchecked", language, what=what)}
