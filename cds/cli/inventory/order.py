"""``cds inventory order``: what to order today, of whom, why, and what a person must look at."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cds.cli import context, options
from cds.cli.forecast_options import Seed, Workers, one_of
from cds.cli.inventory import options as inventory_options
from cds.cli.inventory.forecast import EFFORTS

if TYPE_CHECKING:
    from cds.cli.inventory.deliver import Delivery
    from cds.cli.inventory.folder import Loaded
    from cds.inventory.planning.demand import DemandForecast, Effort
    from cds.inventory.planning.order_plan import OrderPlan

LOOK = 3


def order(
    folder: inventory_options.Folder = None,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            min=0,
            metavar="X",
            help="Money for this order. Default: what the budgets table leaves for it.",
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="ITEM", help="Why so much of one item, by code or name."),
    ] = None,
    scenarios: inventory_options.Scenarios = inventory_options.SCENARIOS,
    horizon: Annotated[
        int | None,
        typer.Option("--horizon", min=2, max=104, metavar="N", help="Review periods ahead."),
    ] = None,
    effort: Annotated[
        str,
        typer.Option(
            "--effort",
            metavar="|".join(EFFORTS),
            help="Of the forecast; auto: every model for the items that cost most.",
        ),
    ] = "auto",
    deadline: Annotated[
        float | None,
        typer.Option("--deadline", min=0, metavar="S", help="Seconds; then the best so far."),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|FOLDER/",
            help="Write it too: .xlsx .csv .html .json, or a file for each supplier into FOLDER/.",
        ),
    ] = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Plan today's order; exit code 3 where a person must look before it is sent."""
    from cds.cli.inventory.deliver import Delivery
    from cds.cli.inventory.folder import find_item, load_pharmacy
    from cds.cli.inventory.order_files import targets_of

    language, moment = context.language(lang), context.now(now)
    kind = cast("Effort", one_of("--effort", effort, EFFORTS))
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    targets = targets_of(output, loaded.inputs)
    delivery = Delivery(language, moment, as_json, quiet, targets)
    item = None if explain is None else find_item(loaded.pharmacy, explain).code
    forecast, plan = planned(
        loaded,
        effort=kind,
        horizon=horizon,
        scenarios=scenarios,
        seed=seed,
        budget=budget,
        deadline=deadline,
        workers=workers or context.processors(),
        quiet=quiet,
    )
    if item is None:
        _deliver(loaded, delivery, forecast, plan, every=every)
    else:
        from cds.cli.inventory.order_explain import deliver_explanation

        plan = replace(plan, looks=tuple(one for one in plan.looks if one.item in (None, item)))
        deliver_explanation(loaded, delivery, forecast, plan, item)
    return LOOK if plan.looks or loaded.must_look else 0


def planned(
    loaded: Loaded,
    *,
    effort: Effort,
    horizon: int | None,
    scenarios: int,
    seed: int,
    budget: float | None,
    deadline: float | None,
    workers: int,
    quiet: bool,
) -> tuple[DemandForecast, OrderPlan]:
    """The forecast and the order, with progress on a terminal.

    Raises InputError where nothing was ever issued, RuntimeError where the order fails its
    check: then the fault is ours.
    """
    from cds.cli.inventory.forecast import forecast_of
    from cds.cli.progress import watching
    from cds.inventory.planning.orders import plan_orders

    forecast = forecast_of(
        loaded, effort=effort, horizon=horizon, seed=seed, workers=workers, quiet=quiet
    )
    with watching(quiet=quiet) as progress:
        plan = plan_orders(
            loaded.pharmacy,
            forecast,
            scenarios=scenarios,
            seed=seed,
            budget=budget,
            deadline=deadline,
            workers=workers,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )
    if plan.violations:
        listed = "; ".join(str(fault) for fault in plan.violations[:5])
        raise RuntimeError(f"the order fails its check ({len(plan.violations)}): {listed}")
    return forecast, plan


def _deliver(
    loaded: Loaded, delivery: Delivery, forecast: DemandForecast, plan: OrderPlan, *, every: bool
) -> None:
    from cds.cli.inventory.order_files import order_document, write_order
    from cds.cli.output import emit, json_text, terminal
    from cds.show.inventory.order_text import order_text

    full = order_document(loaded, delivery, forecast, plan)
    if delivery.as_json:
        emit(json_text(full))
    else:
        text = order_text(
            loaded.pharmacy, plan, language=delivery.language, terminal=terminal(), every=every
        )
        sys.stdout.write(text)
        sys.stdout.flush()
    write_order(loaded, delivery, forecast, plan, full)
