"""A night's run as text: the order, what changed since the run before, where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.night.changes import Changed
from cds.inventory.planning.order_plan import OrderPlan
from cds.show.grammar import fill
from cds.show.inventory.order_text import order_text
from cds.show.layout import Terminal, clean, wrap

_SHOWN: Final = 20  # changes; --json has all
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "first": ("No run before this one to compare with.", "此前没有可比较的运行。"),
    "same": ("The same orders as in run {run}.", "订货与运行 {run} 相同。"),
    "head": (
        "{count} order[ differs|s differ] from run {run}:",
        "与运行 {run} 相比，{count} 项订货有变化：",
    ),
    "new": ("{name}: {after} packs, not ordered then", "{name}：{after} 盒（上次未订）"),
    "gone": ("{name}: not ordered; {before} pack[|s] then", "{name}：不订（上次 {before} 盒）"),
    "more": (
        "{name}: {after} pack[|s] instead of {before}",
        "{name}：{after} 盒（上次 {before} 盒）",
    ),
    "less": (
        "{name}: {after} pack[|s] instead of {before}",
        "{name}：{after} 盒（上次 {before} 盒）",
    ),
    "supplier": (
        "{name}: {after} pack[|s] from {new}, not {old}",
        "{name}：{after} 盒，改向 {new}",
    ),
    "others": ("{count} more; --json has all.", "另有 {count} 项；--json 显示全部。"),
    "folder": ("Files: {folder}", "文件：{folder}"),
    "nothing": ("Nothing was written (--dry-run).", "未写入任何文件（--dry-run）。"),
}


def run_text(
    pharmacy: Pharmacy,
    orders: OrderPlan,
    changed: Sequence[Changed] | None,
    *,
    before: str | None,
    folder: str | None,
    language: str,
    terminal: Terminal,
) -> str:
    """The order, then ``changed`` against the run ``before``; ``folder`` None: nothing written."""
    text = order_text(pharmacy, orders, language=language, terminal=terminal, every=False)

    def say(key: str, **values: object) -> str:
        return fill(_TEXTS[key][language == "zh"], **values)

    sentences = []
    if changed is None:
        sentences.append(say("first"))
    elif not changed:
        sentences.append(say("same", run=before))
    else:
        sentences.append(say("head", count=len(changed), run=before))
        sentences += [
            "  " + say(one.change, **_values(pharmacy, one, language)) for one in changed[:_SHOWN]
        ]
        if len(changed) > _SHOWN:
            sentences.append("  " + say("others", count=len(changed) - _SHOWN))
    sentences.append(say("nothing") if folder is None else say("folder", folder=folder))
    lines = [
        line
        for sentence in sentences
        for line in wrap(terminal.plain(clean(sentence)), terminal.columns)
    ]
    return text + "\n" + "\n".join(lines) + "\n"


def _values(pharmacy: Pharmacy, changed: Changed, language: str) -> dict[str, object]:
    item = pharmacy.items.get(changed.item)
    return {
        "name": changed.item if item is None else item.label(language),
        "before": changed.before,
        "after": changed.after,
        "old": changed.supplier_before,
        "new": changed.supplier_after,
    }
