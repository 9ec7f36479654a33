"""All DICOM objects that a run comes to: one report a study, and its segmentations."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cds.imaging.documents.identity import file_bytes
from cds.imaging.documents.reported import Reported, studies

if TYPE_CHECKING:
    from cds.imaging.result import Run

_FAILURES = (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Document:
    """One DICOM object as the bytes of its file."""

    kind: Literal["report", "segmentation"]
    study: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Documents:
    """What was made, reports first in the order of their studies; and, a sentence each, what
    could not be made and why."""

    made: tuple[Document, ...]
    problems: tuple[str, ...]


def documents(images: Iterable[Reported], run: Run) -> Documents:
    """One structured report a study, and segmentations where there are regions."""
    from cds.imaging.documents.report import structured_report
    from cds.imaging.documents.segmentation import segmentations

    reports: list[Document] = []
    drawn: list[Document] = []
    problems: list[str] = []
    with quietly():
        for study, members in studies(images).items():
            try:
                made, holders = segmentations(members, run)
            except _FAILURES as error:
                made, holders = (), {}
                problems.append(_problem("segmentation", members, error))
            drawn += [Document("segmentation", study, file_bytes(each)) for each in made]
            try:
                report = structured_report(members, run, holders)
                reports.append(Document("report", study, file_bytes(report)))
            except _FAILURES as error:
                problems.append(_problem("report", members, error))
    return Documents((*reports, *drawn), tuple(problems))


def placed(
    target: Path, made: Documents, free: Callable[[Path], bool] = lambda path: True
) -> list[tuple[Path, bytes]]:
    """Where each object goes: the first report to ``target``, the others beside it.

    ``OUT.dcm``, ``OUT-2.dcm``, … are reports, ``OUT-seg.dcm``, ``OUT-seg-2.dcm``, …
    segmentations. ``free``: whether a name other than ``target`` may be used; the numbers of
    those that may not are passed over.
    """
    found = []
    for kind, name in (("report", target.stem), ("segmentation", f"{target.stem}-seg")):
        names = (
            target.with_name(f"{name}{'' if number == 1 else f'-{number}'}{target.suffix}")
            for number in count(1)
        )
        usable = (path for path in names if path == target or free(path))
        of_kind = [document.content for document in made.made if document.kind == kind]
        # The contents come first: of the endless names none is drawn that is not used.
        found += [(path, content) for content, path in zip(of_kind, usable, strict=False)]
    return found


@contextmanager
def quietly() -> Iterator[None]:
    """What highdicom and pydicom say about a source's odd values is no matter of the result."""
    logger = logging.getLogger("highdicom")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _problem(what: str, members: Sequence[Reported], error: Exception) -> str:
    reason = " ".join(str(error).split())[:200]
    return f"{members[0].result.file}: no DICOM {what} can be made of its header: {reason}"
