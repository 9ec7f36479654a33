"""Look-up tables of DICOM headers (PS3.3 C.11.1.1, C.11.2.1.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cds.imaging.frame import LookupTable
from cds.imaging.reading.limits import CannotRead


def modality_table(header: Any, *, signed: bool) -> LookupTable | None:
    """The table from stored values to the modality's, if there is one. Raises CannotRead."""
    return _table(header, "ModalityLUTSequence", signed=signed)


def voi_table(header: Any) -> LookupTable | None:
    """The first table from the modality's values to shown ones, if any. Raises CannotRead."""
    return _table(header, "VOILUTSequence", signed=False)


def _table(header: Any, sequence: str, *, signed: bool) -> LookupTable | None:
    try:
        found = header.get(sequence)
        if not found:
            return None
        item = found[0]
        entries, first, bits = (int(part) for part in item.LUTDescriptor)
        data = item.LUTData
        entries = (entries & 0xFFFF) or 1 << 16
        if signed and first >= 1 << 15:
            first -= 1 << 16
        values = _values(data, entries, bits)
    except Exception:
        raise CannotRead(f"{sequence} is damaged: its table cannot be read") from None
    if len(values) < entries or not 1 <= bits <= 16:
        raise CannotRead(
            f"{sequence} says {entries} entries of {bits} bits and holds {len(values)}"
        )
    return LookupTable(first, values[:entries].astype(np.float64), bits)


def _values(data: Any, entries: int, bits: int) -> Any:
    if isinstance(data, bytes):
        if bits <= 8 and len(data) < 2 * entries:
            return np.frombuffer(data, "u1")
        return np.frombuffer(data[: len(data) // 2 * 2], "<u2")
    values = np.atleast_1d(np.asarray(data)).astype(np.int64) & 0xFFFF
    if bits <= 8 and 2 * len(values) - entries in (0, 1):  # two entries to a word
        return values.astype("<u2").view("u1")
    return values
