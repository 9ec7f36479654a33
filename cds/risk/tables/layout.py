"""From a frame in the recipe's layout to concepts' values and the queries to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl

from cds.errors import InputError, Place
from cds.risk.features.table_engine import TableValues, TimedValues
from cds.risk.features.window_folds import Ints
from cds.risk.recipe.model import ConceptSource, Recipe, TableLayout
from cds.risk.tables.cells import CellReader, Tally, constant_reader
from cds.risk.tables.read import ROW, TableFile

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class MappedFrame:
    """A frame's units (or moments): input row, id and time as read, and all values.

    ``rows`` has one entry per query: the input row (0-based); for long tables
    the unit's first row.
    """

    rows: Ints
    ids: pl.Series
    times: pl.Series | None
    values: TableValues


class FrameMapper:
    """Maps frames of one table; made once per file, it knows which columns are there."""

    def __init__(
        self, recipe: Recipe, concepts: Sequence[str], table: TableFile, tally: Tally
    ) -> None:
        """``concepts`` are those wanted.

        Raises InputError where the table lacks its id, time, parameter or value
        column, or all columns of the recipe.
        """
        self._layout, self._table, self._tally = recipe.table, table, tally
        self._recipe = recipe
        wanted = set(concepts)
        self._sources = [source for source in recipe.sources if source.name in wanted]
        self._readers = {
            place: CellReader(source, recipe.concept(source.name), recipe.table.missing)
            for place, source in enumerate(self._sources)
            if source.column is not None
        }
        self._check_columns()

    @property
    def columns(self) -> list[str]:
        """The table's columns that are read."""
        layout = self._layout
        names = [layout.id, layout.history, layout.time, layout.parameter, layout.value]
        if layout.layout != "long":
            names += [source.column for source in self._sources]
        there = set(self._table.columns)
        return list(dict.fromkeys(name for name in names if name is not None and name in there))

    def _check_columns(self) -> None:
        layout, there = self._layout, set(self._table.columns)
        structural = {
            "wide": (), "long": (layout.id, layout.time, layout.parameter, layout.value),
            "panel": (layout.id, layout.history, layout.time),
        }[layout.layout]  # fmt: skip
        for name in structural:
            if name not in there:
                raise self._lacking(f"has no column {name!r}")
        if layout.layout == "long":
            return
        asked = [source.column for source in self._sources if source.column is not None]
        lacking = [column for column in asked if column not in there]
        if asked and len(lacking) == len(asked):
            raise self._lacking(f"has none of the recipe's columns ({', '.join(asked[:8])}, …)")
        self._tally.absent.update(lacking)

    def _lacking(self, what: str) -> InputError:
        shown = ", ".join(self._table.columns[:20])
        return InputError(f"{what}; its columns are: {shown}", Place(str(self._table.path)))

    def map(self, frame: pl.DataFrame) -> MappedFrame:
        """A frame whose units are whole and whose rows of one unit stand together."""
        match self._layout.layout:
            case "wide":
                return self._wide(frame)
            case "long":
                return self._long(frame)
        return self._panel(frame)

    def _ids(self, frame: pl.DataFrame) -> pl.Series:
        name = self._layout.id
        if name is None or name not in frame.columns:
            return (frame[ROW] + 1).alias("id")
        ids = frame[name].alias("id")
        if self._layout.layout != "wide" and ids.null_count():
            row = int(frame[ROW][int(ids.is_null().arg_max() or 0)]) + 1
            raise InputError("is empty; expected an id", self._cell(name, row))
        return ids.cast(pl.String) if ids.dtype in (pl.Categorical, pl.Enum) else ids

    def _cell(self, column: str, row: int) -> Place:
        return Place(str(self._table.path), f"column {column}, row {row}")

    def _by_column(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        """Each concept's column: sources of one concept fill each other's gaps, in order."""
        found: dict[str, pl.Series] = {}
        for place, source in enumerate(self._sources):
            if source.pooled:
                continue
            if source.column is None:
                values = self._constant(source)(frame.height)
            elif source.column in frame.columns:
                values = self._readers[place].read(frame[source.column], self._tally)
            else:
                continue
            name = source.name
            found[name] = found[name].zip_with(found[name].is_not_null(), values) \
                if name in found else values  # fmt: skip
        return found

    def _constant(self, source: ConceptSource) -> Callable[[int], pl.Series]:
        return constant_reader(source, self._recipe.concept(source.name))

    def _constants(self, rows: int) -> dict[str, pl.Series]:
        return {
            source.name: self._constant(source)(rows)
            for source in self._sources
            if source.column is None
        }

    def _wide(self, frame: pl.DataFrame) -> MappedFrame:
        units = np.arange(frame.height, dtype=np.int64)
        values = TableValues(units, np.zeros_like(units), self._by_column(frame), {})
        return MappedFrame(_int64(frame[ROW]), self._ids(frame), None, values)

    def _panel(self, frame: pl.DataFrame) -> MappedFrame:
        ids = self._ids(frame)
        units = _int64(frame[str(self._layout.history)].rle_id())
        time = str(self._layout.time)
        moments_read = seconds(frame[time], self._layout)
        if moments_read.null_count():
            row = int(frame[ROW][int(moments_read.is_null().arg_max() or 0)]) + 1
            raise InputError("is no time; expected one in every row", self._cell(time, row))
        moments = _int64(moments_read)
        in_order = bool(((np.diff(units) > 0) | (np.diff(moments) >= 0)).all())
        order = None if in_order else np.lexsort((moments, units))
        columns = self._by_column(frame)
        aligned = {
            source.name: columns.pop(source.name)
            for source in self._sources
            if source.column is None and source.name in columns
        }
        timed = {name: _timed(column, units, moments, order) for name, column in columns.items()}
        timed |= self._pooled(frame, units, moments)
        values = TableValues(units, moments, aligned, timed)
        return MappedFrame(_int64(frame[ROW]), ids, frame[time], values)

    def _pooled(self, frame: pl.DataFrame, units: Ints, moments: Ints) -> dict[str, TimedValues]:
        """Concepts of which one row holds several values, in as many columns."""
        columns: dict[str, list[pl.Series]] = {}
        for place, source in enumerate(self._sources):
            if source.pooled and source.column in frame.columns:
                read = self._readers[place].read(frame[str(source.column)], self._tally)
                columns.setdefault(source.name, []).append(read)
        timed = {}
        for name, parts in columns.items():
            all_units, all_moments = np.tile(units, len(parts)), np.tile(moments, len(parts))
            order = np.lexsort((all_moments, all_units))
            timed[name] = _timed(pl.concat(parts), all_units, all_moments, order)
        return timed

    def _long(self, frame: pl.DataFrame) -> MappedFrame:
        layout = self._layout
        ids = self._ids(frame)
        ordered = frame.select(
            ids.rle_id().cast(pl.Int64).alias("unit"),
            seconds(frame[str(layout.time)], layout).alias("time"),
            pl.col(str(layout.parameter)).cast(pl.String).str.strip_chars().alias("parameter"),
            pl.col(str(layout.value)).alias("value"),
        )
        starts = ids.rle_id().diff().fill_null(1) != 0
        rows, unit_ids = _int64(frame[ROW].filter(starts)), ids.filter(starts)
        units = np.arange(len(unit_ids), dtype=np.int64)
        times = pl.col("time")
        if self._recipe.anchor == "moment":
            times = times.fill_null(pl.max("time").over("unit")).fill_null(0)
        elif layout.time_unit == "datetime":
            times = (times - pl.min("time").over("unit")).fill_null(0)
        else:
            times = times.fill_null(0)
        ordered = ordered.with_columns(times).sort("unit", "time", maintain_order=True)
        moments = np.zeros(len(units), dtype=np.int64)
        if self._recipe.anchor == "moment":
            moments = _int64(ordered.group_by("unit", maintain_order=True).agg(
                pl.max("time"))["time"])  # fmt: skip
        timed = self._by_parameter(ordered)
        values = TableValues(units, moments, self._constants(len(units)), timed)
        return MappedFrame(rows, unit_ids, None, values)

    def _by_parameter(self, ordered: pl.DataFrame) -> dict[str, TimedValues]:
        """Each concept's values from the rows of its parameter or parameters."""
        parts = ordered.partition_by("parameter", as_dict=True, include_key=False)
        found: dict[str, list[pl.DataFrame]] = {}
        for place, source in enumerate(self._sources):
            part = parts.get((source.column,))
            if source.column is None or part is None:
                continue
            read = self._readers[place].read(part["value"], self._tally)
            known = part.select("unit", "time").with_columns(read.alias("value")).drop_nulls()
            found.setdefault(source.name, []).append(known)
        timed = {}
        for name, frames in found.items():
            known = frames[0]
            if len(frames) > 1:
                known = pl.concat(frames).sort("unit", "time", maintain_order=True)
            timed[name] = TimedValues(_int64(known["unit"]), _int64(known["time"]), known["value"])
        return timed


def _timed(column: pl.Series, units: Ints, moments: Ints, order: Ints | None) -> TimedValues:
    if order is not None:
        column, units, moments = column.gather(order), units[order], moments[order]
    known = column.is_not_null().to_numpy()
    return TimedValues(units[known], moments[known], column.drop_nulls())


def _int64(series: pl.Series) -> Ints:
    return cast(Ints, series.cast(pl.Int64).to_numpy())


def seconds(column: pl.Series, layout: TableLayout) -> pl.Series:
    """A time column as whole seconds (Int64); null where it holds no time."""
    if layout.time_unit == "datetime":
        if column.dtype == pl.String:
            column = column.str.strip_chars().str.to_datetime(strict=False, time_unit="us")
        elif column.dtype == pl.Date:
            column = column.cast(pl.Datetime("us"))
        return column.dt.epoch("s")
    number = column.cast(pl.Float64, strict=False) * _SECONDS[layout.time_unit]
    finite = number.to_frame("t").select(pl.when(pl.col("t").is_finite()).then(pl.col("t")))
    return finite.to_series().round(0).cast(pl.Int64)
