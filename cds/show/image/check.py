"""What a check of an imaging model found, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cds.imaging.checking.finding import Finding
from cds.imaging.contract.model import Contract
from cds.show.image.words import say
from cds.show.layout import Terminal, clean, pad, wrap

_MARKS: Final = {"ok": "ok", "fault": "FAULT", "unknown": "?"}
_COLOURS: Final = {"ok": "green", "fault": "red", "unknown": "yellow"}
_WIDTH: Final = 5


def check_text(
    contract: Contract, findings: Sequence[Finding], language: str, terminal: Terminal
) -> str:
    """One row a finding, its remedy beneath; then the verdict."""
    lines = [terminal.paint(f"{contract.name} {contract.version}", "bold"), ""]
    width = max(len(finding.check) for finding in findings)
    indent = " " * (_WIDTH + width + 6)
    for finding in findings:
        mark = terminal.paint(pad(_MARKS[finding.verdict], _WIDTH), _COLOURS[finding.verdict])
        told = wrap(clean(finding.found), terminal.columns - len(indent))
        lines.append(f"  {mark}  {pad(finding.check, width)}  {told[0]}".rstrip())
        lines += [indent + line for line in told[1:]]
        if finding.remedy:
            remedy = f"{say('check_do', language)}: {clean(finding.remedy)}"
            lines += [indent + line for line in wrap(remedy, terminal.columns - len(indent))]
    faults = sum(finding.verdict == "fault" for finding in findings)
    verdict = say("check_faults" if faults else "check_sound", language, count=faults)
    lines += ["", terminal.paint(verdict, "red" if faults else "green")]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"
