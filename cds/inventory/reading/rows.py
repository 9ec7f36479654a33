"""The rows of one table while they are being checked: what is wrong is set aside, and told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from cds.errors import Place
from cds.inventory.problems import KEPT, Findings, Problem, Severity
from cds.inventory.reading import cells
from cds.inventory.reading.columns import headings
from cds.inventory.reading.names import expected
from cds.inventory.reading.sources import ROW, RawTable

if TYPE_CHECKING:
    import polars as pl

Message = Callable[[Any], str]
"""What is wrong with a value, as the end of a sentence about it."""


class Rows:
    """Columns are read one by one into ``frame``; rows with a fault leave it at ``sound``."""

    def __init__(self, raw: RawTable, findings: Findings, date_order: str, zone: str) -> None:
        import polars as pl

        self.name, self.file = raw.name, raw.file
        self.findings = findings
        self.count = raw.frame.height
        self._headers = raw.headers
        self._raw = raw.frame
        self._order, self._zone = date_order, zone
        self._bad = pl.repeat(False, self.count, eager=True)
        self._columns: dict[str, pl.Series] = {ROW: raw.frame[ROW]}
        self.unknown: dict[str, set[str]] = {}
        """Sort of code → the codes named that are in no row of their own table."""

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self._raw.columns

    def require(self, *columns: str) -> bool:
        """Whether the file has these columns; complains of those it has not."""
        missing = [column for column in columns if not self.has(column)]
        for column in missing:
            found = ", ".join(self._headers.values()) or "none"
            self.findings.broken(
                Place(self.file, "row 1"),
                f"has no column '{column}'; found {found}; expected of "
                f"{', '.join(headings(self.name))}",
            )
        return not missing

    def header(self, column: str) -> str:
        """What the file calls a column."""
        return self._headers.get(column, column)

    def raw(self, column: str) -> pl.Series:
        """The cells as they stand."""
        return self._raw[column]

    def column(self, name: str) -> pl.Series:
        """A column read before."""
        return self._columns[name]

    def put(self, name: str, series: pl.Series) -> None:
        """Put a computed column beside those read."""
        self._columns[name] = series.alias(name)

    def text(self, column: str, *, required: bool = False) -> None:
        """Read a column of texts."""
        self._take(column, cells.text, required)

    def number(
        self,
        column: str,
        *,
        low: float | None = 0,
        above: bool = False,
        whole: bool = False,
        required: bool = False,
    ) -> None:
        """Read numbers, at least ``low`` (more than it where ``above``); money, counts, units."""
        import polars as pl

        self._take(column, lambda series: cells.number(series, whole=whole), required)
        found = self._columns[column]
        if low is not None:
            wanted = f"more than {low:g}" if above else f"{low:g} or more"
            wrong = (found <= low) if above else (found < low)
            self.refuse(wrong, column, lambda value: f"is {value}; expected {wanted}")
        self._columns[column] = found.cast(pl.Float64)

    def day(self, column: str, *, required: bool = False) -> None:
        """Read dates; moments with a zone give the pharmacy's own day."""
        self._take(column, lambda series: cells.day(series, self._order, self._zone), required)

    def expiry(self, column: str, *, required: bool = False) -> None:
        """Read dates of expiry; a month stands for its last day."""
        self._take(column, lambda series: cells.expiry(series, self._order, self._zone), required)

    def yes(self, column: str) -> None:
        """Read yes or no; empty is no."""
        self._take(column, cells.yes, False)
        self._columns[column] = self._columns[column].fill_null(False)

    def choice(
        self,
        column: str,
        words: Mapping[str, str],
        *,
        required: bool = False,
        default: str | None = None,
    ) -> None:
        """Read one of the ``words`` (in small letters), each standing for a code."""
        self._take(column, lambda series: cells.choice(series, words), required)
        if default is not None:
            self._columns[column] = self._columns[column].fill_null(default)

    def known(
        self,
        column: str,
        sort: str,
        known: Collection[str],
        set_aside: Collection[str] = (),
    ) -> None:
        """Complain of codes that are not ``known``; those ``set_aside`` were refused before."""
        import polars as pl

        found = self._columns[column]
        unknown = [code for code in found.drop_nulls().unique() if code not in known]
        if not unknown:
            return
        missing = found.is_in(pl.Series(unknown, dtype=pl.String).implode())
        aside = found.is_in(pl.Series(list(set_aside), dtype=pl.String).implode())
        self.refuse(
            aside, column, lambda value: f"is the {sort} '{value}', whose row was set aside"
        )
        self.unknown.setdefault(sort, set()).update(set(unknown) - set(set_aside))
        self.refuse(
            missing & ~aside,
            column,
            lambda value: f"unknown {sort} '{value}'; {expected(value, known)}",
        )

    def refuse(
        self, wrong: pl.Series, column: str, message: Message, *, severity: Severity = "refused"
    ) -> None:
        """Set aside the rows where ``wrong`` (null is not wrong), naming the first few of them."""
        import polars as pl

        wrong = wrong.fill_null(False)
        if severity == "refused":
            wrong = wrong & ~self._bad  # one fault a row is enough
        count = int(wrong.sum())
        if not count:
            return
        at = wrong.arg_true()
        values = self._raw[column] if self.has(column) else self._columns.get(column)
        listed = at.head(KEPT).to_list() if count <= KEPT else at.head(KEPT - 1).to_list()
        for index in listed:
            value = None if values is None else values[index]
            self._note(severity, index, column, message(value))
        left = count - len(listed)
        if left:
            index = int(at[len(listed)])
            value = None if values is None else values[index]
            self._note(severity, index, column, message(value), left)
        if severity == "refused":
            self._bad = self._bad | wrong.cast(pl.Boolean)

    def refuse_empty(self, column: str, wanted: str) -> None:
        """Set aside the rows whose cell is empty."""
        empty = self._columns[column].is_null()
        self.refuse(empty, column, lambda _: f"is empty; expected {wanted}")

    def warn(self, wrong: pl.Series, column: str, message: Message) -> None:
        """As ``refuse``, but the rows are used."""
        self.refuse(wrong & ~self._bad, column, message, severity="warning")

    @property
    def columns(self) -> Collection[str]:
        """The columns read so far."""
        return self._columns.keys()

    @property
    def good(self) -> pl.Series:
        """Which rows have no fault so far."""
        return ~self._bad

    @property
    def refused(self) -> int:
        """How many rows were set aside."""
        return int(self._bad.sum())

    def sound(self) -> pl.DataFrame:
        """The columns read, of the rows without a fault."""
        import polars as pl

        return pl.DataFrame(list(self._columns.values())).filter(~self._bad)

    def _note(
        self, severity: Severity, index: int, column: str, message: str, count: int = 1
    ) -> None:
        row = int(self._columns[ROW][index])
        self.findings.add(
            Problem(severity, self.name, self.file, row, self.header(column), message, count)
        )

    def _take(self, column: str, read: Callable[[pl.Series], cells.Read], required: bool) -> None:
        import polars as pl

        if not self.has(column):
            self._columns[column] = pl.Series(column, [None] * self.count, dtype=pl.String)
            empty = read(self._columns[column].clear())
            self._columns[column] = pl.Series(
                column, [None], dtype=empty.values.dtype
            ).new_from_index(0, self.count)
            return
        found = read(self._raw[column])
        self._columns[column] = found.values.alias(column)
        self.refuse(
            found.wrong, column, lambda value: f"is {cells.shown(value)}; expected {found.expected}"
        )
        if required:
            self.refuse_empty(column, found.expected)
