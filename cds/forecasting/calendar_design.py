"""The calendar as regressors: what month, week, weekday or hour does to demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cds.forecasting.frequency import CalendarPosition, calendar_positions
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import FloatArray
from cds.forecasting.special_days import special_columns, special_days

MONTH_HARMONICS = 6
WEEK_OF_YEAR_HARMONICS = 4
HOUR_HARMONICS = 6
WEEKEND_HOUR_HARMONICS = 2
YEAR_WORTH_FOLLOWING = 1.0
"""Years of history from which a yearly season is worth regressing on."""
COVARIATE_VARIANCE = 4.0
"""Prior variance of a covariate's effect, in units of the noise variance."""


@dataclass(frozen=True, slots=True)
class Design:
    """Regressors by period number: row ``i`` is period ``start + i``.

    ``seasonal`` (p,) is each column's share of the prior seasonal variance (they sum to 2);
    columns with 0 there (special days) have the prior variance ``COVARIATE_VARIANCE``.
    """

    start: int
    rows: FloatArray
    seasonal: FloatArray


def design_of(panel: Panel, day_harmonics: int) -> Design:
    """The calendar regressors that suit the panel's frequency and length, by period number.

    ``day_harmonics``: waves of the yearly season where periods are days or hours.
    """
    start = int((panel.ends - panel.length + 1).min())
    stop = int(panel.ends.max()) + panel.horizon + 1
    position = calendar_positions(np.arange(start, stop), panel.rhythm.name)
    years = panel.length / panel.rhythm.year
    columns: list[FloatArray] = []
    shares: list[float] = []
    for block, weight in _blocks(position, panel.rhythm.name, years, day_harmonics):
        columns.extend(block)
        shares.extend(weight)
    seasonal = np.array(shares)
    seasonal = 2 * seasonal / seasonal.sum() if len(shares) else seasonal
    special = special_columns(special_days(panel), start, stop)
    columns.extend(special)
    rows = np.array(columns).T if columns else np.zeros((stop - start, 0))
    return Design(start, rows, np.concatenate([seasonal, np.zeros(len(special))]))


def _blocks(
    position: CalendarPosition, frequency: str, years: float, day_harmonics: int
) -> list[tuple[list[FloatArray], list[float]]]:
    year = position.year_angle
    if frequency == "M":
        return [_harmonics(year, MONTH_HARMONICS, nyquist=True, decay=0.0)]
    blocks = []
    if years >= YEAR_WORTH_FOLLOWING and frequency == "W":
        blocks.append(_harmonics(year, WEEK_OF_YEAR_HARMONICS, decay=1.0))
    if years >= YEAR_WORTH_FOLLOWING and frequency in "DH":
        block, weight = _harmonics(year, day_harmonics, decay=1.0)
        blocks.append((block, [w / 4 for w in weight]))
    if frequency in "DH":
        blocks.append(_weekdays(position))
    if frequency == "H":
        hour = 2 * np.pi * position.hour / 24
        block, weight = _harmonics(hour, HOUR_HARMONICS, decay=1.0)
        blocks.append((block, [4 * w for w in weight]))
        weekend = (position.weekday >= 5).astype(np.float64)
        extra, extra_weight = _harmonics(hour, WEEKEND_HOUR_HARMONICS, decay=1.0)
        blocks.append(([weekend * column for column in extra], extra_weight))
    return blocks


def _harmonics(
    angle: FloatArray, count: int, *, nyquist: bool = False, decay: float
) -> tuple[list[FloatArray], list[float]]:
    """Cosines and sines of 1 … count times the angle, of unit variance.

    ``nyquist``: the last sine is left out (it vanishes on the grid). ``decay`` is the power of
    1/frequency by which the prior variance falls.
    """
    columns: list[FloatArray] = []
    shares: list[float] = []
    for k in range(1, count + 1):
        share = float(k) ** (-decay)
        columns.append(np.sqrt(2) * np.cos(k * (angle - angle_shift(nyquist))))
        shares.append(share)
        if not (nyquist and k == count):
            columns.append(np.sqrt(2) * np.sin(k * (angle - angle_shift(nyquist))))
            shares.append(share)
    return columns, shares


def angle_shift(nyquist: bool) -> float:
    """Half a month where the last cosine alternates month by month, so that it hits its peaks."""
    return float(np.pi / 12) if nyquist else 0.0


def _weekdays(position: CalendarPosition) -> tuple[list[FloatArray], list[float]]:
    """Six orthogonal contrasts of the seven weekdays, of unit variance."""
    angle = 2 * np.pi * position.weekday / 7
    return _harmonics(angle, 3, decay=0.0)
