"""A CP-SAT model under construction: clauses, linear bounds, costs, and how hints complete.

A literal is a boolean variable, its negation, or ``True`` or ``False`` where the
answer is known beforehand; constraints are simplified by what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

from ortools.sat.python import cp_model

from cds.roster.problem import Weight

Literal = Any
"""An ``IntVar``, its negation, or a plain ``bool`` (ortools has no name for all three)."""


def negated(literal: Literal) -> Literal:
    """The opposite of ``literal``."""
    return not literal if isinstance(literal, bool) else ~literal


@dataclass(slots=True)
class Sum:
    """``constant`` + the sum of ``coefficients`` x ``literals``, known to lie in ``low..high``."""

    literals: list[Literal]
    coefficients: list[int]
    constant: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Or:
    """The variable is true where any of the literals is."""

    index: int
    literals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Broken:
    """The variable is true where any of the clauses, without it, is false."""

    index: int
    clauses: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Slack:
    """The variable is the largest of 0 and of each ``constant + factor * sum``."""

    index: int
    literals: tuple[int, ...]
    coefficients: tuple[int, ...]
    cuts: tuple[tuple[int, int], ...]  # (constant, factor)


class Builder:
    """Adds constraints to ``model`` and keeps the cost of what they let pass."""

    def __init__(self, model: cp_model.CpModel) -> None:
        self.model = model
        self.charged: list[Literal] = []
        self.prices: list[int] = []
        self.constant = 0
        self._definitions: list[_Or | _Broken | _Slack] = []

    @property
    def cost(self) -> cp_model.LinearExpr:
        """All costs charged so far."""
        if not self.charged:
            return cp_model.LinearExpr.constant(self.constant)
        return cp_model.LinearExpr.weighted_sum(self.charged, self.prices) + self.constant

    def boolean(self) -> Literal:
        """A new boolean variable."""
        return self.model.new_bool_var("")

    def charge(self, literal: Literal, weight: int) -> None:
        """``weight`` is due where ``literal`` holds."""
        if literal is True:
            self.constant += weight
        elif literal is not False and weight:
            if literal.index < 0:
                self.constant += weight
                self.charged.append(~literal)
                self.prices.append(-weight)
            else:
                self.charged.append(literal)
                self.prices.append(weight)

    def clause(self, literals: Sequence[Literal], when: Literal = None) -> None:
        """At least one of ``literals`` holds (where ``when`` holds, if given)."""
        kept = [literal for literal in literals if literal is not False]
        if any(literal is True for literal in kept):
            return
        if when is not None:
            kept.append(~when)
        self.model.add_bool_or(kept)

    def soft_clause(self, literals: Sequence[Literal], weight: int) -> None:
        """``weight`` is due where none of ``literals`` holds."""
        if not weight:
            return
        self.charge(self.broken([literals]), weight)

    def broken(self, clauses: Sequence[Sequence[Literal]]) -> Literal:
        """A literal that must hold where one of ``clauses`` is false (and may elsewhere)."""
        left = []
        for literals in clauses:
            kept = [literal for literal in literals if literal is not False]
            if not kept:
                return True
            if not any(literal is True for literal in kept):
                left.append(kept)
        if not left:
            return False
        if len(left) == 1 and len(left[0]) == 1:
            return ~left[0][0]
        variable = self.boolean()
        for kept in left:
            self.model.add_bool_or([*kept, variable])
        indexes = tuple([tuple([literal.index for literal in kept]) for kept in left])
        self._definitions.append(_Broken(variable.index, indexes))
        return variable

    def exclusive_any(self, literals: Sequence[Literal]) -> Literal:
        """A variable equal to the sum of ``literals``, of which at most one can hold."""
        variable = self.boolean()
        self.model.add_exactly_one([*literals, ~variable])
        self._define_any(variable, literals)
        return variable

    def any_of(self, literals: Sequence[Literal]) -> Literal:
        """A literal equal to the disjunction of ``literals``."""
        kept = [literal for literal in literals if literal is not False]
        if any(literal is True for literal in kept):
            return True
        if len(kept) <= 1:
            return kept[0] if kept else False
        variable = self.boolean()
        for literal in kept:
            self.model.add_bool_or([variable, ~literal])
        self.model.add_bool_or([*kept, ~variable])
        self._define_any(variable, kept)
        return variable

    def _define_any(self, variable: Literal, literals: Sequence[Literal]) -> None:
        indexes = tuple([literal.index for literal in literals])
        self._definitions.append(_Or(variable.index, indexes))

    def bound(
        self,
        total: Sum,
        minimum: int | None,
        maximum: int | None,
        under: Weight,
        over: Weight,
        when: Literal = None,
    ) -> None:
        """``minimum <= total <= maximum``, hard or at a cost a unit, as the weights say."""
        if minimum is not None and total.low >= minimum:
            minimum = None
        if maximum is not None and total.high <= maximum:
            maximum = None
        if minimum is None and maximum is None:
            return
        # With a unit common to all amounts, bounds between its multiples can be tightened.
        unit = gcd(*total.coefficients) or 1
        coefficients = [coefficient // unit for coefficient in total.coefficients]
        expression = cp_model.LinearExpr.weighted_sum(total.literals, coefficients)
        scaled = _Scaled(total, unit, coefficients, expression)
        low, high = cp_model.INT_MIN, cp_model.INT_MAX
        if minimum is not None:
            if under is None:
                low = -((total.constant - minimum) // unit)
            else:
                self._lacking(scaled, minimum, under)
        if maximum is not None:
            if over is None:
                high = (maximum - total.constant) // unit
            else:
                self._exceeding(scaled, maximum, over)
        if low == cp_model.INT_MIN and high == cp_model.INT_MAX:
            return
        if not total.literals:
            self.clause([], when)
            return
        constraint = self.model.add_linear_constraint(expression, low, high)
        if when is not None:
            constraint.only_enforce_if(when)

    def _lacking(self, total: _Scaled, minimum: int, weight: int) -> None:
        whole, rest = divmod(minimum - total.sum.constant, total.unit)
        cuts = [(minimum - total.sum.constant, -total.unit)]
        if rest:
            cuts.append((rest * (whole + 1), -rest))
        self._slack(total, cuts, minimum - total.sum.low, weight)

    def _exceeding(self, total: _Scaled, maximum: int, weight: int) -> None:
        whole, rest = divmod(maximum - total.sum.constant, total.unit)
        cuts = [(total.sum.constant - maximum, total.unit)]
        if rest:
            cuts.append((-whole * (total.unit - rest), total.unit - rest))
        self._slack(total, cuts, total.sum.high - maximum, weight)

    def _slack(
        self, total: _Scaled, cuts: Sequence[tuple[int, int]], largest: int, weight: int
    ) -> None:
        """``weight`` a unit of the largest of 0 and the cuts; the cuts span its convex hull."""
        if not weight:
            return
        if not total.sum.literals:
            self.constant += weight * largest
            return
        slack = self.model.new_int_var(0, largest, "")
        for constant, factor in cuts:
            excess = cp_model.LinearExpr.weighted_sum(
                [*total.sum.literals, slack],
                [*[factor * coefficient for coefficient in total.coefficients], -1],
            )
            self.model.add_linear_constraint(excess, cp_model.INT_MIN, -constant)
        indexes = tuple([literal.index for literal in total.sum.literals])
        self._definitions.append(
            _Slack(slack.index, indexes, tuple(total.coefficients), tuple(cuts))
        )
        self.charged.append(slack)
        self.prices.append(weight)

    def complete(self, values: dict[int, int]) -> None:
        """Fill in what follows from the decisions in ``values`` (by variable index)."""

        def holds(literal: int) -> int:
            return values[literal] if literal >= 0 else 1 - values[-1 - literal]

        for definition in self._definitions:
            if isinstance(definition, _Or):
                value = int(any(map(holds, definition.literals)))
            elif isinstance(definition, _Broken):
                value = int(not all(any(map(holds, clause)) for clause in definition.clauses))
            else:
                amount = sum(
                    coefficient * holds(literal)
                    for literal, coefficient in zip(
                        definition.literals, definition.coefficients, strict=True
                    )
                )
                value = max(
                    0, *(constant + factor * amount for constant, factor in definition.cuts)
                )
            values[definition.index] = value


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A sum in multiples of the unit that its coefficients share."""

    sum: Sum
    unit: int
    coefficients: list[int]
    expression: cp_model.LinearExpr
