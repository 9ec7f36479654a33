"""Forecast accuracy beside named alternatives, on public series.

    python benchmarks/forecast_accuracy.py [SET …] [--earlier] [--effort light]

The window measured is the last of what is held; with ``--earlier`` that window is dropped and
the one before is measured: every choice in the program was made there.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import forecast_alternatives as others
import forecast_data as data
import numpy as np
import polars as pl
from forecast_scores import scores

from cds.forecasting import forecast

SETS = ("hospital", "carparts", "auto", "raf", "pharma", "flu", "ed")
SHOWN = ("MAE", "MASE", "RMSSE", "WQL", "pin95", "pin99", "WIS", "cov80", "cov95", "P<=q90",
         "P<=q97.5")  # fmt: skip
US_HOLIDAYS = ("New Year", "Memorial", "Independence", "Labor", "Thanksgiving", "Christmas")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    parser.add_argument("--earlier", action="store_true")
    parser.add_argument("--effort", default="full")
    parser.add_argument("--without-alternatives", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="flu: only every so many weeks")
    chosen = parser.parse_args()
    for name in chosen.sets or SETS:
        print(f"== {name}{' (earlier window)' if chosen.earlier else ''}", flush=True)
        MEASURES[name](chosen)


class Board:
    """Collects windows of several methods and prints one line a method."""

    def __init__(self, season):
        self.season, self.rows, self.cpu = season, {}, {}

    def add(self, method, history, truth, horizon, make):
        start = time.process_time()
        quantiles, mean = make(history, horizon)
        self.cpu[method] = self.cpu.get(method, 0.0) + time.process_time() - start
        actual = np.array(others.series_of(truth))
        self.rows.setdefault(method, []).append((actual, quantiles, mean, history))

    def show(self):
        print(f"{'method':26}" + "".join(f"{name:>9}" for name in SHOWN) + f"{'CPU s':>9}")
        for method, windows in self.rows.items():
            actual, quantiles, mean = (np.concatenate([w[j] for w in windows]) for j in range(3))
            series = [v for w in windows for v in others.series_of(w[3])]
            found = scores(actual, quantiles, mean, series, self.season)
            cells = "".join(f"{found[name]:9.4f}" for name in SHOWN)
            print(f"{method:26}{cells}{self.cpu[method]:9.1f}", flush=True)


def ours(frequency, effort, covariates=None):
    def make(history, horizon):
        future = None
        if covariates is not None:
            history, future = covariates(history, horizon)
        made = forecast(history, frequency=frequency, horizon=horizon, effort=effort, future=future)
        return made.quantiles, made.mean

    return make


def one_window(table, horizon, season, chosen, methods):
    table = data.without_last(table, horizon) if chosen.earlier else table
    history, truth = data.without_last(table, horizon), data.last_values(table, horizon)
    board = Board(season)
    board.add("cds", history, truth, horizon, ours("M", chosen.effort))
    if not chosen.without_alternatives:
        for name, make in methods.items():
            board.add(name, history, truth, horizon, make)
    board.show()


def normal(model):
    return lambda history, horizon: others.with_normal_intervals(model, history, horizon)


def counted(model):
    return lambda history, horizon: others.with_count_quantiles(model, history, horizon)


def hospital(chosen):
    from statsforecast.models import AutoETS, DynamicOptimizedTheta, SeasonalNaive

    models = (SeasonalNaive(12), AutoETS(12), DynamicOptimizedTheta(12))
    one_window(data.hospital(), 12, 12, chosen, {type(m).__name__: normal(m) for m in models})


def count_methods():
    from statsforecast.models import (
        ADIDA,
        IMAPA,
        TSB,
        CrostonSBA,
        SimpleExponentialSmoothing,
        WindowAverage,
    )

    models = {
        "IMAPA": IMAPA(), "ADIDA": ADIDA(), "TSB": TSB(0.2, 0.2), "CrostonSBA": CrostonSBA(),
        "SES": SimpleExponentialSmoothing(0.1), "WindowAverage": WindowAverage(6),
    }  # fmt: skip
    return {name: counted(m) for name, m in models.items()} | {
        "EmpiricalQuantile": others.empirical_quantile
    }


def carparts(chosen):
    one_window(data.carparts(), 12, 12, chosen, count_methods())


def auto(chosen):
    one_window(data.auto_spares(), 6, 1, chosen, count_methods())


def raf(chosen):
    one_window(data.raf_spares(), 12, 12, chosen, count_methods())


def pharma(chosen):
    from statsforecast.models import AutoETS, SeasonalNaive

    origins, horizon = 8, 4
    table = data.pharma_weekly()
    table = data.without_last(table, origins * horizon) if chosen.earlier else table
    board = Board(52)
    for origin in range(origins, 0, -1):
        seen = data.without_last(table, (origin - 1) * horizon)
        history, truth = data.without_last(seen, horizon), data.last_values(seen, horizon)
        board.add("cds", history, truth, horizon, ours("W", chosen.effort))
        if not chosen.without_alternatives:
            board.add("SeasonalNaive(52)", history, truth, horizon, normal(SeasonalNaive(52)))
            board.add("AutoETS(52)", history, truth, horizon, normal(AutoETS(52)))
    board.show()


def flu(chosen):
    table = data.flu_weekly()
    first, last = date(2024, 7, 29), date(2025, 7, 28)
    if chosen.earlier:
        first, last = date(2023, 8, 28), date(2024, 4, 22)
    horizon = 4
    weeks = table.filter(pl.col("ds").is_between(first, last))["ds"].unique().sort()
    board = Board(52)
    for week in weeks[:: chosen.every]:
        history = table.filter(pl.col("ds") < week)
        ends = history.group_by("unique_id").agg(pl.col("ds").max() == history["ds"].max())
        history = history.filter(
            pl.col("unique_id").is_in(ends.filter("ds")["unique_id"].implode())
        )
        ahead = pl.DataFrame({"ds": pl.date_range(week, week, eager=True)}).select(
            pl.date_ranges("ds", pl.col("ds").dt.offset_by(f"{horizon - 1}w"), "1w")
        )
        grid = history.select("unique_id").unique().join(ahead.explode("ds"), how="cross")
        truth = grid.join(table, on=["unique_id", "ds"], how="left").with_columns(
            pl.col("y").fill_null(float("nan"))
        )
        if truth["y"].is_nan().all():
            continue
        board.add("cds", history, truth, horizon, ours("W", chosen.effort))
        if not chosen.without_alternatives:
            board.add("flat baseline", history, truth, horizon, others.flat_baseline)
    board.show()


def ed(chosen):
    from statsforecast.models import AutoETS, SeasonalNaive

    origins, horizon = 26, 14
    table = data.ed_daily()
    table = data.without_last(table, origins * horizon) if chosen.earlier else table
    board = Board(7)
    for origin in range(origins, 0, -1):
        seen = data.without_last(table, (origin - 1) * horizon)
        history, truth = data.without_last(seen, horizon), data.last_values(seen, horizon)
        board.add("cds", history, truth, horizon, ours("D", chosen.effort, us_holidays))
        if not chosen.without_alternatives:
            board.add("SeasonalNaive(7)", history, truth, horizon, normal(SeasonalNaive(7)))
            board.add("AutoETS(7)", history, truth, horizon, normal(AutoETS(7)))
    board.show()


def us_holidays(history, horizon):
    """Public holidays of the US as covariates, known in advance."""
    import holidays

    last = history["ds"].max()
    ahead = pl.date_range(last, pl.lit(last).dt.offset_by(f"{horizon}d"), eager=True)[1:]
    future = history.select("unique_id").unique().join(pl.DataFrame({"ds": ahead}), how="cross")
    years = range(history["ds"].min().year, last.year + 2)
    days = holidays.country_holidays("US", years=years)

    def marked(table):
        return table.with_columns(
            *[
                pl.col("ds")
                .map_elements(lambda d, w=word: w in (days.get(d) or ""), return_dtype=pl.Boolean)
                .cast(pl.Float64)
                .alias(f"holiday {word}")
                for word in US_HOLIDAYS
            ]
        )

    return marked(history), marked(future)


MEASURES = {name: globals()[name] for name in SETS}

if __name__ == "__main__":
    main()
