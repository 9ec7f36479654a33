"""ABC, VEN and XYZ classes, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cds.inventory.classify import Class, matrix
from cds.inventory.description import Pharmacy
from cds.show.inventory.page import Page
from cds.show.inventory.table import Column
from cds.show.inventory.words import amount, number, percent, total
from cds.show.layout import Terminal


def classes_text(
    pharmacy: Pharmacy,
    classes: Sequence[Class],
    shares: tuple[float, float],
    variations: tuple[float, float],
    *,
    language: str,
    terminal: Terminal,
    every: bool,
) -> str:
    """The matrix, the items by value, and what would change."""
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    page.sentence(
        say(
            "classes_head",
            value=amount(total(one.value for one in classes)),
            currency=pharmacy.settings.currency,
        )
    )
    page.blank()
    cells = matrix(list(classes))
    page.table(
        [Column(say("matrix")), *(Column(ven, True) for ven in "VEN")],
        [[abc, *(_cell(cells[abc, ven]) for ven in ("V", "E", "N"))] for abc in ("A", "B", "C")],
    )
    page.blank()
    page.table(
        [
            page.column("item"),
            page.column("name", flexible=True),
            page.column("use", right=True),
            page.column("unit", flexible=True),
            page.column("value", right=True),
            page.column("share", right=True),
            page.column("abc"),
            page.column("was"),
            page.column("ven"),
            page.column("xyz"),
            page.column("variation", right=True),
        ],
        [_row(page, one) for one in classes],
        every=every,
    )
    page.blank()
    unpriced = sum(one.abc is None for one in classes)
    if unpriced:
        page.sentence(say("classes_unpriced", count=unpriced), "yellow")
    changed = [one for one in classes if one.changed]
    if changed:
        page.sentence(say("classes_changes", count=len(changed)))
        names = [f"{one.item} {one.given_abc}→{one.abc}" for one in changed]
        page.sentence(page.words.listed(names).replace("→", "->"))
    elif any(one.given_abc for one in classes):
        page.sentence(say("classes_same"))
    page.sentence(
        say(
            "classes_rule",
            a=f"{100 * shares[0]:g}",
            b=f"{100 * shares[1]:g}",
            x=f"{variations[0]:g}",
            y=f"{variations[1]:g}",
        ),
        "dim",
    )
    return page.text()


def _cell(cell: tuple[int, float]) -> str:
    return f"{cell[0]} ({percent(cell[1])})"


def _row(page: Page, one: Class) -> list[str]:
    return [
        one.item,
        page.name(one.item),
        number(one.use),
        page.pharmacy.items[one.item].unit,
        amount(one.value),
        percent(one.share),
        one.abc or "?",
        one.given_abc or "",
        one.ven,
        one.xyz or "?",
        "?" if one.variation is None else f"{one.variation:.2f}",
    ]
