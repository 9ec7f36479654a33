"""Arrivals and census ahead for a person at a terminal, with the staff they need."""

from __future__ import annotations

from typing import Any

import polars as pl

from cds.show.forecast.text import moment_text, number, one_series
from cds.show.forecast.words import words
from cds.show.layout import Terminal, clean, wrap


def flow_text(
    document: dict[str, Any], table: pl.DataFrame, language: str, terminal: Terminal, top: int
) -> str:
    """One block a series: its heading, then one line a period."""
    names = table.group_by("unique_id").agg(pl.col("mean").sum()).sort(
        "mean", "unique_id", descending=[True, False]
    )["unique_id"].to_list()  # fmt: skip
    lines = _wrapped(_head(document, language), terminal)
    for name in names[:top]:
        lines.append("")
        if len(names) > 1:
            lines.append(terminal.paint(clean(name), "bold"))
        ward = _ward(document, name)
        if ward is not None and ward["median_days"] is not None:
            lines += _wrapped(
                words(
                    "flow_stay",
                    language,
                    median=number(ward["median_days"]),
                    open=ward["present"],
                    stays=f"{ward['stays']:,}",
                ),
                terminal,
            )
        part = table.filter(pl.col("unique_id") == name)
        lines += one_series(part, language, terminal, _staff(document, name, language))
    lines.append("")
    if len(names) > top:
        lines.append(words("more", language, count=f"{len(names) - top:,}"))
    measure = document["table"].get("measure")
    if measure in ("peak", "mean", "midnight"):
        lines += _wrapped(words(f"flow_measure_{measure}", language), terminal)
    staffing = document["staffing"]
    if staffing is not None:
        rule = words(
            "flow_staff_rule",
            language,
            per=number(staffing["per"]),
            quantile=staffing["quantile"],
        )
        lines += _wrapped(rule, terminal)
    lines += _wrapped(words("flow_support", language), terminal)
    return "".join(f"{line}\n" for line in lines)


def _head(document: dict[str, Any], language: str) -> str:
    facts = document["table"]
    common = {
        "period": words(f"period_{document['frequency']}", language),
        "horizon": document["horizon"],
        "rows": f"{facts['rows']:,}",
    }
    if facts["kind"] == "stays":
        return words(
            "flow_census", language, now=sum(ward["present"] for ward in facts["wards"]), **common
        )
    key = "flow_arrivals" if facts["kind"] == "arrivals" else "flow_counted"
    return words(
        key,
        language,
        first=moment_text(facts["first"]),
        last=moment_text(facts["last"]),
        **common,
    )


def _ward(document: dict[str, Any], name: str) -> dict[str, Any] | None:
    wards = document["table"].get("wards", [])
    return next((ward for ward in wards if ward["unique_id"] == name), None)


def _staff(document: dict[str, Any], name: str, language: str) -> list[tuple[str, list[str]]]:
    staffing = document["staffing"]
    if staffing is None:
        return []
    values = [str(row["staff"]) for row in staffing["needed"] if row["unique_id"] == name]
    return [(words("flow_staff", language), values)]


def _wrapped(text: str, terminal: Terminal) -> list[str]:
    return wrap(terminal.plain(text), terminal.columns)
