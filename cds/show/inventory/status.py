"""Where each item stands, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cds.inventory.attention import Look
from cds.inventory.description import Pharmacy
from cds.inventory.lead_time import NextDelivery
from cds.inventory.status import StatusLine
from cds.show.inventory.page import Page
from cds.show.inventory.words import amount, number, percent, total
from cds.show.layout import Terminal

_NAMED = 8  # vital items that the closing sentence names


def status_text(
    pharmacy: Pharmacy,
    lines: Sequence[StatusLine],
    looks: Sequence[Look],
    *,
    language: str,
    terminal: Terminal,
    every: bool,
) -> str:
    """The items of concern first; without ``every`` only those, and at most a screenful.

    ``looks``: what the files tell.
    """
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    counts = {line.concern: 0 for line in lines}
    for line in lines:
        counts[line.concern] += 1
    page.sentence(
        say(
            "status_count",
            items=len(lines),
            out=counts.get("out", 0),
            risk=counts.get("risk", 0),
            overdue=sum(bool(line.position.overdue) for line in lines),
            expiring=sum((line.position.will_expire or 0) >= 1 for line in lines),
        )
    )
    unpriced = sum(line.position.value is None for line in lines)
    page.sentence(
        say(
            "status_value",
            value=amount(total(line.position.value for line in lines)),
            expiring=amount(total(line.position.will_expire_value for line in lines)),
            currency=pharmacy.settings.currency,
            unpriced=say("unpriced", count=unpriced) if unpriced else "",
        )
    )
    page.blank()
    shown = [line for line in lines if every or line.concern != "none"]
    page.table(
        [
            page.column("item"),
            page.column("name", flexible=True),
            page.column("ven"),
            page.column("usable", right=True),
            page.column("cover", right=True),
            page.column("next", right=True),
            page.column("risk", right=True),
            page.column("expiring_value", right=True),
            page.column("concern"),
        ],
        [_row(page, line) for line in shown],
        every=every,
    )
    page.blank()
    _looks(page, looks)
    vital = [line for line in lines if line.needs_person]
    if vital:
        names = [page.name(line.position.item) for line in vital[:_NAMED]]
        if len(vital) > _NAMED:
            names.append(f"+{len(vital) - _NAMED}")
        page.sentence(say("status_vital", items=page.words.listed(names)), "bold", "red")
    late = [order for line in lines for order in line.position.overdue]
    if late:
        orders = [f"{order.order} ({page.name(order.item)})" for order in late[:_NAMED]]
        if len(late) > _NAMED:
            orders.append(f"+{len(late) - _NAMED}")
        page.sentence(say("status_overdue", orders=page.words.listed(orders)))
    page.sentence(say("status_rule", days=pharmacy.settings.recent_days), "dim")
    return page.text()


def _looks(page: Page, looks: Sequence[Look]) -> None:
    """What the files tell; rows set aside are among the page's notes."""
    told = [look for look in looks if look.kind != "rows_refused"]
    if not told:
        return
    # Words about orders bring what reckons them: most days there is nothing to say.
    from cds.show.inventory.order_words import OrderWords

    words = OrderWords(page.pharmacy, page.words.language)
    for look in told:
        page.sentence(words.look(look), "bold", "red")


def _row(page: Page, line: StatusLine) -> list[str]:
    position = line.position
    return [
        position.item,
        page.name(position.item),
        page.pharmacy.items[position.item].ven,
        number(position.usable),
        _cover(position.cover_days, position.daily),
        _delivery(position.delivery),
        percent(position.risk),
        amount(position.will_expire_value) if (position.will_expire or 0) >= 1 else "",
        page.words.say(f"concern_{line.concern}"),
    ]


def _cover(days: float | None, daily: float | None) -> str:
    if daily == 0:
        return "-"
    return "?" if days is None else f"{days:,.0f} d"


def _delivery(delivery: NextDelivery | None) -> str:
    """``3-9 d``, with a star where nothing that can be counted on is on order."""
    if delivery is None:
        return "?"
    first, last = min(delivery.days), max(delivery.days)
    span = f"{first} d" if first == last else f"{first}-{last} d"
    return span if delivery.order is not None else f"*{span}"
