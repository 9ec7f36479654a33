"""How much of what a person must do over the whole horizon should be done by each day.

Working time is asked for over a year, work is not: it is needed more in some
weeks, and leave stands in the way. A course follows the need as far as people can.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cds.roster.problem import Problem

Floats = npt.NDArray[np.float64]

WEEK = 7
"""Days over which need and work are compared: days of rest are not short of work."""

HALVINGS = 50


def courses(
    problem: Problem, amounts: Floats, most: Sequence[Floats], totals: Sequence[float]
) -> list[Floats]:
    """For each person the amount to have done before each day, [0 .. days].

    ``amounts[shift]`` is what a shift adds, ``most[person]`` what the person could
    do at most on each day, ``totals[person]`` what it should come to.
    """
    needed = _by_week(demand(problem) @ amounts)
    use = _use(needed, _by_week(np.sum(most, axis=0)), float(sum(totals)))
    by_day = np.repeat(use, WEEK)[: problem.days]
    found = []
    for capable, total in zip(most, totals, strict=True):
        wished = np.concatenate([[0.0], np.cumsum(capable * by_day)])
        reached = np.concatenate([[0.0], np.cumsum(capable)])
        found.append(np.minimum(total / max(wished[-1], 1e-9) * wished, reached))
    return found


def demand(problem: Problem) -> Floats:
    """How many are asked for, [day, shift]; what several shifts may cover is split evenly."""
    needed = np.zeros((problem.days, len(problem.shifts)))
    for cover in problem.covers:
        for shift in cover.shifts:
            needed[cover.day, shift] += max(cover.minimum or 0, 0) / len(cover.shifts)
    return needed


def _by_week(by_day: Floats) -> Floats:
    padded = np.concatenate([by_day, np.zeros(-len(by_day) % WEEK)])
    return np.asarray(padded.reshape(-1, WEEK).sum(axis=1), dtype=np.float64)


def _use(needed: Floats, capacity: Floats, wanted: float) -> Floats:
    """The share of each week's capacity to be used, so that ``wanted`` is done in all.

    Where more must be done than is needed, the weeks of least need take it.
    """
    low, high = 0.0, float(max(capacity.max(initial=1.0), needed.max(initial=1.0)))
    for _ in range(HALVINGS):
        level = (low + high) / 2.0
        if np.minimum(np.maximum(needed, level), capacity).sum() < wanted:
            low = level
        else:
            high = level
    done = np.minimum(np.maximum(needed, high), capacity)
    return np.asarray(done / np.maximum(capacity, 1e-9), dtype=np.float64)
