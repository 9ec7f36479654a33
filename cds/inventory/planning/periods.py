"""Review periods: time cut at the day the pharmacy is looked at; period 0 begins with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cds.inventory.description import Pharmacy

if TYPE_CHECKING:
    import polars as pl

_WEEK = 7


@dataclass(frozen=True, slots=True)
class ReviewPeriods:
    """Periods of ``days`` days; period 0 begins on ``as_of``, the past has negative numbers."""

    as_of: date
    days: int

    def start(self, period: int) -> date:
        """The first day of a period."""
        return self.as_of + timedelta(days=period * self.days)

    @property
    def monday(self) -> date:
        """The Monday that stands for ``as_of`` in ``as_weeks``."""
        return self.as_of - timedelta(days=self.as_of.weekday())

    def as_weeks(self, pharmacy: Pharmacy) -> Pharmacy:
        """The pharmacy with its movements moved so that each review period is a calendar week.

        Weeks from Monday are what histories and forecasts are made of; a plan of Thursday must
        not lose the days since Monday. Of a period that is not a week the days are spread over
        one. Lots, orders and lead times keep their dates.
        """
        if self.days == _WEEK and self.as_of == self.monday:
            return pharmacy
        return replace(
            pharmacy,
            as_of=self.monday,
            issues=self._moved(pharmacy.issues, "date"),
            receipts=self._moved(pharmacy.receipts, "date"),
            adjustments=self._moved(pharmacy.adjustments, "date"),
            stock_outs=self._moved(pharmacy.stock_outs, "first", "last"),
        )

    def of_weeks(self, frame: pl.DataFrame, column: str = "ds") -> pl.DataFrame:
        """The reverse for first days of periods: each Monday becomes the real first day."""
        import polars as pl

        weeks = (pl.col(column) - pl.lit(self.monday)).dt.total_days() // _WEEK
        real = pl.lit(self.as_of) + pl.duration(days=weeks * self.days)
        return frame.with_columns(real.cast(pl.Date).alias(column))

    def _moved(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        import polars as pl

        def moved(name: str) -> pl.Expr:
            since = (pl.col(name) - pl.lit(self.as_of)).dt.total_days()
            period = since.floordiv(self.days)
            within = ((since - period * self.days) * _WEEK).floordiv(self.days)
            day = pl.lit(self.monday) + pl.duration(days=period * _WEEK + within)
            return day.cast(pl.Date).alias(name)

        return frame.with_columns(moved(name) for name in columns)
