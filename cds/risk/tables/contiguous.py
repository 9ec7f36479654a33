"""Bring the rows of each unit together in memory-sized pieces, whatever the file's order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl

from cds.risk.features.window_folds import Ints
from cds.risk.tables.read import ROW, TableFile

MOST_BUCKETS = 256


class Spool:
    """Rows set aside on disk in numbered buckets, to be read back bucket by bucket."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is an empty temporary folder."""
        self._folder = folder
        self._parts: dict[int, list[Path]] = {}
        self._written = 0

    def add(self, frame: pl.DataFrame, bucket: Ints) -> None:
        """Set each row of ``frame`` aside in its bucket."""
        marked = frame.with_columns(pl.Series("__bucket__", bucket))
        for (number,), part in marked.partition_by(
            "__bucket__", as_dict=True, include_key=False
        ).items():
            path = self._folder / f"{self._written}.arrow"
            part.write_ipc(path)
            self._parts.setdefault(cast(int, number), []).append(path)
            self._written += 1

    def buckets(self) -> Iterator[pl.DataFrame]:
        """Each bucket's rows, in the buckets' order; a bucket read is a bucket deleted."""
        for number in sorted(self._parts):
            paths = self._parts[number]
            yield pl.concat([pl.read_ipc(path) for path in paths])
            for path in paths:
                path.unlink()


class _Runs:
    """Where the units of a file lie: one entry per run of rows with one id."""

    def __init__(self, table: TableFile, id_column: str, rows: int) -> None:
        hashes: list[Ints] = []
        lengths: list[Ints] = []
        previous: int | None = None
        for frame in table.batches(rows, [id_column]):
            marks = hashed(frame[id_column])
            starts = np.flatnonzero(np.diff(marks, prepend=marks[:1] ^ 1) != 0)
            length = np.diff(starts, append=len(marks))
            if previous is not None and marks[0] == previous:
                lengths[-1][-1] += length[0]
                starts, length = starts[1:], length[1:]
            previous = int(marks[-1])
            if len(starts):
                hashes.append(marks[starts])
                lengths.append(length)
        self.hashes = np.concatenate(hashes) if hashes else np.empty(0, dtype=np.int64)
        self.lengths = np.concatenate(lengths) if lengths else np.empty(0, dtype=np.int64)
        self.known, self.first = np.unique(self.hashes, return_index=True)

    @property
    def contiguous(self) -> bool:
        return len(self.known) == len(self.hashes)

    def ordinals(self, marks: Ints) -> Ints:
        """The unit's number by first appearance, for each row's hashed id."""
        rank = np.empty(len(self.first), dtype=np.int64)
        rank[np.argsort(self.first)] = np.arange(len(self.first))
        return rank[np.searchsorted(self.known, marks)]

    def buckets(self, rows: int) -> Ints:
        """The bucket of each unit number: whole units, about ``rows`` rows a bucket."""
        sizes = np.zeros(len(self.known), dtype=np.int64)
        np.add.at(sizes, self.ordinals(self.hashes), self.lengths)
        total = int(sizes.sum())
        wide = max(rows, -(-total // MOST_BUCKETS))
        return cast(Ints, (np.cumsum(sizes) - sizes) // wide)


def hashed(ids: pl.Series) -> Ints:
    """A number for each id, the same for equal ids throughout this process."""
    text = ids.cast(pl.String) if ids.dtype in (pl.Categorical, pl.Enum) else ids
    return cast(Ints, text.hash(seed=11).to_numpy().view(np.int64))


def unit_frames(
    table: TableFile, id_column: str, rows: int, columns: Sequence[str]
) -> tuple[bool, Iterator[pl.DataFrame]]:
    """Frames of whole units in order of first appearance, about ``rows`` rows each.

    The first value says whether the file has each unit's rows together; where
    it has not, they are brought together on disk first. Memory: a frame, and
    24 bytes a unit.
    """
    runs = _Runs(table, id_column, max(rows, 100_000))
    if runs.contiguous:
        return True, _cut(table.batches(rows, columns), id_column)
    return False, _gathered(table, runs, id_column, rows, columns)


def _cut(frames: Iterator[pl.DataFrame], id_column: str) -> Iterator[pl.DataFrame]:
    """Cut at the last change of id; the rest waits for the next frame."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        if waiting and waiting[-1][id_column][-1] != frame[id_column][0]:
            yield pl.concat(waiting)
            waiting = []
        runs = frame[id_column].rle_id()
        cut = int(runs.search_sorted(runs[-1], side="left"))
        if cut:
            yield pl.concat([*waiting, frame[:cut]])
            waiting = []
        waiting.append(frame[cut:])
    if waiting:
        yield pl.concat(waiting)


def _gathered(
    table: TableFile, runs: _Runs, id_column: str, rows: int, columns: Sequence[str]
) -> Iterator[pl.DataFrame]:
    with tempfile.TemporaryDirectory(prefix="cds-units-") as folder:
        spool = Spool(Path(folder))
        bucket_of = runs.buckets(rows)
        for frame in table.batches(rows, columns):
            ordinals = runs.ordinals(hashed(frame[id_column]))
            marked = frame.with_columns(pl.Series("__unit__", ordinals))
            spool.add(marked, bucket_of[ordinals])
        for part in spool.buckets():
            # the id too: should two ids share a hash, they still stand apart
            yield part.sort("__unit__", id_column, ROW).drop("__unit__")
