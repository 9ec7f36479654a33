"""What will be asked for: history by review period, corrected for stock-outs, and its forecast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from cds.errors import InputError
from cds.inventory.description import Pharmacy
from cds.inventory.planning.periods import ReviewPeriods

if TYPE_CHECKING:
    import polars as pl

    from cds.forecasting.result import Forecast

Effort = Literal["auto", "full", "light"]
Progress = Callable[[str, float], None]

FULL_ITEMS: Final = 600
"""Items that are forecast with every model under ``auto``: those whose use costs most. The rest
takes the cheap statistical models, so that a night of 5,000 items ends in minutes."""

HORIZON: Final = 12
"""Review periods looked ahead, where lead times are not longer."""

LONGEST_SILENCE: Final = 364
"""Days after the newest issue beyond which nothing is forecast from what came before."""


@dataclass(frozen=True)
class DemandForecast:
    """Demand by review period, past and future.

    ``history``: unique_id, ds (first day of the period), demand, issued (null where nothing was
    corrected: both are then the same), out_of_stock (share of the period; null: not known).
    ``corrections``: one row an item with a stock-out (see ``uncensor``).
    """

    forecast: Forecast
    history: pl.DataFrame
    corrections: pl.DataFrame
    periods: ReviewPeriods
    full: int  # items forecast with every model
    light: int


def horizon_for(pharmacy: Pharmacy) -> int:
    """Review periods to look ahead: the longest usual lead time and as much again fit in twice."""
    days = pharmacy.lead_times["days"].quantile(0.95, "higher") or 0
    stated = [one.lead_time_days or 0 for one in pharmacy.suppliers.values()]
    longest = max(int(days), *stated, 0)
    return max(HORIZON, -(-2 * longest // pharmacy.settings.review_days) + 4)


def forecast_demand(
    pharmacy: Pharmacy,
    *,
    horizon: int = HORIZON,
    effort: Effort = "auto",
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> DemandForecast | None:
    """The demand of every item that was ever issued; None where none was for a whole period.

    Where the feed is late the history ends with its last whole period, and the periods of which
    nothing is known yet are forecast too and left out of the result. The result depends on the
    pharmacy, ``horizon``, ``effort`` and ``seed`` alone. InputError where the newest issue is
    more than ``LONGEST_SILENCE`` days old.
    """
    import polars as pl

    from cds.forecasting.intake.uncensor import uncensor
    from cds.inventory.history import demand_history

    periods = ReviewPeriods(pharmacy.as_of, pharmacy.settings.review_days)
    silent = silent_periods(pharmacy)
    until = periods.monday - timedelta(weeks=silent)
    history = demand_history(periods.as_weeks(pharmacy), "W", until=until)
    if history.is_empty():
        return None
    demand, corrections = uncensor(history, "W")
    series = demand.select("unique_id", "ds", "y")
    chosen = _for_full_effort(pharmacy, series, effort)
    found = []
    for kind, part in (
        ("full", series.filter(pl.col("unique_id").is_in(chosen))),
        ("light", series.filter(~pl.col("unique_id").is_in(chosen))),
    ):
        if not part.is_empty():
            ahead = _forecast(part, kind, silent + horizon, seed, workers, progress)
            found.append(_without_first(ahead, silent))
    merged = _merged(found, periods)
    shown = demand if "issued" in demand.columns else demand.with_columns(issued=pl.col("y"))
    past = shown.select("unique_id", "ds", demand="y", issued="issued", out_of_stock="out_of_stock")
    return DemandForecast(
        merged,
        periods.of_weeks(past),
        corrections,
        periods,
        len(chosen),
        series["unique_id"].n_unique() - len(chosen),
    )


def silent_periods(pharmacy: Pharmacy) -> int:
    """Past review periods that a late feed does not tell of, or not to their end."""
    from cds.inventory.history import known_until

    days = (pharmacy.as_of - known_until(pharmacy)).days
    if days > LONGEST_SILENCE:
        raise InputError(
            f"the newest issue is {days + 1} days older than {pharmacy.as_of}; expected at most "
            f"{LONGEST_SILENCE + 1} to forecast from: is the date right, or the feed broken?"
        )
    return -(-days // pharmacy.settings.review_days)


def _without_first(forecast: Forecast, periods: int) -> Forecast:
    """The forecast without its first periods, which lie in the past."""
    import polars as pl

    if not periods:
        return forecast
    row = pl.int_range(pl.len()).over("unique_id")
    return replace(
        forecast,
        table=forecast.table.filter(row >= periods),
        quantiles=forecast.quantiles[:, periods:],
        mean=forecast.mean[:, periods:],
    )


def _forecast(
    history: pl.DataFrame,
    effort: str,
    horizon: int,
    seed: int,
    workers: int,
    progress: Progress | None,
) -> Forecast:
    from cds.forecasting import forecast

    return forecast(
        history,
        frequency="W",
        horizon=horizon,
        effort="full" if effort == "full" else "light",
        seed=seed,
        workers=workers,
        progress=progress,
    )


def _for_full_effort(pharmacy: Pharmacy, history: pl.DataFrame, effort: Effort) -> list[str]:
    """The items whose use of the last year costs most; all or none where asked."""
    import polars as pl

    items = history["unique_id"].unique().sort().to_list()
    if effort == "full":
        return items
    if effort == "light":
        return []
    if len(items) <= FULL_ITEMS:
        return items
    recent = history.group_by("unique_id").agg(pl.col("y").tail(52).sum())
    used = dict(recent.iter_rows())
    worth = {item: (pharmacy.price(item) or 0.0) * used[item] for item in items}
    return sorted(sorted(items, key=lambda item: (-worth[item], item))[:FULL_ITEMS])


def _merged(parts: list[Forecast], periods: ReviewPeriods) -> Forecast:
    """The parts as one forecast in order of item, with real dates."""
    import numpy as np
    import polars as pl

    from cds.forecasting.result import Forecast

    ids = [identity for part in parts for identity in part.ids]
    order = sorted(range(len(ids)), key=lambda place: ids[place])
    table = pl.concat([part.table for part in parts]).sort("unique_id", "ds")
    series = pl.concat([part.series for part in parts]).sort("unique_id")
    return Forecast(
        table=periods.of_weeks(table),
        series=periods.of_weeks(series, "last_ds"),
        quantiles=np.concatenate([part.quantiles for part in parts])[order],
        mean=np.concatenate([part.mean for part in parts])[order],
        frequency=parts[0].frequency,
    )
