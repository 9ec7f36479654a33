"""A pharmacy's demand as JSON and as a table: quantiles by item and review period."""

from __future__ import annotations

from typing import Any

import polars as pl

from cds.inventory.description import Pharmacy
from cds.inventory.planning.demand import DemandForecast
from cds.show.forecast.document import correction_entries, forecast_rows


def demand_table(forecast: DemandForecast) -> pl.DataFrame:
    """``unique_id, ds, mean, q0.025 … q0.99`` as ``cds forecast`` gives, then the item's
    ``class`` and what stock-outs hid: ``periods_out``, ``issued_mean``, ``demand_mean``."""
    kinds = forecast.forecast.series.select("unique_id", "class")
    hidden = forecast.corrections.select("unique_id", "periods_out", "issued_mean", "demand_mean")
    return (
        forecast.forecast.table.join(kinds, on="unique_id", how="left")
        .join(hidden, on="unique_id", how="left")
        .with_columns(pl.col("periods_out").fill_null(0))
        .sort("unique_id", "ds")
    )


def demand_content(pharmacy: Pharmacy, forecast: DemandForecast) -> dict[str, Any]:
    """What ``cds.demand/1`` holds beside what every document does."""
    found = forecast.forecast
    series = []
    for row in found.series.iter_rows(named=True):
        item = pharmacy.items[row["unique_id"]]
        series.append(
            {
                "unique_id": item.code,
                "name": item.name,
                "name_zh": item.name_zh,
                "unit": item.unit,
                "class": row["class"],
                "n_periods": row["n_periods"],
                "models": row["models"],
                "weights": [round(weight, 6) for weight in row["weights"]],
                "notes": row["notes"],
            }
        )
    forecast_ids = set(found.ids)
    return {
        "review_days": pharmacy.settings.review_days,
        "horizon": found.horizon,
        "forecast_items": {"full": forecast.full, "light": forecast.light},
        "not_forecast": [code for code in pharmacy.items if code not in forecast_ids],
        "corrections": correction_entries(forecast.corrections),
        "series": series,
        "forecast": forecast_rows(found.table),
    }
