"""Reads plain text, numbers and paths from the command line without loading pydantic.

Typer hands every value to a pydantic adapter, whose import alone takes longer
than a whole prediction should. For the few plain types that our commands use,
each parameter gets its own reader instead; all others keep Typer's. With a
Typer that has no such hook this changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup


def _finite(text: Any) -> float:
    """ValueError for what is no number, and for ``nan`` and ``inf``: neither is any amount."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


# A flag's value is a bool (or nothing) before it gets here.
_READERS: dict[type, Callable[[Any], Any]] = {
    str: str,
    bool: bool,
    int: int,
    float: _finite,
    Path: Path,
}
_EXPECTED = {int: "a whole number", float: "a number"}


class PlainReader(NamedTuple):
    """Stands in for Typer's run-time parameter: text in, value out."""

    kind: type
    smallest: float | None
    largest: float | None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """``value`` in the parameter's type; a list where the parameter takes several."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if several:
            return [self._read(item, param, ctx) for item in value]
        return self._read(value, param, ctx)

    def _read(self, item: Any, param: Any, ctx: Any) -> Any:
        if param.param_type_name == "argument" and isinstance(item, str) and not item.strip():
            # An empty path would be the current folder, whatever lies there.
            raise typer.BadParameter("is empty; is a shell variable not set?", ctx, param)
        try:
            content = _READERS[self.kind](item)
        except ValueError:
            raise typer.BadParameter(
                f"{item!r} is not {_EXPECTED.get(self.kind, 'usable')}.", ctx=ctx, param=param
            ) from None
        low, high = self.smallest, self.largest
        if (low is not None and content < low) or (high is not None and content > high):
            bounds = f"at least {low}" if high is None else f"between {low} and {high}"
            raise typer.BadParameter(f"{item} is out of range; expected {bounds}.", ctx, param)
        return content


class LightCommand(TyperCommand):
    """A command whose plain parameters do without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, the help option included."""
        return _lighten(super().get_params(ctx))


class LightGroup(TyperGroup):
    """A family of commands whose own plain parameters do without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, the help option included."""
        return _lighten(super().get_params(ctx))


def _lighten(parameters: Iterable[Any]) -> list[Any]:
    lightened = list(parameters)
    for parameter in lightened:
        descriptor = getattr(parameter, "type_descriptor", None)
        if descriptor is None or not hasattr(parameter, "get_runtime_param"):
            continue
        kind = descriptor.annotation
        if get_origin(kind) is list:
            (kind,) = get_args(kind)
        if kind in _READERS:
            limits = descriptor.parameter_info
            reader = PlainReader(kind, limits.min, limits.max)
            parameter.get_runtime_param = lambda reader=reader: reader
    return lightened
