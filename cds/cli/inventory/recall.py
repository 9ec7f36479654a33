"""``cds inventory recall``: where a lot is and who got it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.recall import Blind, Recall

LOOK = 3
_COLUMNS: Final = (
    "item", "name", "lot", "what", "place", "to", "supplier", "status", "expiry", "quantity",
    "unit", "first", "last",
)  # fmt: skip


def recall(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="The lot's number, as printed.")],
    folder: inventory_options.Folder = None,
    item: Annotated[
        str | None,
        typer.Option("--item", metavar="ITEM", help="Only this item's lot: its code or name."),
    ] = None,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Find a lot; exit code 3 where some was given out, can still be taken, or cannot be traced."""
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import find_item, load_pharmacy
    from cds.inventory.recall import blind_issues, similar_lots
    from cds.inventory.recall import recall as trace
    from cds.show.inventory.recall import recall_text

    if not lot.strip():
        raise InputError("LOT is empty; expected a lot's number")
    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    code = None if item is None else find_item(pharmacy, item).code
    found = trace(pharmacy, lot, code)
    similar = () if found else similar_lots(pharmacy, lot, code)
    blind = None if found else blind_issues(pharmacy, code, None)
    deliver(
        "recall",
        loaded,
        delivery,
        {
            "lot": lot,
            "item": code,
            "found": [_entry(pharmacy, one) for one in found],
            "similar": list(similar),
            "issues_without_lot": _blind(blind),
        },
        _COLUMNS,
        [line for one in found for line in _lines(pharmacy, one)],
        lambda out: recall_text(
            pharmacy, lot, found, similar, blind, item=code, language=language, terminal=out
        ),
    )
    traced = all(_settled(one) for one in found) and not similar and blind is None
    return 0 if traced and not loaded.must_look else LOOK


def _settled(found: Recall) -> bool:
    """All of it lies here, held back, and none can be anywhere else."""
    return (
        not found.usable
        and not found.given
        and found.blind is None
        and found.unaccounted is not None
        and abs(found.unaccounted) < 1e-6
    )


def _entry(pharmacy: Pharmacy, one: Recall) -> dict[str, Any]:
    from cds.cli.inventory.deliver import iso, units

    item = pharmacy.items[one.item]
    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "unit": item.unit,
        "lot": one.lot,
        "on_hand": [
            {
                "place": lot.place,
                "quantity": units(lot.quantity),
                "expiry": iso(lot.expiry),
                "status": lot.status,
            }
            for lot in one.on_hand
        ],
        "received": [
            {
                "date": iso(each.day),
                "quantity": units(each.quantity),
                "supplier": each.supplier,
                "place": each.place,
            }
            for each in one.received
        ],
        "given": [
            {
                "to": each.to,
                "place": each.place,
                "quantity": units(each.quantity),
                "first": iso(each.first),
                "last": iso(each.last),
                "transfer": each.transfer,
            }
            for each in one.given
        ],
        "unaccounted": units(one.unaccounted),
        "issues_without_lot": _blind(one.blind),
    }


def _blind(blind: Blind | None) -> dict[str, Any] | None:
    from cds.cli.inventory.deliver import iso, units

    if blind is None:
        return None
    return {
        "rows": blind.rows,
        "quantity": units(blind.quantity),
        "since": iso(blind.since),
        "places": list(blind.places),
        "receivers": list(blind.receivers),
    }


def _lines(pharmacy: Pharmacy, one: Recall) -> list[dict[str, Any]]:
    """One line a place where it lies, a delivery, a receiver."""
    entry = _entry(pharmacy, one)
    common = {**dict.fromkeys(_COLUMNS), **{key: entry[key] for key in ("item", "name", "unit")}}
    common["lot"] = one.lot
    lines = [{**common, "what": "on_hand", **each} for each in entry["on_hand"]]
    for each in entry["received"]:
        day = each.pop("date")
        lines.append({**common, "what": "received", **each, "first": day, "last": day})
    for each in entry["given"]:
        what = "moved" if each.pop("transfer") else "given"
        lines.append({**common, "what": what, **each})
    return lines
