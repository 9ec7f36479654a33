"""Expressions over a table's columns; null stands for a missing value.

Import this module only where polars is wanted anyway: it loads it.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from cds.expression.parse import Expression, Name, Node, Number, Operation
from cds.expression.python_engine import compile_python


def compile_polars(expression: Expression) -> pl.Expr:
    """A polars expression of type Float64 with the expression's value in each row.

    Columns are read as Float64; null, NaN and infinity are missing. The result
    is finite or null; truth is 1.0 or 0.0. Rows agree with ``compile_python``.
    """
    return _compile(expression.root)


def _compile(node: Node) -> pl.Expr:
    if isinstance(node, Number):
        return pl.lit(node.value, dtype=pl.Float64)
    if isinstance(node, Name):
        return _finite(pl.col(node.name).cast(pl.Float64))
    if not _has_names(node):
        # A constant, worked out here: polars would make it a column of one row.
        value = compile_python(Expression("", node, ()))({})
        return pl.lit(None if math.isnan(value) else value, dtype=pl.Float64)
    return _OPERATIONS[node.operator](node, [_compile(operand) for operand in node.operands])


def _has_names(node: Node) -> bool:
    if isinstance(node, Operation):
        return any(_has_names(operand) for operand in node.operands)
    return isinstance(node, Name)


def _finite(value: pl.Expr) -> pl.Expr:
    """``value``, null where it is not finite.

    Names ``value`` once: with ``when(value.is_finite()).then(value)`` a chain of
    n operations would hold 2^n copies of its first operand.
    """
    return value.map_batches(_only_finite, return_dtype=pl.Float64, is_elementwise=True)


def _only_finite(column: pl.Series) -> pl.Series:
    finite = column.is_finite()
    return column if finite.all() else column.set(~finite.fill_null(True), None)


def _truth(value: pl.Expr) -> pl.Expr:
    return value != 0.0


def _number(truth: pl.Expr) -> pl.Expr:
    return truth.cast(pl.Float64)


Compile = Callable[[Operation, Sequence[pl.Expr]], pl.Expr]


def _arithmetic(compute: Callable[..., pl.Expr]) -> Compile:
    return lambda node, operands: _finite(compute(*operands))


def _comparison(compare: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Compile:
    return lambda node, operands: _number(compare(operands[0], operands[1]))


def _power(node: Operation, operands: Sequence[pl.Expr]) -> pl.Expr:
    exponent = node.operands[1]
    assert isinstance(exponent, Number)  # the parser lets no other exponent pass
    base = operands[0]
    if exponent.value.is_integer() and exponent.value >= 0.0:
        # 1 made of the base, not the literal, so that a missing base stays missing
        product = base * 0.0 + 1.0
        factors = [base] * int(exponent.value)
        return _finite(functools.reduce(operator.mul, factors, product))
    return _finite(base.pow(exponent.value))


def _within(node: Operation, operands: Sequence[pl.Expr]) -> pl.Expr:
    value = operands[0]
    return _number(functools.reduce(operator.or_, [value == one for one in operands[1:]]))


def _extreme(choose: Callable[[Sequence[pl.Expr]], pl.Expr]) -> Compile:
    """Least or greatest of the operands, missing if one is (polars would skip it)."""

    def compile_operation(node: Operation, operands: Sequence[pl.Expr]) -> pl.Expr:
        complete = pl.all_horizontal([operand.is_not_null() for operand in operands])
        return pl.when(complete).then(choose(operands))

    return compile_operation


def _over_known(compute: Callable[[Sequence[pl.Expr]], pl.Expr]) -> Compile:
    """A function of the operands' truths that skips missing ones; missing if all are."""

    def compile_operation(node: Operation, operands: Sequence[pl.Expr]) -> pl.Expr:
        known = pl.any_horizontal([operand.is_not_null() for operand in operands])
        return pl.when(known).then(compute([_number(_truth(operand)) for operand in operands]))

    return compile_operation


_OPERATIONS: Mapping[str, Compile] = {
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(operator.truediv),
    "**": _power,
    "negative": _arithmetic(operator.neg),
    "<": _comparison(operator.lt),
    "<=": _comparison(operator.le),
    ">": _comparison(operator.gt),
    ">=": _comparison(operator.ge),
    "==": _comparison(operator.eq),
    "!=": _comparison(operator.ne),
    "in": _within,
    "min": _extreme(pl.min_horizontal),
    "max": _extreme(pl.max_horizontal),
    "abs": _arithmetic(lambda value: value.abs()),
    "log": _arithmetic(lambda value: value.log(math.e)),
    "exp": _arithmetic(lambda value: value.exp()),
    "sqrt": _arithmetic(lambda value: value.sqrt()),
    "not": lambda node, operands: _number(~_truth(operands[0])),
    "and": lambda node, operands: _number(
        functools.reduce(operator.and_, [_truth(operand) for operand in operands])
    ),
    "or": lambda node, operands: _number(
        functools.reduce(operator.or_, [_truth(operand) for operand in operands])
    ),
    "coalesce": lambda node, operands: pl.coalesce(list(operands)),
    "any": _over_known(pl.max_horizontal),
    "count_true": _over_known(pl.sum_horizontal),
}
