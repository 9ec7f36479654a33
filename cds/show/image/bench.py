"""Throughput side by side, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds.show.image.words import say
from cds.show.layout import Terminal, clean, pad, wrap


def bench_text(document: Mapping[str, Any], language: str, terminal: Terminal) -> str:
    """A ``cds.bench/1`` document: a row a batch, a column a device and precision."""
    rows = document["rows"]
    columns = list(dict.fromkeys((row["device"], row["precision"]) for row in rows))
    batches = list(dict.fromkeys(row["batch"] for row in rows))
    head = say(
        "bench_head",
        language,
        model=document["model"],
        version=document["model_version"],
        size=" x ".join(map(str, document["input"])),
        rounds=document["rounds"],
    )
    width = max(14, *(len(f"{device} {precision}") for device, precision in columns)) + 2
    lines = [terminal.paint(head, "bold"), ""]
    heading = f"  {pad(say('bench_batch', language), 6)}"
    heading += "".join(pad(f"{one} {two}", width + 8, right=True) for one, two in columns)
    lines.append(terminal.paint(heading, "dim"))
    for batch in batches:
        line = f"  {batch:<6}"
        for device, precision in columns:
            (row,) = (
                one
                for one in rows
                if (one["device"], one["precision"], one["batch"]) == (device, precision, batch)
            )
            ratio = f"({row['ratio']:.2f}×)"
            line += f"{row['images_per_second']:>{width}.1f} {ratio:>7}"
        lines.append(line)
    for device, reason in document["left_out"].items():
        skipped = say("bench_skipped", language, device=device, reason=clean(reason))
        lines += ["", *wrap(skipped, terminal.columns)]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"
