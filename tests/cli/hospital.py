"""What the tests of commands share: what a run leaves, a moment, a patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

NOW = "2026-05-11T09:30:00+08:00"
MODEL = "small-30d"


class Run(NamedTuple):
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Cds = Callable[..., Run]


def patient(**changes: Any) -> dict[str, Any]:
    """A patient about whom the small model can speak."""
    return {
        "id": "bed-7",
        "age": 71,
        "sex": "female",
        "systolic_bp": {"value": 152, "unit": "mm[Hg]"},
        "conditions": ["hypertension"],
        **changes,
    }
