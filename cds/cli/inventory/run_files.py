"""The files of a run, and what differs from the run before."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cds import __version__, files
from cds.cli import context
from cds.cli.inventory.deliver import Delivery
from cds.cli.inventory.folder import Loaded
from cds.cli.inventory.order_files import order_document, write_order
from cds.cli.output import json_text
from cds.inventory.night.changes import Changed, Ordered, changes
from cds.inventory.night.manifest import manifest
from cds.runs import files_of

if TYPE_CHECKING:
    from cds.cli.inventory.run_flow import Task
    from cds.inventory.description import Pharmacy
    from cds.inventory.night.compute import Night

RESULT: Final = "result.json"
MANIFEST: Final = "manifest.json"
TIMING: Final = "log/timing.json"


def write_run(folder: Path, task: Task, night: Night, seconds: dict[str, float]) -> None:
    """Everything of a run but its name: the same bytes for the same key, save ``log/``.

    Where a file says when it was made it says the start of the day it is for: only
    ``log/timing.json`` tells what the clock showed.
    """
    loaded = Loaded(night.pharmacy, night.problems, task.folder)
    names = ("orders.csv", "orders.xlsx", "page.html", RESULT)
    targets = (*(str(folder / name) for name in names), f"{folder / 'suppliers'}/")
    made_at = datetime.combine(task.as_of, time(), tzinfo=night.pharmacy.settings.zone)
    delivery = Delivery(task.language, made_at, quiet=True, targets=targets)
    full = order_document(loaded, delivery, night.forecast, night.orders)
    write_order(loaded, delivery, night.forecast, night.orders, full)
    table, packed = night.forecast.forecast.table, io.BytesIO()
    table.write_parquet(packed, compression="zstd")
    files.write(folder / "forecast.csv", table.write_csv())
    files.write(folder / "forecast.parquet", packed.getvalue())
    content = {**make_manifest(task, night), "files": hashes(folder)}
    files.write(folder / MANIFEST, json_text(content))
    (folder / "log").mkdir()
    files.write(folder / TIMING, json_text(timing(task, seconds)))


def make_manifest(task: Task, night: Night) -> dict[str, Any]:
    """The manifest, but for the hashes of the files written."""
    return manifest(
        night,
        task.inputs,
        key=task.key,
        options=task.options,
        version=__version__,
    )


def hashes(folder: Path) -> list[dict[str, Any]]:
    """Each file written so far with its hash and size."""
    return [
        {
            "file": name.as_posix(),
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            "bytes": (folder / name).stat().st_size,
        }
        for name in files_of(folder)
    ]


def timing(task: Task, seconds: dict[str, float]) -> dict[str, Any]:
    """When, where and how long: what two runs of one key do not share."""
    return {
        "schema": "cds.timing/1",
        "started_at": task.moment.isoformat(),
        "finished_at": context.now(task.asked.now).isoformat(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "workers": task.asked.workers,
        "seconds": {stage: round(taken, 3) for stage, taken in seconds.items()},
    }


def changes_since(task: Task, night: Night, before: str | None) -> tuple[Changed, ...] | None:
    """What is ordered otherwise than in the run ``before``; None where there is none to read."""
    if before is None:
        return None
    try:
        text = (task.runs.folder / before / RESULT).read_text(encoding="utf-8")
        was = {
            line["item"]: Ordered(line["packs"], line["supplier"])
            for line in json.loads(text)["lines"]
            if line["packs"] > 0
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        task.log.warning("no_comparison", f"run {before} cannot be compared with: {error}")
        return None
    now = {line.item: Ordered(line.packs, line.supplier) for line in night.orders.orders}
    return changes(was, now)


def change_entry(pharmacy: Pharmacy, changed: Changed) -> dict[str, Any]:
    """A change as JSON has it."""
    item = pharmacy.items.get(changed.item)
    return {
        "item": changed.item,
        "name": None if item is None else item.name,
        "name_zh": None if item is None else item.name_zh,
        "change": changed.change,
        "packs_before": changed.before,
        "packs": changed.after,
        "supplier_before": changed.supplier_before,
        "supplier": changed.supplier_after,
    }
