"""``cds inventory status``: days of cover, risk of running out, what will expire, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options

if TYPE_CHECKING:
    from cds.inventory.description import Pharmacy
    from cds.inventory.status import StatusLine

LOOK = 3
_COLUMNS: Final = (
    "item", "name", "name_zh", "ven", "unit", "concern", "usable", "quarantined", "recalled",
    "expired", "on_order", "daily_use", "cover_days", "stock_out_risk", "delivery_earliest_days",
    "delivery_latest_days", "delivery_basis", "delivery_order", "supplier", "value",
    "will_expire", "will_expire_value", "recent_days_out_of_stock",
)  # fmt: skip


def status(
    folder: inventory_options.Folder = None,
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Rank the items; exit code 3 where a vital one may run out or the files do not do."""
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import load_pharmacy
    from cds.inventory.attention import looks_at_files
    from cds.inventory.status import status as ranked
    from cds.show.inventory.status import status_text

    language, moment = context.language(lang), context.now(now)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    lines = ranked(pharmacy)
    entries = [_entry(pharmacy, line) for line in lines]
    looks = looks_at_files(pharmacy)
    attention = [
        {"kind": look.kind, "item": look.item, "values": dict(look.values)} for look in looks
    ]
    attention += [
        {"kind": line.concern, "item": line.position.item, "values": {}}
        for line in lines
        if line.needs_person
    ]
    deliver(
        "status",
        loaded,
        delivery,
        {"needs_person": attention, "items": entries},
        _COLUMNS,
        entries,
        lambda out: status_text(
            pharmacy, lines, looks, language=language, terminal=out, every=every
        ),
    )
    return LOOK if attention else 0


def _entry(pharmacy: Pharmacy, line: StatusLine) -> dict[str, Any]:
    from cds.cli.inventory.deliver import money, units

    position, item = line.position, pharmacy.items[line.position.item]
    delivery = position.delivery
    order = delivery.order if delivery is not None else None
    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "ven": item.ven,
        "unit": item.unit,
        "concern": line.concern,
        "usable": units(position.usable),
        "quarantined": units(position.quarantined),
        "recalled": units(position.recalled),
        "expired": units(position.expired),
        "on_order": units(position.on_order),
        "daily_use": None if position.daily is None else round(position.daily, 4),
        "cover_days": None if position.cover_days is None else round(position.cover_days, 1),
        "stock_out_risk": None if position.risk is None else round(position.risk, 4),
        "delivery_earliest_days": None if delivery is None else min(delivery.days),
        "delivery_latest_days": None if delivery is None else max(delivery.days),
        "delivery_basis": None if delivery is None else delivery.basis,
        "delivery_order": None if order is None else order.order,
        "overdue_orders": [order.order for order in position.overdue],
        "supplier": None if delivery is None else delivery.supplier,
        "value": money(position.value),
        "will_expire": units(position.will_expire),
        "will_expire_value": money(position.will_expire_value),
        "recent_days_out_of_stock": position.days_out,
    }
