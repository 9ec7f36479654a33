"""One item as a picture: demand so far and to come, stock with and without the order, expiry.

Inline SVG without outside parts; every mark is also told in words beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.inventory.description import Pharmacy
from cds.inventory.planning.demand import DemandForecast
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.inventory.planning.stock_path import stock_path, stocks_of
from cds.show.inventory.order_words import OrderWords

Units = NDArray[np.float64]
Scale = Callable[[float], float]

WIDTH: Final = 340
HEIGHT: Final = 128
LEFT: Final = 40
RIGHT: Final = 6
TOP: Final = 12
BOTTOM: Final = 18
PAST: Final = 16
"""Review periods of history that a chart shows."""
_STEPS: Final = (1, 2, 2.5, 5, 10)
_LOTS: Final = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """The scales of a chart: day 0 is the as-of date."""

    first: int
    last: int
    top: float

    def x(self, day: float) -> float:
        """Where a day is."""
        share = (day - self.first) / max(self.last - self.first, 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, units: float) -> float:
        """Where a quantity is."""
        return HEIGHT - BOTTOM - units / self.top * (HEIGHT - TOP - BOTTOM)


def demand_chart(forecast: DemandForecast, item: str, words: OrderWords, title: str) -> str:
    """Demand by review period: what was issued, what stock-outs hid, and the forecast's fan."""
    days = forecast.periods.days
    past = forecast.history.filter(pl.col("unique_id") == item).tail(PAST)
    table = forecast.forecast.table.filter(pl.col("unique_id") == item)
    ahead = table.height
    demand = past["demand"].fill_null(0.0).to_numpy()
    issued = past["issued"].fill_null(past["demand"]).fill_null(0.0).to_numpy()
    low, high = table["q0.1"].to_numpy(), table["q0.9"].to_numpy()
    far_low, far_high = table["q0.025"].to_numpy(), table["q0.975"].to_numpy()
    top = max([1.0, *demand.tolist(), *far_high.tolist()])
    frame = Frame(-len(demand) * days, max(ahead, 1) * days, top * 1.05)
    parts = [_axes(frame, forecast.periods.as_of, words)]
    width = max(frame.x(days) - frame.x(0) - 1, 1)
    for at, (asked, given) in enumerate(zip(demand, issued, strict=True)):
        day = frame.first + at * days
        if asked > given + 1e-9:
            parts.append(_bar(frame, day, asked, width, "hidden"))
        parts.append(_bar(frame, day, max(given, 0.0), width, "issued"))
    middle = [(at + 0.5) * days for at in range(ahead)]
    parts.append(_band(frame, middle, far_low, far_high, "wide"))
    parts.append(_band(frame, middle, low, high, "near"))
    parts.append(_line(frame, middle, table["q0.5"].to_numpy(), "half"))
    return _svg(title, parts)


def stock_chart(
    pharmacy: Pharmacy, plan: OrderPlan, line: OrderLine, words: OrderWords, title: str
) -> str:
    """Usable stock day by day: 10 to 90 % of scenarios without and with the order; lots that
    expire; the day on which the order comes."""
    future = plan.futures[line.item]
    days = future.demand.shape[1] * pharmacy.settings.review_days
    without = stock_path(future, stocks_of(pharmacy, future, line.lots), days)
    low, half, high = np.quantile(without.stock, (0.1, 0.5, 0.9), axis=0)
    bands = [("without", low, half, high)]
    if line.quantity > 0:
        given = stock_path(future, stocks_of(pharmacy, future, line.lots, line.quantity), days)
        low, half, high = np.quantile(given.stock, (0.1, 0.5, 0.9), axis=0)
        bands.insert(0, ("with", low, half, high))
    item = pharmacy.items[line.item]
    top = max([1.0, line.usable, *(float(band[3].max()) for band in bands)])
    if item.maximum is not None and item.maximum < 2 * top:
        top = max(top, item.maximum)
    frame = Frame(0, days, top * 1.08)
    parts = [_axes(frame, plan.as_of, words)]
    at = [day + 1.0 for day in range(days)]
    for name, low, half, high in bands:
        start = [line.usable]
        parts.append(_band(frame, [0.0, *at], np.append(start, low), np.append(start, high), name))
        parts.append(_line(frame, [0.0, *at], np.append(start, half), name))
    for limit, name in ((item.minimum, "limit"), (item.maximum, "limit")):
        if limit is not None and limit <= frame.top:
            parts.append(_level(frame, limit, name))
    parts += _expiring(frame, line, plan.as_of)
    if line.quantity > 0:
        arrival = (line.arrival[1] - plan.as_of).days
        parts.append(_moment(frame, arrival, "arrival"))
    parts.append(_moment(frame, (line.next_arrival - plan.as_of).days, "next"))
    return _svg(title, parts)


def _expiring(frame: Frame, line: OrderLine, as_of: date) -> list[str]:
    """A mark for each lot that expires within the chart, with its units to hover over."""
    found: dict[int, float] = {}
    names: dict[int, list[str]] = {}
    for lot in line.lots:
        day = (lot.expiry - as_of).days + 1
        if day <= frame.last:
            found[day] = found.get(day, 0.0) + lot.quantity
            names.setdefault(day, []).append(lot.lot)
    parts = []
    for day, units in found.items():
        x, y = frame.x(day), HEIGHT - BOTTOM
        tip = escape(f"{', '.join(names[day][:_LOTS])}: {units:g}, {as_of + timedelta(day - 1)}")
        parts.append(f'<path class="expiry" d="M{x:.1f} {y}l-3.5 7h7z"><title>{tip}</title></path>')
    return parts


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        + "".join(parts)
        + "</svg>"
    )


def _axes(frame: Frame, as_of: date, words: OrderWords) -> str:
    parts = []
    for units in _ticks(frame.top):
        y = frame.y(units)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="y" x="{LEFT - 4}" y="{y + 3:.1f}">{_short(units)}</text>')
    months = []
    day = date(as_of.year, as_of.month, 1)
    while (day - as_of).days <= frame.last:
        if (day - as_of).days >= frame.first:
            months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    earliest = as_of + timedelta(days=frame.first)
    if not months or (months[0] - earliest).days > 20:
        months.insert(0, earliest)
    for month in months:
        x = frame.x((month - as_of).days)
        if x > WIDTH - 36:
            continue
        label = escape(words.day(month))
        parts.append(f'<text class="x" x="{x:.1f}" y="{HEIGHT - 4}">{label}</text>')
        parts.append(f'<path class="tick" d="M{x:.1f} {HEIGHT - BOTTOM}v4"/>')
    if frame.first < 0:
        parts.append(_moment(frame, 0, "today"))
    parts.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    return "".join(parts)


def _ticks(top: float) -> list[float]:
    """Two or three round numbers up to ``top``."""
    raw = top / 3
    magnitude = 10 ** np.floor(np.log10(raw))
    step = next(float(s * magnitude) for s in _STEPS if s * magnitude >= raw)
    return [units for units in (0.0, step, 2 * step, 3 * step) if units <= top]


def _short(units: float) -> str:
    if units >= 10_000:
        return f"{units / 1000:g}k"
    return f"{units:g}"


def _bar(frame: Frame, day: float, units: float, width: float, name: str) -> str:
    y = frame.y(units)
    height = HEIGHT - BOTTOM - y
    return (
        f'<rect class="{name}" x="{frame.x(day):.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{max(height, 0):.1f}"/>'
    )


def _points(frame: Frame, days: Sequence[float], units: Units) -> list[str]:
    return [
        f"{frame.x(day):.1f} {frame.y(float(each)):.1f}"
        for day, each in zip(days, units, strict=True)
    ]


def _band(frame: Frame, days: Sequence[float], low: Units, high: Units, name: str) -> str:
    if not len(days):
        return ""
    there = _points(frame, days, high)
    back = _points(frame, days, low)[::-1]
    return f'<path class="band {name}" d="M{"L".join(there)}L{"L".join(back)}z"/>'


def _line(frame: Frame, days: Sequence[float], units: Units, name: str) -> str:
    if not len(days):
        return ""
    return f'<path class="line {name}" d="M{"L".join(_points(frame, days, units))}"/>'


def _level(frame: Frame, units: float, name: str) -> str:
    return f'<path class="{name}" d="M{LEFT} {frame.y(units):.1f}H{WIDTH - RIGHT}"/>'


def _moment(frame: Frame, day: float, name: str) -> str:
    if not frame.first <= day <= frame.last:
        return ""
    return f'<path class="{name}" d="M{frame.x(day):.1f} {TOP - 6}V{HEIGHT - BOTTOM}"/>'
