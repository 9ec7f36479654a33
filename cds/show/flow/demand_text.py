"""A pharmacy's demand as text for a terminal, and as one page with a chart for each item."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import polars as pl

from cds.inventory.description import Pharmacy
from cds.inventory.planning.demand import DemandForecast
from cds.show.inventory.order_charts import demand_chart
from cds.show.inventory.order_html import MOST_CHARTS, STYLE
from cds.show.inventory.order_words import OrderWords
from cds.show.inventory.page import Page
from cds.show.inventory.words import InventoryWords, number
from cds.show.layout import Terminal, clean

_LAST: Final = 4
"""Review periods whose mean is shown as what was asked for lately."""


def _rows(pharmacy: Pharmacy, forecast: DemandForecast) -> list[dict[str, Any]]:
    """One row an item, those of most money first: recent and expected demand a period."""
    past = forecast.history.group_by("unique_id").agg(
        last=pl.col("demand").sort_by("ds").tail(_LAST).mean()
    )
    ahead = forecast.forecast.table.group_by("unique_id").agg(
        mean=pl.col("mean").mean(),
        low=pl.col("q0.1").sort_by("ds").first(),
        high=pl.col("q0.9").sort_by("ds").first(),
    )
    kinds = forecast.forecast.series.select("unique_id", "class")
    hidden = forecast.corrections.select("unique_id", "periods_out", "issued_mean", "demand_mean")
    frame = kinds.join(past, on="unique_id", how="left").join(ahead, on="unique_id", how="left")
    rows = frame.join(hidden, on="unique_id", how="left").sort("unique_id").to_dicts()

    def worth(row: dict[str, Any]) -> float:
        return float(row["mean"] * (pharmacy.price(row["unique_id"]) or 0.0))

    return sorted(rows, key=lambda row: (-worth(row), row["unique_id"]))


def demand_text(
    pharmacy: Pharmacy,
    forecast: DemandForecast,
    *,
    language: str,
    terminal: Terminal,
    every: bool,
) -> str:
    """The items whose use costs most first, with what stock-outs hid."""
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    found = forecast.forecast
    page.sentence(
        say(
            "demand_head",
            items=len(found.ids),
            periods=found.horizon,
            days=pharmacy.settings.review_days,
            hidden=forecast.corrections.height,
        )
    )
    page.blank()
    rows = _rows(pharmacy, forecast)
    page.table(
        [
            page.column("item"),
            page.column("name", flexible=True),
            page.column("unit", flexible=True),
            page.column("demand_class"),
            page.column("demand_last", right=True),
            page.column("mean", right=True),
            page.column("low", right=True),
            page.column("high", right=True),
            page.column("hidden", right=True),
        ],
        [
            [
                row["unique_id"],
                page.name(row["unique_id"]),
                pharmacy.items[row["unique_id"]].unit,
                row["class"] if language == "en" else say(f"class_{row['class']}"),
                number(row["last"]),
                number(row["mean"]),
                number(row["low"]),
                number(row["high"]),
                _hidden(row),
            ]
            for row in rows
        ],
        every=every,
    )
    page.blank()
    page.sentence(say("demand_rule"), "dim")
    return page.text()


def _hidden(row: dict[str, Any]) -> str:
    """``+12 %`` of what was issued."""
    if not row["periods_out"]:
        return ""
    if not row["issued_mean"]:
        return "?"
    return f"+{100 * (row['demand_mean'] / row['issued_mean'] - 1):.1f} %"


def demand_page(
    pharmacy: Pharmacy, forecast: DemandForecast, *, language: str, version: str, made_at: str
) -> str:
    """A self-contained page: history, correction and forecast of each item."""
    common, words = InventoryWords(language), OrderWords(pharmacy, language)
    title = escape(clean(common.heading(pharmacy)))
    head = common.say(
        "demand_head",
        items=len(forecast.forecast.ids),
        periods=forecast.forecast.horizon,
        days=pharmacy.settings.review_days,
        hidden=forecast.corrections.height,
    )
    rows = _rows(pharmacy, forecast)
    items = "\n".join(_item(pharmacy, forecast, row, words, common) for row in rows[:MOST_CHARTS])
    more = len(rows) - MOST_CHARTS
    rest = f"<p class=quiet>{escape(common.say('key_more', count=more))}</p>" if more > 0 else ""
    notes = [*common.set_aside(pharmacy), common.say("support"), f"cds {version}, {made_at}"]
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes)
    key = "".join(
        f'<span class="key" style="background:{colour}"></span>{escape(common.say(name))}'
        for colour, name in (
            ("#8fa1b3", "key_issued"), ("#f0c36d", "key_hidden"), ("#aac5e0", "key_forecast"),
        )
    )  # fmt: skip
    tongue = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}.many {{ display: grid; gap: 0 4mm; "
        "grid-template-columns: 1fr 1fr; }\n</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{title}</h1><p>{escape(head)}</p>"
        f"<p class=quiet>{key}. {escape(common.say('demand_rule'))}</p></header>\n"
        f"<div class=many>{items}</div>\n{rest}<footer>{foot}</footer>\n</main>\n</body>\n</html>\n"
    )


def _item(
    pharmacy: Pharmacy,
    forecast: DemandForecast,
    row: dict[str, Any],
    words: OrderWords,
    common: InventoryWords,
) -> str:
    item = pharmacy.items[row["unique_id"]]
    name = f"{words.name(item.code)} ({item.code})"
    title = common.say("key_demand", unit=item.unit)
    said = common.say(f"class_{row['class']}")
    if row["periods_out"]:
        said += ". " + common.say(
            "explain_censored",
            periods=row["periods_out"],
            issued=number(row["issued_mean"]),
            demand=number(row["demand_mean"]),
        )
    chart = demand_chart(forecast, item.code, words, f"{name}: {title}")
    return (
        f"<article><h3>{escape(clean(name))}</h3><figure>{chart}"
        f"<figcaption>{escape(clean(title))}. {escape(clean(said))}</figcaption></figure></article>"
    )
