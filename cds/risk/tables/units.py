"""Iterate over a table of any size: features and verdicts of its units, batch by batch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.risk.eligibility import eligibility_features
from cds.risk.features.declaration import FeatureDeclaration, concepts_used, inputs
from cds.risk.features.table_engine import compute_table, matrix
from cds.risk.features.window_folds import Floats, Ints
from cds.risk.recipe.model import Recipe
from cds.risk.tables.cells import Tally
from cds.risk.tables.contiguous import MOST_BUCKETS, Spool, unit_frames
from cds.risk.tables.layout import FrameMapper
from cds.risk.tables.read import ROW, TableFile, open_table
from cds.risk.tables.status import judge_columns

BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class UnitBatch:
    """Some units (wide, long) or moments (panel) of a table, in the input's order.

    ``rows`` are 0-based input rows (long: of the unit's first row); ``ids``
    and ``times`` (panel only) are as in the input; ``inputs`` has shape
    (units, inputs) in the model's order, NaN missing; ``status`` is a position
    in ``status.STATUSES``; ``required_missing`` counts the required names that
    are unknown, ``minimum_found`` the known ones of the minimum. ``tally``
    counts what was left out since the file's start. ``extra`` holds the extra
    features and columns that were asked for.
    """

    rows: Ints
    ids: pl.Series
    times: pl.Series | None
    inputs: Floats
    status: NDArray[np.uint8]
    required_missing: Ints
    minimum_found: Ints
    tally: Tally
    extra: pl.DataFrame

    def __len__(self) -> int:
        """The number of units."""
        return len(self.rows)


class UnitReader:
    """Computes the recipe's features for the units of one table.

    ``extra_features`` are computed besides and land, with the table's
    ``extra_columns`` (long tables: the unit's first row), in ``extra``.
    """

    def __init__(
        self,
        path: Path,
        recipe: Recipe,
        *,
        extra_features: Sequence[FeatureDeclaration] = (),
        extra_columns: Sequence[str] = (),
        order: str = "C",
    ) -> None:
        """Opens the table. Raises InputError where it does not fit the recipe."""
        self.recipe, self.tally, self._order = recipe, Tally(), order
        self._conditions = eligibility_features(recipe.eligibility, recipe.features)
        self._features = (*recipe.features, *self._conditions, *extra_features)
        self._extra_features = [feature.name for feature in extra_features]
        self._inputs = inputs(recipe.features)
        layout = recipe.table
        self.table: TableFile = open_table(path, layout.header, layout.columns)
        self._mapper = FrameMapper(recipe, concepts_used(self._features), self.table, self.tally)
        self._extra_columns = [name for name in extra_columns if name in self.table.columns]

    def batches(self, batch_rows: int = BATCH_ROWS, keep_order: bool = True) -> Iterator[UnitBatch]:
        """Batches of about ``batch_rows`` input rows.

        Output follows the input's order also where the rows of a unit are
        scattered; ``keep_order=False`` spares a panel the work for that.
        """
        columns = list(dict.fromkeys([*self._mapper.columns, *self._extra_columns]))
        layout = self.recipe.table
        if layout.layout == "wide" or layout.history is None:
            # a table without any named column still has rows
            yield from map(self._batch, self.table.batches(batch_rows, columns or None))
            return
        together, frames = unit_frames(self.table, layout.history, batch_rows, columns)
        batches = map(self._batch, frames)
        if together or layout.layout == "long" or not keep_order:
            yield from batches
        else:
            yield from self._reordered(batches, batch_rows)

    def _batch(self, frame: pl.DataFrame) -> UnitBatch:
        mapped = self._mapper.map(frame)
        count = len(mapped.rows)
        computed = compute_table(self._features, self.recipe.anchor, mapped.values)
        status, missing, found = judge_columns(self.recipe.eligibility, computed, count)
        if self.recipe.table.layout == "long":
            frame = frame.filter(pl.Series(np.isin(frame[ROW].to_numpy(), mapped.rows)))
        extra = [frame[name] for name in self._extra_columns]
        extra += [pl.Series(name, computed[name]) for name in self._extra_features]
        return UnitBatch(
            rows=mapped.rows,
            ids=mapped.ids,
            times=mapped.times,
            inputs=matrix(self._inputs, computed, count, self._order),
            status=status,
            required_missing=missing,
            minimum_found=found,
            tally=self.tally,
            extra=pl.DataFrame(extra),
        )

    def _reordered(self, batches: Iterator[UnitBatch], batch_rows: int) -> Iterator[UnitBatch]:
        """A panel's rows back in the input's order, by way of the disk."""
        with tempfile.TemporaryDirectory(prefix="cds-rows-") as folder:
            spool = Spool(Path(folder))
            wide = max(batch_rows, -(-self._height() // MOST_BUCKETS))
            for batch in batches:
                spool.add(_as_frame(batch), batch.rows // wide)
            for part in spool.buckets():
                yield self._as_batch(part.sort("rows"))

    def _height(self) -> int:
        return int(self.table.scan.select(pl.len()).collect().item())

    def _as_batch(self, frame: pl.DataFrame) -> UnitBatch:
        values = frame.select(pl.col("inputs").arr.explode()).to_numpy()
        return UnitBatch(
            rows=frame["rows"].to_numpy(),
            ids=frame["ids"].alias("id"),
            times=frame["times"].alias(str(self.recipe.table.time)),
            inputs=np.asarray(values.reshape(frame.height, len(self._inputs)), order=self._order),  # type: ignore[call-overload]
            status=frame["status"].to_numpy(),
            required_missing=frame["required_missing"].to_numpy(),
            minimum_found=frame["minimum_found"].to_numpy(),
            tally=self.tally,
            extra=frame.select(pl.col("^extra:.*$").name.map(lambda name: name[6:])),
        )


def _as_frame(batch: UnitBatch) -> pl.DataFrame:
    width = batch.inputs.shape[1]
    return pl.DataFrame(
        {
            "rows": batch.rows,
            "ids": batch.ids,
            "times": batch.times,
            "inputs": pl.Series(np.ascontiguousarray(batch.inputs)).reshape((-1, width)),
            "status": batch.status,
            "required_missing": batch.required_missing,
            "minimum_found": batch.minimum_found,
            **{f"extra:{column.name}": column for column in batch.extra},
        }
    )


def iter_units(
    path: Path, recipe: Recipe, batch_rows: int = BATCH_ROWS, order: str = "C"
) -> Iterator[UnitBatch]:
    """The units of the table in ``path``, in the input's order, in bounded memory.

    ``order`` is numpy's memory order of ``inputs``. Label columns need not be
    there. Raises InputError where the table cannot be read or does not fit.
    """
    yield from UnitReader(path, recipe, order=order).batches(batch_rows)
