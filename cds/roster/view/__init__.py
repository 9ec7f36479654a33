"""A finished roster as one value that every output renders: text, HTML, sheets, JSON.

Nothing here solves or prints. ``build_view`` joins what the problem asks, what
the roster gives, what the checker found and what the ward's manager wrote.
"""

from __future__ import annotations

from cds.roster.view.build import build_view
from cds.roster.view.model import (
    BreachLine,
    Cell,
    CoverCell,
    CoverRow,
    Day,
    Fairness,
    PersonRow,
    RosterView,
    RuleCost,
    ShiftLook,
    SkillLook,
    Totals,
)
from cds.roster.view.skills import own_skills

__all__ = [
    "BreachLine",
    "Cell",
    "CoverCell",
    "CoverRow",
    "Day",
    "Fairness",
    "PersonRow",
    "RosterView",
    "RuleCost",
    "ShiftLook",
    "SkillLook",
    "Totals",
    "build_view",
    "own_skills",
]
