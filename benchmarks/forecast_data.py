"""The public series the forecasts are measured on, as histories (``unique_id, ds, y``)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "operations"


def hospital() -> pl.DataFrame:
    """767 monthly patient counts."""
    return pl.read_csv(DATA / "hospital_monthly" / "hospital.csv", try_parse_dates=True)


def carparts() -> pl.DataFrame:
    """Monthly sales of slow-moving parts; the series without missing months."""
    table = pl.read_csv(DATA / "carparts_monthly" / "carparts.csv", try_parse_dates=True)
    longest = table.group_by("unique_id").len()["len"].max()
    return table.filter(pl.len().over("unique_id") == longest)


def auto_spares() -> pl.DataFrame:
    """3,000 intermittent series of car parts, monthly."""
    return _wide("auto_spares", "auto_wide.csv")


def raf_spares() -> pl.DataFrame:
    """5,000 intermittent series of aircraft parts, monthly."""
    return _wide("raf_spares", "raf_wide.csv")


def _wide(folder: str, name: str) -> pl.DataFrame:
    table = pl.read_csv(DATA / folder / name)
    long = table.unpivot(index="unique_id", variable_name="ds", value_name="y")
    return long.with_columns(pl.col("ds").str.to_date("%Y-%m"), pl.col("y").cast(pl.Float64)).sort(
        "unique_id", "ds"
    )


def pharma_weekly() -> pl.DataFrame:
    """Eight drug groups of one pharmacy, daily sales summed by whole weeks from Monday."""
    table = pl.read_csv(DATA / "pharma_sales_atc" / "salesdaily_long.csv", try_parse_dates=True)
    weeks = (
        table.with_columns(pl.col("ds").dt.truncate("1w"))
        .group_by("unique_id", "ds")
        .agg(pl.col("y").sum(), pl.len().alias("days"))
    )
    return weeks.filter(pl.col("days") == 7).drop("days").sort("unique_id", "ds")


def flu_weekly() -> pl.DataFrame:
    """Weekly influenza admissions by state and for the US (weeks end on Saturday)."""
    table = pl.read_csv(
        DATA / "nhsn_flu_admissions_weekly" / "target_hospital_admissions.csv",
        try_parse_dates=True,
        null_values=["NA"],
        schema_overrides={"location": pl.String, "value": pl.Float64},
    )
    named = table.select(unique_id="location", ds=pl.col("date").dt.truncate("1w"), y="value").sort(
        "unique_id", "ds"
    )
    return _regular(named, "1w")


def ed_daily() -> pl.DataFrame:
    """Daily arrivals at one emergency department (hours summed)."""
    table = pl.read_csv(
        DATA / "ed_arrivals_iowa_hourly" / "uihc_ed_arrivals.csv", try_parse_dates=True
    )
    days = table.group_by(pl.col("ds").cast(pl.Datetime).dt.date()).agg(pl.col("y").sum())
    return days.select(pl.lit("ed").alias("unique_id"), "ds", "y").sort("ds")


def _regular(table: pl.DataFrame, every: str) -> pl.DataFrame:
    """Missing periods between a series' first and last become rows without a value."""
    return (
        table.sort("unique_id", "ds")
        .upsample("ds", every=every, group_by="unique_id", maintain_order=True)
        .with_columns(pl.col("unique_id").forward_fill())
    )


def without_last(table: pl.DataFrame, periods: int) -> pl.DataFrame:
    """Each series without its last periods."""
    kept = pl.int_range(pl.len()).over("unique_id") < pl.len().over("unique_id") - periods
    return table.sort("unique_id", "ds").filter(kept)


def last_values(table: pl.DataFrame, periods: int) -> pl.DataFrame:
    """Each series' last periods."""
    kept = pl.int_range(pl.len()).over("unique_id") >= pl.len().over("unique_id") - periods
    return table.sort("unique_id", "ds").filter(kept)
