"""What a run says of itself, so that it can be understood and repeated years later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from cds.inventory.night.key import COMMAND, InputFile

if TYPE_CHECKING:
    import polars as pl

    from cds.inventory.description import Pharmacy
    from cds.inventory.night.compute import Night

LIBRARIES: Final = ("numpy", "polars", "scipy", "statsforecast", "lightgbm", "numba", "ortools")
"""Those whose version may change a number."""


def inputs(pharmacy: Pharmacy, files: Sequence[InputFile]) -> list[dict[str, Any]]:
    """Each file: its hash, its rows, the newest day in it (null: it has no days)."""
    newest = newest_days(pharmacy)
    return [
        {
            "file": file.name,
            "sha256": file.sha256,
            "bytes": file.size,
            "table": file.table or None,
            "rows": pharmacy.tables.get(file.table),
            "refused_rows": pharmacy.refused.get(file.table, 0),
            "later_rows": pharmacy.later.get(file.table, 0),
            "newest": _iso(newest.get(file.table)),
        }
        for file in files
    ]


def newest_days(pharmacy: Pharmacy) -> dict[str, date]:
    """Table → the newest day in it that counts; only tables with one."""
    found: dict[str, date | None] = {
        "issues": _newest(pharmacy.issues, "date"),
        "receipts": _newest(pharmacy.receipts, "date"),
        "adjustments": _newest(pharmacy.adjustments, "date"),
        "lead_times": _newest(pharmacy.lead_times, "received"),
        "stock_outs": _newest(pharmacy.stock_outs, "last"),
        "orders": max((order.ordered for order in pharmacy.orders), default=None),
        "budgets": max((budget.last for budget in pharmacy.budgets), default=None),
        "offers": max((one.priced_on for one in pharmacy.offers if one.priced_on), default=None),
    }
    return {table: day for table, day in found.items() if day is not None}


def solver(night: Night) -> dict[str, Any]:
    """What is proved of the order, and what its limits cost."""
    engine = night.orders.engine
    return {
        "status": engine.status,
        "expected_cost": round(engine.expected_cost, 2),
        "bound": round(engine.bound, 2),
        "gap": round(engine.gap, 8),
        "reckoned_roughly": list(engine.rough),
        "limits": [
            {
                "name": one.name,
                "price": round(one.price, 6),
                "used": round(one.used, 4),
                "limit": round(one.limit, 4),
            }
            for one in engine.multipliers
        ],
    }


def attention(night: Night) -> list[dict[str, Any]]:
    """What a person must look at, the gravest first."""
    return [
        {"kind": look.kind, "item": look.item, "values": dict(look.values)}
        for look in night.orders.looks
    ]


def warnings(night: Night) -> list[str]:
    """Everything that was noticed, in words."""
    return [str(problem) for problem in night.problems] + list(night.orders.engine.warnings)


def libraries() -> dict[str, str]:
    """The versions of Python and of the libraries that reckon."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def manifest(
    night: Night,
    files: Sequence[InputFile],
    *,
    key: str,
    options: Mapping[str, object],
    version: str,
) -> dict[str, Any]:
    """The ``cds.manifest/1`` document. Nothing in it depends on the clock or the machine's speed,
    but for a plan that a deadline cut short, which ``solver.status`` then says."""
    orders, forecast = night.orders, night.forecast
    return {
        "schema": "cds.manifest/1",
        "command": COMMAND,
        "key": key,
        "cds_version": version,
        "libraries": libraries(),
        "as_of": night.pharmacy.as_of.isoformat(),
        "pharmacy": night.pharmacy.settings.name,
        "currency": night.pharmacy.settings.currency,
        "options": dict(options),
        "seed": orders.seed,
        "inputs": inputs(night.pharmacy, files),
        "forecast": {
            "effort": night.effort,
            "items_full": forecast.full,
            "items_light": forecast.light,
            "horizon": forecast.forecast.horizon,
            "scenarios": orders.scenarios,
            "items_corrected_for_stock_outs": forecast.corrections.height,
        },
        "solver": solver(night),
        "orders": {
            "lines": len(orders.orders),
            "suppliers": sorted({line.supplier for line in orders.orders}),
            "cost": round(orders.cost, 2),
            "budget": None if orders.budget is None else round(orders.budget, 2),
            "expected_saving": round(orders.saving, 2),
            "not_planned": dict(sorted(orders.unplanned.items())),
        },
        "needs_person": attention(night),
        "warnings": warnings(night),
    }


def _newest(frame: pl.DataFrame, column: str) -> date | None:
    found = frame[column].max()
    return found if isinstance(found, date) else None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
