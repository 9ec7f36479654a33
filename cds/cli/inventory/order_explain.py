"""``cds inventory order --explain``: one item's order, shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cds import files
from cds.cli.inventory.deliver import Delivery, document
from cds.cli.inventory.folder import Loaded
from cds.cli.output import emit, json_text, terminal, warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.inventory.planning.demand import DemandForecast
    from cds.inventory.planning.order_plan import OrderPlan


def deliver_explanation(
    loaded: Loaded, delivery: Delivery, forecast: DemandForecast, plan: OrderPlan, item: str
) -> None:
    """Show why so much of ``item`` is ordered; ``-o`` takes a .json.

    The looks of ``plan`` are those of the item and of the whole.

    Raises InputError for an item that was not planned, and says why.
    """
    from cds.inventory.planning.explain import explain
    from cds.show.inventory.order_document import line_entry, look_entry
    from cds.show.inventory.order_explain import explain_content, explain_text
    from cds.show.inventory.order_words import OrderWords

    pharmacy = loaded.pharmacy
    for target in delivery.targets:
        if Path(target).suffix.lower() != ".json":
            raise InputError("an explanation is written as .json", Place(target))
    english, chinese = OrderWords(pharmacy, "en"), OrderWords(pharmacy, "zh")
    if item in plan.unplanned:
        why = OrderWords(pharmacy, delivery.language).unplanned(plan.unplanned[item])
        raise InputError(f"{item} ({pharmacy.items[item].name}) was not planned: {why}")
    found = explain(pharmacy, plan, item)
    full = document(
        "order_explain",
        loaded,
        delivery,
        {
            "seed": plan.seed,
            "scenarios": plan.scenarios,
            "line": line_entry(pharmacy, found.line, english, chinese),
            "look": [look_entry(one, english, chinese) for one in plan.looks],
            **explain_content(forecast, plan, found),
        },
    )
    if delivery.as_json:
        emit(json_text(full))
    else:
        text = explain_text(
            pharmacy, forecast, plan, found, language=delivery.language, terminal=terminal()
        )
        sys.stdout.write(text)
        sys.stdout.flush()
    for target in delivery.targets:
        files.write(target, json_text(full))
        if not delivery.quiet:
            warn(f"wrote {target}")
