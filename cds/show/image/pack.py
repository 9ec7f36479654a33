"""What ``cds image pack`` made, for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cds.show.image.words import say
from cds.show.layout import Terminal, clean, wrap

if TYPE_CHECKING:
    from cds.imaging.packing.pack import Packed


def pack_text(packed: Packed, folder: str, language: str, terminal: Terminal) -> str:
    """What was known, what a person must look at, and what to do next."""
    contract = packed.contract
    title = say("pack_done", language, model=f"{contract.name} {contract.version}", folder=folder)
    lines = [terminal.paint(title, "bold")]
    if packed.samples or packed.unreadable:
        lines.append(
            say(
                "pack_samples",
                language,
                count=packed.samples,
                unreadable=len(packed.unreadable),
            )
        )
    for key, entries, colour in (
        ("pack_known", packed.known, "dim"),
        ("pack_doubts", packed.doubts, "yellow"),
    ):
        if entries:
            lines += ["", terminal.paint(say(key, language), colour)]
        for entry in entries:
            first, *rest = wrap(clean(entry), terminal.columns - 4)
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    lines += ["", say("pack_next", language, folder=folder)]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"
