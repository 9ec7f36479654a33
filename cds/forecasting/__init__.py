"""Time-series forecasts with honest intervals, for inventory and for patient flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cds.forecasting.engine import forecast
    from cds.forecasting.evaluation import Evaluation, evaluate
    from cds.forecasting.result import Forecast

__all__ = ["Evaluation", "Forecast", "evaluate", "forecast"]

_HOMES = {
    "forecast": "engine",
    "Forecast": "result",
    "evaluate": "evaluation",
    "Evaluation": "evaluation",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use: the numeric libraries are slow to import."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
