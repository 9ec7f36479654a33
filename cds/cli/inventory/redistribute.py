"""``cds inventory redistribute``: moves between places that save stock and cover shortages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.redistribution import Move

LOOK = 3
_COLUMNS: Final = (
    "item", "name", "name_zh", "lot", "expiry", "from", "to", "quantity", "unit", "packs", "saved",
    "covers", "saved_value",
)  # fmt: skip


def redistribute(
    folder: inventory_options.Folder = None,
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Move stock that would expire, or that another place lacks; exit code 3 where rows were
    set aside."""
    from cds.cli.inventory.deliver import Delivery, deliver, money, targets_of, units
    from cds.cli.inventory.folder import load_pharmacy
    from cds.inventory.redistribution import check_moves
    from cds.inventory.redistribution import redistribute as planned
    from cds.inventory.shelves import Shelves
    from cds.show.inventory.lots import moves_text

    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    found = planned(pharmacy)
    shelves = Shelves(pharmacy)
    rates = {
        (move.item, place): shelves.rate(move.item, place) or 0.0
        for move in found.moves
        for place in (move.source, move.target)
    }
    wrong = check_moves(pharmacy, found.moves, rates)
    if wrong:
        raise RuntimeError("the moves fail their check: " + "; ".join(wrong))
    entries = [_entry(pharmacy, move) for move in found.moves]
    deliver(
        "redistribute",
        loaded,
        delivery,
        {
            "moves": entries,
            "waste_before": money(found.waste_before),
            "waste_after": money(found.waste_after),
            "places_short_before": found.short_before,
            "places_short_after": found.short_after,
            "unmet": [
                {"item": item, "place": place, "lacks": units(lacks)}
                for item, place, lacks in found.unmet
            ],
            "items_considered": found.items_considered,
            "minimum_cover_days": pharmacy.settings.minimum_cover_days,
        },
        _COLUMNS,
        entries,
        lambda out: moves_text(pharmacy, found, language=language, terminal=out, every=every),
    )
    return LOOK if loaded.must_look else 0


def _entry(pharmacy: Pharmacy, move: Move) -> dict[str, Any]:
    from cds.cli.inventory.deliver import iso, money, units

    item = pharmacy.items[move.item]
    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "lot": move.lot,
        "expiry": iso(move.expiry),
        "from": move.source,
        "to": move.target,
        "quantity": units(move.quantity),
        "unit": item.unit,
        "packs": round(move.quantity / item.pack),
        "saved": units(move.saved),
        "covers": units(move.covers),
        "saved_value": money(move.saved_value),
    }
