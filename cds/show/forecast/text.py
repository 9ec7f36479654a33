"""A forecast for a person at a terminal: the series that matter most, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cds.show.forecast.words import class_words, words
from cds.show.layout import Terminal, cells, clean, pad, wrap

SPARK = "▁▂▃▄▅▆▇█"
RECENT = 12
NEXT = 3
PERIODS = 31
NAMED = 5
WIDEST = 20


def forecast_text(
    document: dict[str, Any],
    table: pl.DataFrame,
    history: pl.DataFrame,
    *,
    language: str,
    terminal: Terminal,
    top: int,
) -> str:
    """One line a series, or one a period where there is only one series."""
    series = document["series"]
    facts = document["table"]
    head = words(
        "head",
        language,
        period=words(f"period_{document['frequency']}", language),
        horizon=document["horizon"],
        series=f"{facts['series']:,}",
        rows=f"{facts['rows']:,}",
        first=moment_text(facts["first"]),
        last=moment_text(facts["last"]),
    )
    lines = wrap(terminal.plain(head), terminal.columns) + [""]
    if len(series) == 1:
        lines += one_series(table, language, terminal)
    else:
        lines += _many(series, table, history, language, terminal, top)
    lines += _corrections(document["corrections"], language, terminal)
    return "".join(f"{line}\n" for line in lines)


def one_series(
    table: pl.DataFrame,
    language: str,
    terminal: Terminal,
    extra: Sequence[tuple[str, list[str]]] = (),
) -> list[str]:
    """Each period with its mean, median, 80 and 95 % interval, and ``extra`` columns."""
    shown = table.head(PERIODS)
    columns = [
        (words("when", language), [moment_text(value) for value in shown["ds"]]),
        (words("mean", language), [number(value) for value in shown["mean"]]),
        (words("median", language), [number(value) for value in shown["q0.5"]]),
        (words("interval80", language), _ranges(shown, "q0.1", "q0.9")),
        (words("interval95", language), _ranges(shown, "q0.025", "q0.975")),
        *((name, values[:PERIODS]) for name, values in extra),
    ]
    lines = grid(columns, terminal, left=1)
    if table.height > PERIODS:
        lines += ["", words("more_periods", language, count=table.height - PERIODS)]
    return lines


def _many(
    series: list[dict[str, Any]],
    table: pl.DataFrame,
    history: pl.DataFrame,
    language: str,
    terminal: Terminal,
    top: int,
) -> list[str]:
    volume = dict(table.group_by("unique_id").agg(pl.col("mean").sum()).iter_rows())
    ranked = sorted(series, key=lambda one: (-volume[one["unique_id"]], one["unique_id"]))[:top]
    past = {
        name: history.filter(pl.col("unique_id") == name)["y"].to_list()[-RECENT:]
        for name in (one["unique_id"] for one in ranked)
    }
    ahead = {
        one["unique_id"]: table.filter(pl.col("unique_id") == one["unique_id"]) for one in ranked
    }
    columns = [
        (words("series", language), [_short(one["unique_id"]) for one in ranked]),
        (words("class", language), [class_words(one["class"], language) for one in ranked]),
    ]
    if terminal.symbols:
        columns.append(
            (words("recent", language), [sparkline(past[o["unique_id"]]) for o in ranked])
        )
    columns.append(
        (words("last", language), [number(past[one["unique_id"]][-1]) for one in ranked])
    )
    same = len({frame["ds"][0] for frame in ahead.values()}) == 1
    for step in range(min(NEXT, int(next(iter(ahead.values())).height))):
        first = next(iter(ahead.values()))["ds"][step]
        name = moment_text(first) if same else f"+{step + 1}"
        columns.append((name, [_step(ahead[one["unique_id"]], step) for one in ranked]))
    left = 3 if terminal.symbols else 2
    while len(columns) > left + 2 and _width(columns) > terminal.columns:
        columns.pop()
    lines = grid(columns, terminal, left=left) + ["", words("in_brackets", language)]
    if len(series) > len(ranked):
        lines.append(words("more", language, count=f"{len(series) - len(ranked):,}"))
    return [terminal.plain(line) if not line.isascii() else line for line in lines]


def _corrections(entries: list[dict[str, Any]], language: str, terminal: Terminal) -> list[str]:
    if not entries:
        return []
    ranked = sorted(entries, key=lambda one: one["issued_mean"] - one["demand_mean"])
    lines = ["", words("corrected", language)]
    for one in ranked[:NAMED]:
        text = words(
            "correction",
            language,
            series=clean(one["unique_id"]),
            out=f"{100 * one['share_out']:.0f}%"
            if language == "zh"
            else f"{100 * one['share_out']:.0f} %",
            issued=number(one["issued_mean"]),
            demand=number(one["demand_mean"]),
        )
        first, *rest = wrap(terminal.plain(text), terminal.columns - 4)
        lines += ["  " + first, *("    " + line for line in rest)]
    if len(ranked) > NAMED:
        lines.append("  " + words("corrections_more", language, count=len(ranked) - NAMED))
    return lines


def grid(columns: Sequence[tuple[str, list[str]]], terminal: Terminal, *, left: int) -> list[str]:
    """Columns under their headings, the first ``left`` of them flush left."""
    widths = [max(map(cells, (name, *values))) for name, values in columns]
    rows = [[name for name, _ in columns]]
    rows += [list(row) for row in zip(*(values for _, values in columns), strict=True)]
    lines = []
    for row in rows:
        parts = [
            pad(cell, width, right=index >= left)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(terminal.plain("  ".join(parts).rstrip()))
    lines[0] = terminal.paint(lines[0], "bold")
    return lines


def sparkline(values: Sequence[float | None]) -> str:
    """Values as a row of blocks from 0 (or the least) to the most; a gap where missing."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(0.0, *known), max(known)
    spread = (high - low) or 1.0
    return "".join(
        " " if value is None else SPARK[round((value - low) / spread * (len(SPARK) - 1))]
        for value in values
    )


def number(value: float | None) -> str:
    """Three significant digits or whole; a dash where missing."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def moment_text(moment: object) -> str:
    """A date, or a time to the minute."""
    text = str(moment).replace("T", " ")
    return text[:16] if len(text) > 10 else text


def _ranges(table: pl.DataFrame, low: str, high: str) -> list[str]:
    return [_range(a, b) for a, b in table.select(low, high).iter_rows()]


def _range(low: float | None, high: float | None) -> str:
    negative = any(value is not None and value < 0 for value in (low, high))
    return f"{number(low)}{'..' if negative else '–'}{number(high)}"


def _step(frame: pl.DataFrame, step: int) -> str:
    mean, low, high = frame.select("mean", "q0.1", "q0.9").row(step)
    return f"{number(mean)} ({_range(low, high)})"


def _short(name: str) -> str:
    text = clean(name)
    if cells(text) <= WIDEST:
        return text
    while cells(text) > WIDEST - 2:
        text = text[:-1]
    text += ".."
    return text


def _width(columns: Sequence[tuple[str, list[str]]]) -> int:
    return sum(max(map(cells, (name, *values))) + 2 for name, values in columns) - 2
