"""Forecast and order of one night, in the time there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.planning.demand import DemandForecast, Effort
    from cds.inventory.planning.order_plan import OrderPlan
    from cds.inventory.problems import Problem

Progress = Callable[[str, float], None]

FULL_SECONDS: Final = 0.15
"""What the full forecast of an item is reckoned to take, with a margin for slow computers."""
FORECAST_SHARE: Final = 0.5
"""Of the time until the deadline, for the forecast."""


@dataclass(frozen=True)
class Night:
    """What a night's run found. ``effort`` is what the forecast was made with; ``problems`` are
    those of the tables."""

    pharmacy: Pharmacy
    problems: tuple[Problem, ...]
    forecast: DemandForecast
    orders: OrderPlan
    effort: Effort


def effort_within(effort: Effort, items: int, deadline: float | None) -> Effort:
    """``light`` where a fuller forecast of so many items may not be done in time.

    Told by counting, not by the clock, so that the same run has the same bytes.
    """
    from cds.inventory.planning.demand import FULL_ITEMS

    if deadline is None or effort == "light":
        return effort
    full = items if effort == "full" else min(items, FULL_ITEMS)
    return "light" if full * FULL_SECONDS > FORECAST_SHARE * deadline else effort


def compute(
    pharmacy: Pharmacy,
    problems: tuple[Problem, ...],
    *,
    effort: Effort,
    horizon: int | None,
    scenarios: int,
    seed: int,
    budget: float | None,
    seconds_left: Callable[[], float | None],
    workers: int,
    done: Callable[[str], None],
    progress: Progress | None = None,
) -> Night:
    """Forecast demand, then decide what to order.

    ``seconds_left`` says how long the orders may take, None where nobody waits; when that is
    over, what is left is reckoned roughly. ``done`` is called with "forecast" and "orders" as
    each is finished. Raises InputError where nothing was issued for a whole review period.
    """
    from cds.inventory.planning.demand import forecast_demand, horizon_for
    from cds.inventory.planning.orders import plan_orders

    forecast = forecast_demand(
        pharmacy,
        horizon=horizon or horizon_for(pharmacy),
        effort=effort,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    if forecast is None:
        raise InputError(
            "no item was issued over a whole review period of "
            f"{pharmacy.settings.review_days} days before {pharmacy.as_of}, so nothing can be "
            "forecast; expected a longer table 'issues'"
        )
    done("forecast")
    orders = plan_orders(
        pharmacy,
        forecast,
        scenarios=scenarios,
        seed=seed,
        budget=budget,
        deadline=seconds_left(),
        workers=workers,
        progress=progress,
    )
    done("orders")
    return Night(pharmacy, problems, forecast, orders, effort)
