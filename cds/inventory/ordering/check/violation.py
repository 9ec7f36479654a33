"""What the checker reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks: which, for whom, and by how much."""

    rule: str
    subject: str  # an item, a supplier, a quota; "" for the whole plan
    found: float
    limit: float
    text: str

    def __str__(self) -> str:
        return self.text
