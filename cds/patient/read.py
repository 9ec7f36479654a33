"""Read patients from a file, a folder or standard input, one at a time.

``read_patients`` never raises for bad input: what cannot be read is yielded as
a ``ReadFailure`` in its place, so that one bad line does not cost the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from cds.errors import InputError, Place
from cds.patient.bulk_export import BulkExport
from cds.patient.fhir_bundle import read_fhir
from cds.patient.flat import read_flat
from cds.patient.json_document import parse_json, too_large
from cds.patient.options import ReadOptions
from cds.patient.reading import Reading
from cds.patient.record import PatientRecord
from cds.patient.sources import (
    FILE_ENDINGS,
    STANDARD_INPUT,
    is_ndjson,
    lines_of,
    open_source,
    patient_files,
    read_whole,
)

DEFAULT_OPTIONS: Final = ReadOptions()

Line = tuple[int, bytes | InputError]


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A document or line from which no patient could be read."""

    source: str
    error: InputError


def parse_patient(
    document: object,
    source: str,
    now: datetime,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> PatientRecord:
    """Make a record of one parsed JSON document: flat, FHIR Bundle or FHIR resource.

    ``now`` must have a time zone; dates without one are taken in it. ``source``
    names the input in messages and, without its ending, is the id of a patient
    who has none. Raises ``InputError``.
    """
    if not isinstance(document, dict):
        found = {list: "a list", str: "a text", type(None): "null"}.get(type(document), "a value")
        raise InputError(
            f"found {found}, expected one object (a FHIR Bundle or a flat record); "
            "for several patients use NDJSON, one object per line",
            Place(source),
        )
    reading = Reading(source, now, options)
    if "resourceType" in document:
        return read_fhir(document, reading, _fallback_id(source))
    return read_flat(document, reading, _fallback_id(source))


def read_patient(
    source: str | Path, *, now: datetime, options: ReadOptions = DEFAULT_OPTIONS
) -> PatientRecord:
    """Read the one patient of a file; raises ``InputError`` if there is not exactly one."""
    found = list(read_patients(source, now=now, options=options))
    for entry in found:
        if isinstance(entry, ReadFailure):
            raise entry.error
    if len(found) != 1 or not isinstance(found[0], PatientRecord):
        raise InputError(f"holds {len(found)} patients, expected one", Place(str(source)))
    return found[0]


def read_patients(
    source: str | Path,
    *,
    now: datetime,
    stdin: IO[bytes] | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> Iterator[PatientRecord | ReadFailure]:
    """Yield the patients of a file (.json, .ndjson, .jsonl, each also .gz), folder or "-".

    NDJSON lines that hold a whole patient are yielded at once, before the next
    line is read. Lines that hold a single FHIR resource (bulk export) are
    gathered over the whole source and yielded at its end, by patient.
    """
    if str(source) == "-" and stdin is None:
        raise ValueError("reading from '-' needs stdin")
    path = Path(source)
    export = BulkExport(options)
    try:
        if str(source) == "-":
            assert stdin is not None
            yield from _read_stream(stdin, STANDARD_INPUT, now, options, export)
        elif path.is_dir():
            for file in patient_files(path):
                yield from _read_file(file, now, options, export, in_folder=True)
        else:
            yield from _read_file(path, now, options, export, in_folder=False)
        yield from _read_export(export, str(source), now, options)
    except InputError as error:
        yield ReadFailure(str(source), error)


def _read_file(
    path: Path, now: datetime, options: ReadOptions, export: BulkExport, *, in_folder: bool
) -> Iterator[PatientRecord | ReadFailure]:
    name = str(path)
    try:
        if is_ndjson(path):
            with open_source(path) as stream:
                yield from _read_lines(lines_of(stream, name, options), name, now, options, export)
            return
        document = parse_json(read_whole(path, options), name, max_bytes=options.max_bytes)
        if in_folder and export.takes(document):
            export.add(document, name, None)
        else:
            yield parse_patient(document, name, now, options)
    except InputError as error:
        yield ReadFailure(name, error)


def _read_lines(
    lines: Iterator[Line],
    source: str,
    now: datetime,
    options: ReadOptions,
    export: BulkExport,
) -> Iterator[PatientRecord | ReadFailure]:
    empty = True
    for number, line in lines:
        if isinstance(line, bytes) and line.isspace():
            continue
        empty = False
        place = f"{source}:{number}"
        try:
            if isinstance(line, InputError):
                raise line
            document = parse_json(line, place, max_bytes=options.max_bytes)
            yield from _read_line(document, line, place, now, options, export)
        except InputError as error:
            yield ReadFailure(place, error)
    if empty:
        nothing = InputError("empty; expected one JSON object per line", Place(source))
        yield ReadFailure(source, nothing)


def _read_line(
    document: object,
    line: bytes,
    place: str,
    now: datetime,
    options: ReadOptions,
    export: BulkExport,
) -> Iterator[PatientRecord]:
    if export.takes(document):
        export.add(document, place, line)
    else:
        yield parse_patient(document, place, now, options)


def _read_stream(
    stream: IO[bytes], source: str, now: datetime, options: ReadOptions, export: BulkExport
) -> Iterator[PatientRecord | ReadFailure]:
    """Standard input: NDJSON if its first or second line is an object by itself."""
    lines = lines_of(stream, source, options)
    data = bytearray()
    tried = 0
    for number, line in lines:
        if isinstance(line, InputError):
            yield ReadFailure(source, line)
            return
        if tried < 2 and not line.isspace():
            tried += 1
            document = _object_in(line, source, options)
            if document is not None:
                if tried == 2:
                    first = [(1, bytes(data))]
                    yield from _read_lines(iter(first), source, now, options, export)
                place = f"{source}:{number}"
                try:
                    yield from _read_line(document, line, place, now, options, export)
                except InputError as error:
                    yield ReadFailure(place, error)
                yield from _read_rest(lines, source, now, options, export)
                return
            if line.strip() == b"[":
                tried = 2  # a list over several lines, whose second may be an object
        data += line
        if len(data) > options.max_bytes:
            yield ReadFailure(source, too_large(source, options.max_bytes))
            return
    try:
        whole = parse_json(bytes(data), source, max_bytes=options.max_bytes)
        yield parse_patient(whole, source, now, options)
    except InputError as error:
        yield ReadFailure(source, error)


def _read_rest(
    lines: Iterator[Line], source: str, now: datetime, options: ReadOptions, export: BulkExport
) -> Iterator[PatientRecord | ReadFailure]:
    for line in lines:
        if isinstance(line[1], InputError) or not line[1].isspace():
            yield from _read_lines(iter([line]), source, now, options, export)


def _object_in(line: bytes, source: str, options: ReadOptions) -> dict[str, object] | None:
    try:
        document = parse_json(line, source, max_bytes=options.max_bytes)
    except InputError:
        return None
    return document if isinstance(document, dict) else None


def _read_export(
    export: BulkExport, source: str, now: datetime, options: ReadOptions
) -> Iterator[PatientRecord | ReadFailure]:
    for error in export.unplaced(source):
        yield ReadFailure(source, error)
    for patient in export.patients():
        try:
            yield export.read(patient, Reading(source, now, options))
        except InputError as error:
            yield ReadFailure(source, error)


def _fallback_id(source: str) -> str:
    name = source.replace("\\", "/").rsplit("/", 1)[-1]
    for ending in FILE_ENDINGS:
        name = name.replace(ending, "")
    return name or "patient"
