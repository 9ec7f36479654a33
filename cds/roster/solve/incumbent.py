"""The best roster so far, as one column for each person, and what the rows charge it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column
from cds.roster.solve.rows import Rows

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Incumbent:
    """``columns[employee]``; ``activity[row]``; ``cost`` with hard rows at their penalty."""

    columns: tuple[Column, ...]
    activity: Floats
    cost: float

    @classmethod
    def of(cls, rows: Rows, columns: Sequence[Column]) -> Incumbent:
        """The roster made of ``columns``, in the order of employees."""
        ordered = tuple(sorted(columns, key=lambda column: column.employee))
        activity = np.zeros(rows.count)
        for column in ordered:
            activity[column.rows] += column.values
        cost = sum(column.cost for column in ordered) + float(rows.charge(activity).sum())
        return cls(ordered, activity, float(np.rint(cost)))

    def with_columns(self, rows: Rows, columns: Sequence[Column]) -> Incumbent:
        """Some people's columns replaced."""
        changed = {column.employee: column for column in columns}
        return Incumbent.of(rows, [changed.get(column.employee, column) for column in self.columns])
