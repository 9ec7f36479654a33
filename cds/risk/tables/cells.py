"""What a column's cells mean: one concept's numbers or levels, the rest counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

from cds.risk.recipe.model import ConceptSource, is_text
from cds.vocabulary import Concept, Range, convert

YES_NO_KINDS = ("yes_no", "condition", "medication", "stay")

# Cells that say "nothing" in a column of numbers, whatever the recipe says.
_NO_NUMBER = ("", "na", "n/a", "nan", "null", "none", ".", "?")
_COMPARATOR = r"^\s*[<>≤≥]=?\s*"


@dataclass(slots=True)
class Tally:
    """What was left out while reading: cells by reason, columns the table does not have.

    ``implausible`` counts by concept, ``unknown`` by (column, cell), at most
    ``KEPT`` different cells a column; ``absent`` names columns of the recipe
    that the table lacks.
    """

    implausible: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    absent: set[str] = field(default_factory=set)

    KEPT = 50

    def add_unknown(self, column: str, cell: str, count: int) -> None:
        """Count cells that mean nothing for the column's concept."""
        kept = sum(1 for seen, _ in self.unknown if seen == column)
        key = (column, cell) if kept < self.KEPT or (column, cell) in self.unknown else None
        self.unknown[key or (column, "…")] += count


def canonical(cell: object) -> str:
    """A cell's text as recipes write it: numbers without trailing zeros, no outer blanks."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = cell.strip() if isinstance(cell, str) else str(cell)
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def matches(cell: object, wanted: frozenset[str]) -> bool:
    """Whether a cell is one of ``wanted``, as it stands or as a number."""
    text = cell.strip() if isinstance(cell, str) else canonical(cell)
    return text in wanted or canonical(text) in wanted


def cell_set(cells: Iterable[str]) -> frozenset[str]:
    """Cells with their canonical forms, for ``matches``."""
    listed = tuple(cells)
    return frozenset((*listed, *map(canonical, listed)))


class CellReader:
    """Turns a column into values of one concept, as its ``ConceptSource`` says."""

    def __init__(self, source: ConceptSource, concept: Concept, missing: tuple[str, ...]) -> None:
        """``missing`` are the table's own markers; the source's come on top."""
        self._source, self._concept = source, concept
        self._missing = cell_set((*missing, *source.missing))
        self._map = {canonical(key): value for key, value in source.map.items()} | dict(source.map)
        self._text = is_text(concept)
        self._yes_no = concept.kind in YES_NO_KINDS
        self._scale, self._offset = _affine(source.unit, concept)
        self._plausible = narrower(concept.plausible, source.plausible)

    def read(self, column: pl.Series, tally: Tally) -> pl.Series:
        """The column's values: String for levels and codes, else Float64; null is missing."""
        numeric_cells = column.dtype.is_numeric()
        if self._text or self._yes_no or self._map:
            values = self._by_distinct(column, tally)
        elif numeric_cells:
            values = self._without_markers(column.cast(pl.Float64))
        else:
            values = self._parsed(column.cast(pl.String), tally)
        return values if self._text or self._yes_no else self._measured(values, tally)

    def _by_distinct(self, column: pl.Series, tally: Tally) -> pl.Series:
        """Understand each different cell once."""
        target = pl.String if self._text else pl.Float64
        name = self._source.column or ""
        plain = column.cast(pl.String) if column.dtype in (pl.Categorical, pl.Enum) else column
        counts = plain.drop_nulls().value_counts()
        cells, how_often = counts.to_series(0), counts.to_series(1)
        understood: list[float | str | None] = []
        for cell, count in zip(cells.to_list(), how_often.to_list(), strict=True):
            value, known = self._understand(cell)
            understood.append(value)
            if not known:
                tally.add_unknown(name, canonical(cell), count)
        if not understood:
            return pl.Series([None] * len(column), dtype=target)
        return plain.replace_strict(
            cells, pl.Series(understood, dtype=target), default=None, return_dtype=target
        )

    def _understand(self, cell: object) -> tuple[float | str | None, bool]:
        """One cell's value (None: missing), and whether it made sense."""
        text = canonical(cell) if not isinstance(cell, str) else cell.strip()
        if text == "" or matches(text, self._missing):
            return None, True
        for key in (text, canonical(text)):
            if key in self._map:
                value = self._map[key]
                return (value if isinstance(value, str) else float(value)), True
        if self._text:
            level = self._concept.level_of(text) or self._concept.level_of(canonical(text))
            return level, level is not None
        if self._yes_no:
            level = self._concept.level_of(canonical(text))
            return (None if level is None else float(level == "true")), level is not None
        return self._number(text)

    def _number(self, text: str) -> tuple[float | None, bool]:
        if text.casefold() in _NO_NUMBER:
            return None, True
        try:
            number = float(text.lstrip("<>≤≥= "))
        except ValueError:
            return None, False
        return (number, True) if math.isfinite(number) else (None, False)

    def _without_markers(self, numbers: pl.Series) -> pl.Series:
        markers = [float(text) for text in self._missing if _is_number(text)]
        found = pl.when(pl.col("n").is_finite() & ~pl.col("n").is_in(markers)).then(pl.col("n"))
        return numbers.alias("n").to_frame().select(found).to_series()

    def _parsed(self, cells: pl.Series, tally: Tally) -> pl.Series:
        """Text as numbers; what is neither a number nor a marker is counted as unknown."""
        stripped = cells.str.strip_chars()
        numbers = stripped.cast(pl.Float64, strict=False)
        odd = stripped.filter(numbers.is_null() & stripped.is_not_null())
        if len(odd):  # "<0.01": the bound is the best that is known
            bounds = stripped.str.replace(_COMPARATOR, "").cast(pl.Float64, strict=False)
            numbers = numbers.fill_null(bounds)
            for cell, count in odd.value_counts().iter_rows():
                if not matches(cell, self._missing) and not self._number(cell)[1]:
                    tally.add_unknown(self._source.column or "", cell, count)
        return self._without_markers(numbers)

    def _measured(self, numbers: pl.Series, tally: Tally) -> pl.Series:
        """Zero as missing, unit, factor, plausible range."""
        value = pl.col("n")
        if self._source.zero_is_missing:
            value = pl.when(value != 0.0).then(value)
        if self._scale != 1.0 or self._offset != 0.0:
            value = value * self._scale + self._offset
        if self._source.factor != 1.0:
            value = value * self._source.factor
        low, high = self._plausible
        if low is None and high is None:
            return numbers.alias("n").to_frame().select(value).to_series()
        within = value.is_between(
            -math.inf if low is None else low, math.inf if high is None else high
        )
        kept, lost = numbers.alias("n").to_frame().select(
            pl.when(within).then(value).alias("n"), (~within).sum().alias("lost")
        )  # fmt: skip
        if len(lost) and lost[0]:
            tally.implausible[self._concept.name] += int(lost[0])
        return kept


def narrower(one: Range, other: Range) -> Range:
    """The overlap of two ranges; None is no bound."""
    lows = [low for low in (one[0], other[0]) if low is not None]
    highs = [high for high in (one[1], other[1]) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _affine(unit: str | None, concept: Concept) -> tuple[float, float]:
    """Scale and offset that turn a value in ``unit`` into the concept's own unit."""
    if unit is None or concept.unit is None:
        return 1.0, 0.0
    offset = convert(0.0, unit, concept)
    return (convert(1000.0, unit, concept) - offset) / 1000.0, offset


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def constant_reader(source: ConceptSource, concept: Concept) -> Callable[[int], pl.Series]:
    """A function from a number of rows to the constant's column."""
    value = source.constant
    dtype = pl.String if is_text(concept) else pl.Float64
    cell = value if isinstance(value, str) else float(value or 0.0)
    return lambda rows: pl.Series([cell], dtype=dtype).new_from_index(0, rows)
