"""``cds predict TABLE``: a risk for every row of a table, streamed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cds.cli import context
from cds.cli.installed_models import choose, folders
from cds.errors import InputError, Place

if TYPE_CHECKING:
    import polars as pl

    from cds.cli.progress import Advance
    from cds.risk.tables.cells import Tally

LOOK = 3
ENDINGS = (".csv", ".parquet", ".ndjson", ".jsonl")


def predict_table(
    sources: Sequence[str],
    names: Sequence[str],
    output: str | None,
    *,
    contributions: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Score one table with one model; the result goes to ``output`` or to stdout.

    On stdout it is CSV or, with ``as_json``, one JSON object a row.

    Exit code 3 where the model spoke about none of the rows.
    """
    if len(sources) != 1:
        raise InputError("a table is scored alone; expected one table", Place(sources[0]))
    if len(names) != 1:
        raise InputError(
            "a table needs exactly one --model, the one whose layout it is in "
            "(see 'cds models list')",
            Place(sources[0]),
        )
    if output is not None and output != "-" and not output.lower().endswith(ENDINGS):
        raise InputError(f"expected a file ending in {', '.join(ENDINGS)}", Place(output))
    path = Path(sources[0])
    if not path.is_file():
        raise InputError("no such file", Place(sources[0]))
    from cds.cli.progress import counting
    from cds.risk.recipe import parse_recipe
    from cds.risk.score_table import TableScorer, doubts
    from cds.risk.store import verified_recipe

    places = context.places()
    predictors, refused = choose(places, names)
    if refused:
        return LOOK
    folder = folders(places).get(names[0], Path(names[0]))
    recipe = parse_recipe(verified_recipe(folder))
    scorer = TableScorer(predictors[0], recipe, contributions, threads=os.cpu_count() or 1)
    reader = scorer.open(path)
    spoken = _Counted(scorer.frames(reader))
    with counting("rows", quiet=quiet) as advance:
        _write(spoken.frames(advance), path, output, as_json)
    _report(spoken, reader.tally, doubts(reader.tally), quiet)
    return 0 if spoken.ok else LOOK


class _Counted:
    """Frames on their way through, counted."""

    def __init__(self, source: Iterator[pl.DataFrame]) -> None:
        self._source = source
        self.rows = self.ok = 0

    def frames(self, advance: Advance) -> Iterator[pl.DataFrame]:
        for frame in self._source:
            self.rows += frame.height
            self.ok += int((frame["status"] == "ok").sum())
            advance(frame.height)
            yield frame


def _write(frames: Iterator[pl.DataFrame], path: Path, output: str | None, as_json: bool) -> None:
    from cds import files
    from cds.show.predict.frames import write_csv, write_ndjson, write_parquet

    first = next(frames, None)
    if first is None:
        raise InputError("holds no rows", Place(str(path)))
    if output is None or output == "-":
        write_rows = write_ndjson if as_json else write_csv
        write_rows(first, frames, sys.stdout.buffer)
        sys.stdout.flush()
        return
    name = output.lower()
    if name.endswith(".parquet"):
        with files.replacing_path(Path(output)) as temporary:
            write_parquet(first, frames, temporary)
        return
    write = write_csv if name.endswith(".csv") else write_ndjson
    with files.replacing(Path(output)) as stream:
        write(first, frames, stream)


def _report(spoken: _Counted, tally: Tally, doubts: Sequence[str], quiet: bool) -> None:
    if quiet:
        return
    for doubt in doubts:
        sys.stderr.write(f"cds: warning: {doubt}\n")
    if spoken.ok < spoken.rows:
        sys.stderr.write(
            f"cds: warning: no risk for {spoken.rows - spoken.ok:,} of {spoken.rows:,} rows; "
            "see the column 'status'\n"
        )
