"""One thing that a check looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["ok", "fault", "unknown"]

SEAL: Final = "put the file back, or, where it was changed on purpose: cds image check --seal"
AGAIN: Final = "put back what was changed, or make the vectors again: cds image pack --samples"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``remedy``: what to do, empty where nothing needs doing."""

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""
