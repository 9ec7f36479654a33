"""Tables: a sheet whose columns were understood, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cds.errors import Place
from cds.roster.ward import values
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.headings import NOTES, columns, spellings, squeezed
from cds.roster.ward.nearest import did_you_mean, nearest_names
from cds.roster.ward.raw_sheets import RawSheet


@dataclass(frozen=True)
class Table:
    """The rows that are neither blank nor notes, by column.

    ``headers`` are the columns found, in order, with what their headers say.
    """

    sheet: RawSheet
    heading: int  # the header's row, from 1
    headers: Mapping[str, str]
    content: tuple[tuple[int, Mapping[str, object]], ...]  # (row from 1, values)
    reading: Reading

    def rows(self) -> Iterator[tuple[int, Fields]]:
        """Each row with its number as the spreadsheet shows it."""
        for number, row in self.content:
            yield number, Fields(row, self._places(number), self.reading)

    def _places(self, number: int) -> _Places:
        return _Places(self.sheet, number, self.headers)


@dataclass(frozen=True)
class _Places:
    sheet: RawSheet
    row: int
    headers: Mapping[str, str]

    def __call__(self, column: str) -> Place:
        return self.sheet.place(self.row, self.headers.get(column, column))


def read_table(
    sheet: RawSheet,
    name: str,
    required: tuple[str, ...],
    reading: Reading,
    extra: Mapping[str, tuple[str, ...]] | None = None,
) -> Table | None:
    """The table called ``name``; ``extra`` are columns beyond the usual ones.

    Complains of merged cells, of a header that is missing, unknown or double,
    of cells beyond the header; None where the table cannot be used at all.
    """
    complaints, before = reading.complaints, len(reading.complaints)
    for _, _, cells in sheet.merged:
        complaints.add(
            sheet.place(0),
            f"the cells {cells} are merged; expected every cell by itself",
            root=True,
        )
    heading = next((i for i, row in enumerate(sheet.rows) if not is_note(row)), None)
    if heading is None:
        wanted = ", ".join(required)
        expected = f"is empty; expected a row of headers with {wanted}"
        complaints.add(sheet.place(0), expected, root=True)
        return None
    found, misspelt = _columns(sheet, heading, name, extra or {}, reading)
    for column in required:
        if column not in found and column not in misspelt:
            present = ", ".join(values.text(cell) for cell in sheet.rows[heading] if cell)
            message = f"has no column '{column}'; found {present}"
            complaints.add(sheet.place(heading + 1), message, root=True)
    if len(complaints) > before:
        return None
    headers = {column: values.text(sheet.rows[heading][at]) for column, at in found.items()}
    content: list[tuple[int, Mapping[str, object]]] = []
    for index in range(heading + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if is_note(row):
            continue
        _check_cells(sheet, index, heading, reading)
        record = {column: row[at] for column, at in found.items() if at < len(row)}
        content.append((index + 1, record))
    return Table(sheet, heading + 1, headers, tuple(content), reading)


def is_note(row: tuple[object, ...]) -> bool:
    """Whether a row is blank or begins with ``#``."""
    first = next((cell for cell in row if not values.empty(cell)), None)
    return first is None or (isinstance(first, str) and first.lstrip().startswith("#"))


def _columns(
    sheet: RawSheet,
    heading: int,
    name: str,
    extra: Mapping[str, tuple[str, ...]],
    reading: Reading,
) -> tuple[dict[str, int], set[str]]:
    """Column → its index; and the columns that unknown headers may have meant."""
    meant = spellings(name, extra)
    found: dict[str, int] = {}
    misspelt: set[str] = set()
    for index, cell in enumerate(sheet.rows[heading]):
        header = "" if values.empty(cell) else values.text(cell)
        if not header or header.startswith("#") or squeezed(header) in NOTES:
            continue
        column = meant.get(squeezed(header))
        place = sheet.place(heading + 1, header)
        if column is None:
            known = (*columns(name), *extra)
            misspelt.update(nearest_names(header, known))
            reading.complaints.add(
                place,
                f"unknown column; expected {', '.join(columns(name))}"
                f"{' or a limit' if extra else ''} (a column 'notes' is yours)"
                f"{did_you_mean(header, known)}",
                root=True,
            )
        elif column in found:
            reading.complaints.add(place, f"is a second column for '{column}'; expected one")
        else:
            found[column] = index
    return found, misspelt


def _check_cells(sheet: RawSheet, index: int, heading: int, reading: Reading) -> None:
    """Complains of cells without a header and of formulas without a value."""
    headers = sheet.rows[heading]
    for at, cell in enumerate(sheet.rows[index]):
        header = "" if at >= len(headers) or values.empty(headers[at]) else values.text(headers[at])
        if (index, at) in sheet.uncalculated:
            reading.complaints.add(
                sheet.place(index + 1, header or str(at + 1)),
                "holds a formula without a value; open the file in a spreadsheet and save it",
            )
        elif not header and not values.empty(cell):
            reading.complaints.add(
                sheet.place(index + 1),
                f"has {values.shown(cell)} in cell {at + 1}, which has no header; "
                f"expected {len(headers)} cells (a text with commas needs quotes)",
            )
