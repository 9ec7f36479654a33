"""What one file holds, in few words: made from its frames, for ``cds image inspect``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cds.imaging.contract.model import Contract
from cds.imaging.frame import Frame, Unreadable

if TYPE_CHECKING:
    from cds.imaging.scope import Mismatch

Vector = tuple[float, float, float]
_SIDES = (("R", "L"), ("A", "P"), ("F", "H"))
_OBLIQUE = 0.35  # of a unit vector: a side that an axis leans to by more than this is named


@dataclass(frozen=True, slots=True)
class Fit:
    """How a file lies to a contract: what contradicts it, what it asks and the file leaves open.

    ``refusal``: why pixels cannot be prepared; empty where they can.
    """

    mismatches: tuple[Mismatch, ...]
    unknown: tuple[str, ...]
    refusal: str

    @property
    def good(self) -> bool:
        """Whether the model would take the image, as far as the header says."""
        return not self.mismatches and not self.refusal


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One file: its first frame without pixels' values, and the frames that are damaged.

    ``frame`` is None where none could be read; ``damaged`` then says why, with number 0.
    ``findings`` are of all frames.
    """

    source: str
    frame: Frame | None
    frames_read: int
    damaged: tuple[Unreadable, ...]
    findings: dict[str, str] = field(default_factory=dict)
    fit: Fit | None = None


def summaries(
    images: Iterable[Frame | Unreadable], contract: Contract | None = None
) -> Iterator[FileSummary]:
    """One summary a file, in order; with how it fits ``contract``, where that is given."""
    for source, group in groupby(images, key=lambda image: image.source):
        first: Frame | None = None
        read = 0
        damaged: list[Unreadable] = []
        findings: dict[str, str] = {}
        for image in group:
            if isinstance(image, Unreadable):
                damaged.append(image)
                continue
            first = first or image
            read += 1
            findings.update(image.findings)
        fit = fit_of(first, contract) if first is not None and contract is not None else None
        yield FileSummary(source, first, read, tuple(damaged), findings, fit)


def fit_of(frame: Frame, contract: Contract) -> Fit:
    """Whether ``contract`` takes ``frame``: by its header, and by its pixels' form."""
    from cds.imaging.pixels import CannotPrepare, prepare
    from cds.imaging.scope import mismatches, unknown

    refusal = ""
    try:
        prepare(frame, contract.intake)
    except CannotPrepare as cannot:
        refusal = cannot.reason
    return Fit(
        tuple(mismatches(frame.identity, contract.scope)),
        tuple(unknown(frame.identity, contract.scope)),
        refusal,
    )


def sides(row_axis: Vector | None, column_axis: Vector | None) -> str:
    """Where columns and rows run, as DICOM's letters: ``L\\P`` is a usual axial slice."""
    if row_axis is None or column_axis is None:
        return ""
    return f"{_letters(row_axis)}\\{_letters(column_axis)}"


def header_text(frame: Frame, keyword: str) -> str:
    """A text of the DICOM header; empty for pictures and volumes."""
    value: Any = None if frame.header is None else frame.header.get(keyword)
    return "" if value is None else str(value)


def transfer_syntax(frame: Frame) -> str:
    """The transfer syntax's UID; empty for pictures and volumes, and where the file lacks it."""
    meta = getattr(frame.header, "file_meta", None)
    return str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""


def _letters(axis: Vector) -> str:
    leaning = sorted(range(3), key=lambda index: -abs(axis[index]))
    return "".join(
        _SIDES[index][axis[index] > 0] for index in leaning if abs(axis[index]) > _OBLIQUE
    )
