"""Solvers of rostering problems; ``solve`` is the way in."""

from __future__ import annotations

from cds.roster.solve.search import solve

__all__ = ["solve"]
