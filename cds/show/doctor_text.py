"""The findings of ``cds doctor`` as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cds.show.layout import Terminal, clean, pad, wrap

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor_text(version: str, checks: Sequence[Mapping[str, str]], terminal: Terminal) -> str:
    """One block a check: status, name, what was found, and what to do."""
    name_width = max(len(check["name"]) for check in checks)
    room = terminal.columns - name_width - 8
    lines = [terminal.paint(f"cds {version}", "bold"), ""]
    for check in checks:
        status = terminal.paint(pad(check["status"], 4), "bold", _COLOURS[check["status"]])
        first, *rest = wrap(clean(check["found"]), room)
        lines.append(f"{status}  {pad(check['name'], name_width)}  {first}")
        follow = [*rest, *wrap(f"-> {check['advice']}", room)] if check["advice"] else rest
        lines += [" " * (name_width + 8) + line for line in follow]
    failed = sum(check["status"] == "fail" for check in checks)
    lines.append("")
    lines.append(
        "Ready to use."
        if not failed
        else f"{failed} problem{'s' if failed > 1 else ''} to mend first: see the lines with '->'."
    )
    return "\n".join(lines) + "\n"
