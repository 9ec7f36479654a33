"""What the caller may choose about reading."""

from __future__ import annotations

from dataclasses import dataclass

from cds.patient.json_document import DEFAULT_MAX_BYTES


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Choices for reading patients.

    ``allow_implausible`` uses values outside a concept's plausible range (still
    warned about). ``max_bytes`` bounds one JSON document or one NDJSON line,
    after decompression. ``max_export_bytes`` bounds what is held in memory
    while a bulk export is grouped by patient.
    """

    allow_implausible: bool = False
    max_bytes: int = DEFAULT_MAX_BYTES
    max_export_bytes: int = 4 * 1024**3
