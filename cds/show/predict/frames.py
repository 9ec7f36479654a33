"""Writes a result that comes in frames, without ever holding all of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import polars as pl


def write_csv(first: pl.DataFrame, rest: Iterator[pl.DataFrame], stream: IO[bytes]) -> None:
    """CSV with a header, missing values empty."""
    stream.write(first.write_csv().encode("utf-8"))
    for frame in rest:
        stream.write(frame.write_csv(include_header=False).encode("utf-8"))


def write_ndjson(first: pl.DataFrame, rest: Iterator[pl.DataFrame], stream: IO[bytes]) -> None:
    """One JSON object a row, missing values null."""
    for frame in chain([first], rest):
        stream.write(frame.write_ndjson().encode("utf-8"))


def write_parquet(first: pl.DataFrame, rest: Iterator[pl.DataFrame], path: Path) -> None:
    """Parquet, a row group for every few frames; polars writes while the next is computed."""
    from polars.io.plugins import register_io_source

    def frames(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        rows: int | None,
        _batch: int | None,
    ) -> Iterator[pl.DataFrame]:
        # The sink asks for all columns and rows; the three are part of polars' protocol.
        assert with_columns is None and predicate is None and rows is None
        yield from chain([first], rest)

    register_io_source(frames, schema=first.schema).sink_parquet(path, maintain_order=True)
