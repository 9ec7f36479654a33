"""``cds inventory pick``: which lots to take, first expired, first out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.pick import PickList

LOOK = 3
_COLUMNS: Final = ("item", "name", "name_zh", "lot", "place", "expiry", "quantity", "unit")


def pick(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Its code or its name.")],
    quantity: Annotated[
        float, typer.Argument(metavar="QTY", help="How many units; packs with --packs.")
    ],
    folder: inventory_options.Folder = None,
    place: Annotated[
        str | None, typer.Option("--place", metavar="PLACE", help="Only from here.")
    ] = None,
    packs: Annotated[bool, typer.Option("--packs", help="QTY is packs, not units.")] = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """List the lots to take; exit code 3 where they fall short."""
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import find_item, find_place, load_pharmacy
    from cds.inventory.pick import pick as picked
    from cds.show.inventory.lots import pick_text

    if not math.isfinite(quantity) or quantity <= 0:
        raise InputError(f"QTY is {quantity:g}; expected more than 0")
    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    wanted = find_item(pharmacy, item)
    where = None if place is None else find_place(pharmacy, place)
    units = quantity * wanted.pack if packs else quantity
    found = picked(pharmacy, wanted.code, units, where)
    entry = _entry(pharmacy, found)
    names = {key: entry[key] for key in ("item", "name", "name_zh", "unit")}
    deliver(
        "pick",
        loaded,
        delivery,
        {**entry, "place": where},
        _COLUMNS,
        [{**names, **line} for line in entry["lines"]],
        lambda out: pick_text(pharmacy, found, language=language, terminal=out),
    )
    return LOOK if found.short or loaded.must_look else 0


def _entry(pharmacy: Pharmacy, found: PickList) -> dict[str, Any]:
    from cds.cli.inventory.deliver import iso, units

    item = pharmacy.items[found.item]
    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "unit": item.unit,
        "asked": units(found.asked),
        "available": units(found.available),
        "short": units(found.short),
        "lines": [
            {
                "lot": line.lot.lot,
                "place": line.lot.place,
                "expiry": iso(line.lot.expiry),
                "quantity": units(line.quantity),
            }
            for line in found.lines
        ],
        "held_back": {why: units(much) for why, much in found.held.items()},
        "elsewhere": {where: units(much) for where, much in found.elsewhere.items()},
        "substitutes": [
            {
                "item": one.item,
                "name": pharmacy.items[one.item].name,
                "unit": pharmacy.items[one.item].unit,
                "ratio": one.ratio,
                "needed": units(one.needed),
                "usable": units(one.usable),
            }
            for one in found.substitutes
        ],
    }
