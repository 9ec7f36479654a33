"""The small language of derived features and rules: text in, a checked tree out.

Numbers, names, ``+ - * / **``, comparisons (chained, and ``in`` a list of
numbers), ``and or not``, and the functions of ``FUNCTIONS``. Python's own
parser reads the text; only the nodes listed here pass, so an expression can
neither reach an object nor run for long.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cds.errors import InputError, Place

LONGEST_TEXT = 2000
DEEPEST_NESTING = 40
LARGEST_EXPONENT = 10.0

# Function name -> fewest and most arguments.
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "min": (2, 64),
    "max": (2, 64),
    "abs": (1, 1),
    "log": (1, 1),
    "exp": (1, 1),
    "sqrt": (1, 1),
    "coalesce": (1, 64),
    "any": (1, 64),
    "count_true": (1, 64),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``operator`` (a sign such as ``+`` or a function's name) applied to ``operands``."""

    operator: str
    operands: tuple[Node, ...]


Node = Number | Name | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; ``names`` are its variables in order of appearance."""

    text: str
    root: Node
    names: tuple[str, ...]

    def __str__(self) -> str:
        """The text it was read from."""
        return self.text


_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARISON: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def parse(text: str, place: Place | None = None) -> Expression:
    """Check ``text`` and return its tree.

    ``place`` says where the text stands (a recipe's feature, a rule's field)
    and opens the message of an error.

    Raises:
        InputError: the text is not an expression of this language; the message
            names the column and what was expected.
    """
    if len(text) > LONGEST_TEXT:
        raise InputError(f"expression of {len(text)} characters, at most {LONGEST_TEXT}", place)
    stripped = text.strip()
    if not stripped:
        raise InputError("empty expression", place)
    try:
        with warnings.catch_warnings():
            # what Python only warns of (a stray backslash, "1or 2") is refused here
            warnings.simplefilter("error")
            tree = ast.parse(stripped, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        column = getattr(error, "offset", None) or 1
        raise InputError(f"not an expression (column {column}): {_shown(text)}", place) from None
    root = _Checker(stripped, place).node(tree.body, 0)
    return Expression(stripped, root, tuple(dict.fromkeys(_names(root))))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Operation):
        for operand in node.operands:
            yield from _names(operand)


class _Checker:
    """Turns Python's tree into ours and refuses what has no place in it."""

    def __init__(self, text: str, place: Place | None) -> None:
        self._text = text
        self._place = place

    def _refuse(self, node: ast.AST, problem: str) -> InputError:
        column = getattr(node, "col_offset", 0) + 1
        return InputError(f"{problem} (column {column}): {_shown(self._text)}", self._place)

    def node(self, node: ast.expr, depth: int) -> Node:
        if depth > DEEPEST_NESTING:
            raise self._refuse(node, f"nested more than {DEEPEST_NESTING} deep")
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                if name.startswith("_"):
                    raise self._refuse(node, f"name {name!r} is not allowed")
                return Name(name)
            case ast.BinOp():
                return self._arithmetic(node, depth)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negative(self.node(operand, depth + 1))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand, depth + 1)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Operation("not", (self.node(operand, depth + 1),))
            case ast.BoolOp(op=operator, values=values):
                sign = "and" if isinstance(operator, ast.And) else "or"
                return Operation(sign, tuple(self.node(value, depth + 1) for value in values))
            case ast.Compare():
                return self._comparison(node, depth)
            case ast.Call():
                return self._call(node, depth)
        raise self._refuse(node, f"{type(node).__name__} is not part of the language")

    def _number(self, node: ast.Constant) -> Number:
        value = node.value
        if not isinstance(value, int | float):
            raise self._refuse(node, f"{value!r} is not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._refuse(node, "number too large")
        return Number(number)

    @staticmethod
    def _negative(operand: Node) -> Node:
        if isinstance(operand, Number):
            return Number(-operand.value)
        return Operation("negative", (operand,))

    def _arithmetic(self, node: ast.BinOp, depth: int) -> Node:
        sign = _ARITHMETIC.get(type(node.op))
        if sign is None:
            raise self._refuse(node, f"operator {type(node.op).__name__} is not allowed")
        left, right = self.node(node.left, depth + 1), self.node(node.right, depth + 1)
        if sign == "**" and not (
            isinstance(right, Number) and abs(right.value) <= LARGEST_EXPONENT
        ):
            bound = f"{LARGEST_EXPONENT:g}"
            raise self._refuse(node.right, f"exponent must be a number from -{bound} to {bound}")
        return Operation(sign, (left, right))

    def _comparison(self, node: ast.Compare, depth: int) -> Node:
        parts: list[Node] = []
        left = self.node(node.left, depth + 1)
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                if len(node.ops) > 1:
                    raise self._refuse(right_node, "'in' cannot be chained")
                within = Operation("in", (left, *self._list(right_node)))
                return within if isinstance(operator, ast.In) else Operation("not", (within,))
            sign = _COMPARISON.get(type(operator))
            if sign is None:
                raise self._refuse(right_node, f"{type(operator).__name__} is not a comparison")
            right = self.node(right_node, depth + 1)
            parts.append(Operation(sign, (left, right)))
            left = right
        return parts[0] if len(parts) == 1 else Operation("and", tuple(parts))

    def _list(self, node: ast.expr) -> tuple[Number, ...]:
        items = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
        numbers = [self.node(item, 0) for item in items]
        found = tuple(number for number in numbers if isinstance(number, Number))
        if not found or len(found) != len(numbers):
            raise self._refuse(node, "'in' expects a list of numbers such as (1, 2)")
        return found

    def _call(self, node: ast.Call, depth: int) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is None or name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            called = repr(name) if name else "this"
            raise self._refuse(node, f"{called} is not a function here; known: {known}")
        fewest, most = FUNCTIONS[name]
        if node.keywords or not fewest <= len(node.args) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise self._refuse(node, f"{name} expects {wanted} argument(s)")
        return Operation(name, tuple(self.node(argument, depth + 1) for argument in node.args))
