"""``cds inventory simulate``: what policies would have cost over the pharmacy's own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from cds.cli import context, options
from cds.cli.forecast_options import Seed, Workers
from cds.cli.inventory import options as inventory_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.simulation.compare import PolicyName, Replayed

_COLUMNS: Final = (
    "policy", "item", "name", "name_zh", "ven", "demand", "issued", "fill_rate", "received",
    "wasted", "mean_stock", "order_lines", "shortage_cost", "expiry_cost", "holding_cost",
    "order_line_cost",
)  # fmt: skip


def simulate(
    folder: inventory_options.Folder = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="plan|base-stock|min-max",
            help="What decides the orders; may be repeated. Default: all, side by side.",
            autocompletion=lambda: ["plan", "base-stock", "min-max"],
        ),
    ] = None,
    weeks: Annotated[
        int,
        typer.Option("--weeks", min=4, max=520, metavar="N", help="The last N weeks of history."),
    ] = 26,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget", min=0, metavar="MONEY", help="For each review. Default: no limit."
        ),
    ] = None,
    scenarios: inventory_options.Scenarios = inventory_options.SCENARIOS,
    seed: Seed = 0,
    workers: Workers = None,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Replay the last weeks: at each review only what was known then decides.

    Exit code 3 where rows were set aside.
    """
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import load_pharmacy
    from cds.cli.progress import watching
    from cds.inventory.simulation.compare import compare, warm_up
    from cds.inventory.simulation.past import past
    from cds.show.inventory.simulate import simulate_text

    names = _names(policy)
    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    threads = workers or context.processors()
    with watching(quiet=quiet) as progress:
        replayed_past = past(
            pharmacy,
            max(7 * weeks // pharmacy.settings.review_days, 1),
            scenarios=scenarios,
            seed=seed,
            workers=threads,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )
        found = compare(
            replayed_past,
            pharmacy.settings,
            names,
            budget=budget,
            seed=seed,
            workers=threads,
        )
    skipped = warm_up(replayed_past.periods)
    lines = [line for one in found for line in _lines(loaded.pharmacy.items, one)]
    deliver(
        "simulate",
        loaded,
        delivery,
        {
            "from": replayed_past.first.isoformat(),
            "reviews": replayed_past.periods,
            "reviews_counted": replayed_past.periods - skipped,
            "review_days": replayed_past.review_days,
            "scenarios": scenarios,
            "seed": seed,
            "budget": budget,
            "items": len(replayed_past.world.items),
            "left_out": dict(sorted(replayed_past.left_out.items())),
            "policies": [_entry(one) for one in found],
            "by_item": lines,
        },
        _COLUMNS,
        lines,
        lambda out: simulate_text(
            pharmacy, replayed_past, found, skipped, language=language, terminal=out
        ),
    )
    return 3 if loaded.must_look else 0


def _names(asked: list[str] | None) -> tuple[PolicyName, ...]:
    """The policies, each once, in the order asked for."""
    from cds.inventory.simulation.compare import POLICIES

    for name in asked or ():
        if name not in POLICIES:
            raise InputError(f"--policy is {name!r}; expected {', '.join(POLICIES)}")
    return tuple(cast("list[PolicyName]", dict.fromkeys(asked))) if asked else POLICIES


def _entry(one: Replayed) -> dict[str, Any]:
    from cds.cli.inventory.deliver import money

    outcome, price = one.outcome, one.outcome.column("price")
    costs = outcome.costs()
    return {
        "policy": one.policy,
        "safety": None if one.safety is None else [round(factor, 3) for factor in one.safety],
        "cost": money(outcome.cost),
        "costs": {
            "shortage": money(costs["shortage"]),
            "expiry": money(costs["expiry"]),
            "holding": money(costs["holding"]),
            "order_lines": money(costs["order lines"]),
        },
        "fill_rate": {
            "all": round(outcome.fill_rate(), 6),
            **{
                ven: round(outcome.fill_rate(at), 6)
                for at, ven in enumerate("VEN")
                if any(item.priority == at for item in outcome.items)
            },
        },
        "received_value": money(float((outcome.received * price).sum())),
        "wasted_value": money(float((outcome.wasted * price).sum())),
        "waste_share": round(outcome.waste_share, 6),
        "mean_stock_value": money(outcome.mean_stock_value),
        "order_lines": int((outcome.ordered > 0).sum()),
    }


def _lines(items: Any, one: Replayed) -> list[dict[str, Any]]:
    from cds.cli.inventory.deliver import money, units

    found = []
    outcome = one.outcome
    for at, item in enumerate(outcome.items):
        described = items[item.item]
        demand, issued = float(outcome.demand[at].sum()), float(outcome.issued[at].sum())
        orders = int((outcome.ordered[at] > 0).sum())
        wasted, stock = float(outcome.wasted[at].sum()), outcome.stock[at]
        found.append(
            {
                "policy": one.policy,
                "item": item.item,
                "name": described.name,
                "name_zh": described.name_zh,
                "ven": described.ven,
                "demand": units(demand),
                "issued": units(issued),
                "fill_rate": round(issued / demand, 6) if demand > 0 else None,
                "received": units(float(outcome.received[at].sum())),
                "wasted": units(wasted),
                "mean_stock": units(float(stock.mean())),
                "order_lines": orders,
                "shortage_cost": money((demand - issued) * item.shortage),
                "expiry_cost": money(wasted * item.expiry),
                "holding_cost": money(float(stock.sum()) * item.holding),
                "order_line_cost": money(orders * item.order_line),
            }
        )
    return found
