"""Risks of every row of a table, batch by batch, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.risk.ahead import one_ahead
from cds.risk.calibrator_fit import apply_to_array
from cds.risk.interval_apply import intervals_of
from cds.risk.predictor import Predictor
from cds.risk.recipe.model import Recipe
from cds.risk.tables.cells import Tally
from cds.risk.tables.status import STATUSES
from cds.risk.tables.units import UnitReader

Floats = NDArray[np.float64]

CONTRIBUTION = "contribution:"
BASE_VALUE = "base_value"
BATCH_ROWS = 50_000
PIECE_ROWS = 2_500


@dataclass(frozen=True, slots=True)
class TableScorer:
    """A model and its recipe, ready to score tables in the recipe's layout.

    ``contributions`` adds ``base_value`` and a column for each input: exact
    Shapley values in log-odds, whose sum with the base is the raw score.
    """

    predictor: Predictor
    recipe: Recipe
    contributions: bool = False
    threads: int = 1

    def open(self, path: Path) -> UnitReader:
        """The table, checked against the recipe. Raises InputError where it does not fit."""
        return UnitReader(path, self.recipe)

    def frames(self, reader: UnitReader, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Result frames: one row a unit, in the input's order.

        ``risk``, ``lo`` and ``hi`` are null where ``status`` is not ``ok``.
        """
        for batch in one_ahead(reader.batches(batch_rows)):
            risk, low, high = self._risks(batch.inputs)
            ok = pl.Series(batch.status == 0)
            columns = [batch.ids.alias("id")]
            if batch.times is not None:
                columns.append(batch.times.alias("time"))
            for name, values in (("risk", risk), ("lo", low), ("hi", high)):
                columns.append(_where(ok, values).alias(name))
            words = pl.Series("status", np.array(STATUSES, dtype=object)[batch.status].tolist())
            columns.append(words.cast(pl.String))
            if self.contributions:
                columns.extend(self._contribution_columns(batch.inputs, ok))
            yield pl.DataFrame(columns)

    def _risks(self, inputs: Floats) -> tuple[Floats, Floats, Floats]:
        document = self.predictor.document
        raw = self._raw_scores(inputs)
        log_odds = apply_to_array(document["calibrator"], raw) + document.get("prior_shift", 0.0)
        low, high = intervals_of(document["interval"], log_odds)
        return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -700.0, 700.0))), low, high

    def _raw_scores(self, inputs: Floats) -> Floats:
        """Small pieces, one thread each, so that no processor waits for the slowest share.

        The next batch is being read meanwhile: with equal shares the processor
        that does this as well would hold up the other.
        """
        scorer = self.predictor.scorer
        pieces = [inputs[at : at + PIECE_ROWS] for at in range(0, len(inputs), PIECE_ROWS)]
        if self.threads == 1 or len(pieces) < 2:
            return scorer.predict_array(inputs, self.threads)
        with ThreadPoolExecutor(max_workers=self.threads) as workers:
            return np.concatenate(list(workers.map(scorer.predict_array, pieces)))

    def _contribution_columns(self, inputs: Floats, ok: pl.Series) -> Iterator[pl.Series]:
        from cds.risk.scoring.contributions import contributions_of

        values = contributions_of(self.predictor.scorer, inputs)
        yield _where(ok, values[:, -1]).alias(BASE_VALUE)
        for place, name in enumerate(self.predictor.inputs):
            yield _where(ok, values[:, place]).alias(CONTRIBUTION + name)


def _where(ok: pl.Series, values: Floats) -> pl.Series:
    """``values``, null where the model does not speak."""
    column = pl.Series(np.ascontiguousarray(values))
    return column if ok.all() else column.zip_with(ok, pl.Series([None], dtype=pl.Float64))


def doubts(tally: Tally) -> list[str]:
    """What was left out of a table's values, in words, one line a kind."""
    lines = [
        f"{count:,} implausible values of {name} were not used"
        for name, count in sorted(tally.implausible.items())
    ]
    lines += [
        f"column {column}: {count:,} × {cell!r} was not understood and counts as missing"
        for (column, cell), count in sorted(tally.unknown.items())
    ]
    if tally.absent:
        lines.append(f"columns not in the table: {', '.join(sorted(tally.absent))}")
    return lines
