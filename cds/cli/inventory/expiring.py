"""``cds inventory expiring``: lots that expire soon, and what may be done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.expiring import ExpiringLot

LOOK = 3
_COLUMNS: Final = (
    "item", "name", "name_zh", "unit", "lot", "place", "expiry", "days", "status", "quantity",
    "value", "unused", "unused_value", "suggestion", "move_to",
)  # fmt: skip


def expiring(
    folder: inventory_options.Folder = None,
    days: Annotated[
        int,
        typer.Option("--days", min=0, max=3660, metavar="N", help="Lots that expire in N days."),
    ] = 90,
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """List lots that expire; exit code 3 where an expired one is not held back, or rows are."""
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import load_pharmacy
    from cds.inventory.expiring import expiring as found_lots
    from cds.show.inventory.lots import expiring_text

    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    lots = found_lots(pharmacy, days)
    entries = [_entry(pharmacy, one) for one in lots]
    deliver(
        "expiring",
        loaded,
        delivery,
        {"days": days, "lots": entries},
        _COLUMNS,
        entries,
        lambda out: expiring_text(
            pharmacy, lots, days, language=language, terminal=out, every=every
        ),
    )
    loose = any(one.days < 0 and one.lot.status == "available" for one in lots)
    return LOOK if loose or loaded.must_look else 0


def _entry(pharmacy: Pharmacy, one: ExpiringLot) -> dict[str, Any]:
    from cds.cli.inventory.deliver import iso, money, units

    item = pharmacy.items[one.lot.item]
    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "unit": item.unit,
        "lot": one.lot.lot,
        "place": one.lot.place,
        "expiry": iso(one.lot.expiry),
        "days": one.days,
        "status": one.lot.status,
        "quantity": units(one.lot.quantity),
        "value": money(one.value),
        "unused": units(one.unused),
        "unused_value": money(one.unused_value),
        "suggestion": one.suggestion,
        "move_to": one.move_to,
    }
