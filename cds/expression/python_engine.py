"""Expressions as plain Python closures over floats; NaN stands for a missing value."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from cds.expression.parse import Expression, Name, Node, Number, Operation

Values = Mapping[str, float]
Function = Callable[[Values], float]

MISSING = math.nan


def compile_python(expression: Expression) -> Function:
    """A function from variable values to the expression's value.

    Values are floats; NaN, None, infinity and an absent name are missing. The
    result is a finite float or NaN; truth is 1.0 or 0.0.
    """
    return _compile(expression.root)


def _compile(node: Node) -> Function:
    if isinstance(node, Number):
        constant = node.value
        return lambda values: constant
    if isinstance(node, Name):
        return _variable(node.name)
    return _OPERATIONS[node.operator](node)


def _variable(name: str) -> Function:
    def value(values: Values) -> float:
        found = values.get(name)
        return float(found) if found is not None and math.isfinite(found) else MISSING

    return value


def _finite(value: float) -> float:
    return value if math.isfinite(value) else MISSING


def _strict(compute: Callable[..., float]) -> Callable[[Operation], Function]:
    """An operation that is missing if an operand is, or if it yields no finite number."""

    def compile_operation(node: Operation) -> Function:
        operands = [_compile(operand) for operand in node.operands]

        def value(values: Values) -> float:
            numbers = [operand(values) for operand in operands]
            if any(number != number for number in numbers):  # NaN alone differs from itself
                return MISSING
            try:
                return _finite(compute(*numbers))
            except (ArithmeticError, ValueError):
                return MISSING

        return value

    return compile_operation


def _comparison(compare: Callable[[float, float], bool]) -> Callable[[Operation], Function]:
    return _strict(lambda left, right: 1.0 if compare(left, right) else 0.0)


def power(base: float, exponent: float) -> float:
    """``base ** exponent``; a small whole exponent multiplies, as the polars engine does."""
    if exponent.is_integer() and exponent >= 0.0:
        product = 1.0
        for _ in range(int(exponent)):
            product *= base
        return product
    return math.pow(base, exponent)


def _within(value: float, *listed: float) -> float:
    return 1.0 if value in listed else 0.0


def _not(node: Operation) -> Function:
    operand = _compile(node.operands[0])

    def value(values: Values) -> float:
        number = operand(values)
        return MISSING if number != number else float(number == 0.0)

    return value


def _kleene(decisive: bool) -> Callable[[Operation], Function]:
    """``or`` (a true operand decides) and ``and`` (a false one does), three-valued."""

    def compile_operation(node: Operation) -> Function:
        operands = [_compile(operand) for operand in node.operands]

        def value(values: Values) -> float:
            result = float(not decisive)
            for operand in operands:
                number = operand(values)
                if number != number:
                    result = MISSING
                elif (number != 0.0) is decisive:
                    return float(decisive)
            return result

        return value

    return compile_operation


def _over_known(compute: Callable[[list[float]], float]) -> Callable[[Operation], Function]:
    """A function of the operands that are not missing; missing if all are."""

    def compile_operation(node: Operation) -> Function:
        operands = [_compile(operand) for operand in node.operands]

        def value(values: Values) -> float:
            numbers = [operand(values) for operand in operands]
            known = [number for number in numbers if number == number]
            return compute(known) if known else MISSING

        return value

    return compile_operation


_OPERATIONS: Mapping[str, Callable[[Operation], Function]] = {
    "+": _strict(operator.add),
    "-": _strict(operator.sub),
    "*": _strict(operator.mul),
    "/": _strict(operator.truediv),
    "**": _strict(power),
    "negative": _strict(operator.neg),
    "<": _comparison(operator.lt),
    "<=": _comparison(operator.le),
    ">": _comparison(operator.gt),
    ">=": _comparison(operator.ge),
    "==": _comparison(operator.eq),
    "!=": _comparison(operator.ne),
    "in": _strict(_within),
    "min": _strict(min),
    "max": _strict(max),
    "abs": _strict(abs),
    "log": _strict(math.log),
    "exp": _strict(math.exp),
    "sqrt": _strict(math.sqrt),
    "not": _not,
    "and": _kleene(decisive=False),
    "or": _kleene(decisive=True),
    "coalesce": _over_known(lambda known: known[0]),
    "any": _over_known(lambda known: float(any(number != 0.0 for number in known))),
    "count_true": _over_known(lambda known: float(sum(number != 0.0 for number in known))),
}
