"""Where an order goes: its document, and the files of ``-o``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cds import __version__, files
from cds.cli.inventory.deliver import Delivery, csv_text, document
from cds.cli.output import json_text, warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.cli.inventory.folder import Loaded
    from cds.inventory.planning.demand import DemandForecast
    from cds.inventory.planning.order_plan import OrderPlan

ENDINGS: Final = (".xlsx", ".csv", ".html", ".json")


def is_folder(target: str) -> bool:
    """Whether a target is a folder for a file a supplier: it ends in a slash, or is one."""
    return target.endswith(("/", "\\")) or Path(target).is_dir()


def targets_of(targets: Sequence[str] | None, inputs: Iterable[Path]) -> tuple[str, ...]:
    """The files and folders to write, seen to be possible before any work is done.

    Raises InputError for an ending that is not written, a folder that is not there, the
    pharmacy's own folder, and a file that was read.
    """
    read = [path.resolve() for path in inputs]
    for target in targets or ():
        path = Path(target)
        if is_folder(target):
            if path.exists() and not path.is_dir():
                raise InputError("is a file; expected a folder", Place(target))
            if path.resolve() in {one.parent for one in read}:
                raise InputError("holds the pharmacy; expected another folder", Place(target))
            if not path.resolve().parent.is_dir():
                raise InputError("its folder is not there", Place(target))
            continue
        if path.suffix.lower() not in ENDINGS:
            raise InputError(
                f"unknown ending; expected {', '.join(ENDINGS)} or a folder (FOLDER/)",
                Place(target),
            )
        if not path.parent.is_dir():
            raise InputError("its folder is not there", Place(target))
        if path.resolve() in read:
            raise InputError("is an input; expected another file to write to", Place(target))
    return tuple(targets or ())


def order_document(
    loaded: Loaded, delivery: Delivery, forecast: DemandForecast, plan: OrderPlan
) -> dict[str, Any]:
    """The ``cds.order/1`` document."""
    from cds.show.inventory.order_document import order_content

    content = {
        "horizon": forecast.forecast.horizon,
        "forecast_items": {"full": forecast.full, "light": forecast.light},
        **order_content(loaded.pharmacy, plan),
    }
    return document("order", loaded, delivery, content)


def write_order(
    loaded: Loaded,
    delivery: Delivery,
    forecast: DemandForecast,
    plan: OrderPlan,
    full: Mapping[str, Any],
) -> None:
    """Write the files of ``-o``, and say so."""
    for target in delivery.targets:
        if is_folder(target):
            _write_folder(Path(target), loaded, delivery, plan, full)
        else:
            files.write(target, _content(target, loaded, delivery, forecast, plan, full))
        if not delivery.quiet:
            warn(f"wrote {target}")


def _content(
    target: str,
    loaded: Loaded,
    delivery: Delivery,
    forecast: DemandForecast,
    plan: OrderPlan,
    full: Mapping[str, Any],
) -> str | bytes:
    ending = Path(target).suffix.lower()
    if ending == ".json":
        return json_text(full)
    if ending == ".csv":
        from cds.show.inventory.order_document import COLUMNS, table_lines

        return csv_text(COLUMNS, table_lines(full))
    if ending == ".xlsx":
        from cds.show.inventory.order_workbook import order_workbook

        return order_workbook(
            loaded.pharmacy,
            plan,
            language=delivery.language,
            made_at=delivery.moment,
            version=__version__,
        )
    from cds.show.inventory.order_html import order_page

    return order_page(
        loaded.pharmacy,
        forecast,
        plan,
        language=delivery.language,
        version=__version__,
        made_at=delivery.moment.isoformat(),
    )


def _write_folder(
    folder: Path, loaded: Loaded, delivery: Delivery, plan: OrderPlan, full: Mapping[str, Any]
) -> None:
    """``order_SUPPLIER.xlsx`` and ``.csv`` for each supplier."""
    from cds.show.inventory.order_document import COLUMNS, table_lines
    from cds.show.inventory.order_workbook import order_workbook

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be made: {reason}", Place(str(folder))) from error
    lines = table_lines(full)
    names: dict[str, str] = {}
    for code in sorted({line.supplier for line in plan.orders}):
        name = re.sub(r"[^\w.-]+", "_", code).strip("._") or "supplier"
        while name.casefold() in names:
            name += "_"
        names[name.casefold()] = code
        files.write(
            folder / f"order_{name}.csv",
            csv_text(COLUMNS, [line for line in lines if line["supplier"] == code]),
        )
        files.write(
            folder / f"order_{name}.xlsx",
            order_workbook(
                loaded.pharmacy,
                plan,
                language=delivery.language,
                made_at=delivery.moment,
                version=__version__,
                supplier=code,
            ),
        )
