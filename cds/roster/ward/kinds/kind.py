"""What a kind of rule is: its parameters, how they are checked, what it compiles to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cds.errors import InputError, Place
from cds.roster.problem import Rule
from cds.roster.ward.description import RuleSetting, Value
from cds.roster.ward.nearest import did_you_mean

if TYPE_CHECKING:
    from cds.roster.ward.kinds.context import Context

Type = Literal["hours", "whole", "flag", "choice", "shift", "sequence"]

_EXPECTED: Mapping[str, str] = {
    "hours": "a number of hours",
    "whole": "a whole number",
    "flag": "true or false",
    "shift": "a shift's code or any, night, day, on_call, off (a list of them will do)",
    "sequence": "a list, one entry a day, of shift codes or any, work, night, day, on_call, off",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a kind; ``low`` is the least value that makes sense.

    ``shift`` is a code, a class of shifts ("night") or a list of either, meant
    as alternatives; ``sequence`` has one entry for each of consecutive days, in
    which ``|`` separates alternatives and ``any`` is also a day off.
    """

    name: str
    type: Type
    required: bool = False
    default: Value | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: float = 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """A rule setting with its defaults filled in, as compiling functions read it."""

    name: str
    weight: int | None
    place: Place
    values: Mapping[str, Value]

    @property
    def origin(self) -> str:
        """Where the rule was written, in words."""
        return str(self.place)

    def hours(self, parameter: str) -> float:
        """A number that is there (required, or with a default)."""
        value = self.hours_or_none(parameter)
        assert value is not None, parameter
        return value

    def hours_or_none(self, parameter: str) -> float | None:
        """A number, or None where it was not given."""
        value = self.values.get(parameter)
        return float(value) if isinstance(value, int | float) else None

    def whole(self, parameter: str) -> int:
        """A whole number that is there (required, or with a default)."""
        value = self.whole_or_none(parameter)
        assert value is not None, parameter
        return value

    def whole_or_none(self, parameter: str) -> int | None:
        """A whole number, or None where it was not given."""
        value = self.values.get(parameter)
        return int(value) if isinstance(value, int | float) else None

    def flag(self, parameter: str) -> bool:
        """True where it was given as true."""
        return self.values.get(parameter) is True

    def text(self, parameter: str) -> str:
        """A word that is there."""
        return str(self.values[parameter])

    def texts(self, parameter: str) -> tuple[str, ...]:
        """Words; a single one is a list of one."""
        value = self.values[parameter]
        return value if isinstance(value, tuple) else (str(value),)


Compile = Callable[[Terms, "Context"], Sequence[Rule]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: ``one_of`` names parameters of which at least one must be given."""

    name: str
    rules: Compile
    parameters: tuple[Parameter, ...]
    title: Mapping[str, str]
    one_of: tuple[str, ...] = ()
    soft_only: bool = False
    _by_name: Mapping[str, Parameter] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {item.name: item for item in self.parameters})

    @property
    def sentence(self) -> str:
        """What the rule says, in one English sentence."""
        return (self.rules.__doc__ or "").strip().split("\n\n")[0]

    def check(self, setting: RuleSetting) -> None:
        """Raises InputError at the setting's place for parameters that cannot be meant."""
        for name in setting.parameters:
            if name not in self._by_name:
                raise InputError(
                    f"rule {setting.name!r}: {name!r} is not a parameter of {self.name}"
                    f"; expected {self._list()}{did_you_mean(name, self._by_name)}",
                    setting.place,
                )
        for parameter in self.parameters:
            self._check_one(setting, parameter)
        if self.one_of and not any(name in setting.parameters for name in self.one_of):
            raise InputError(
                f"rule {setting.name!r}: {self.name} has neither of {', '.join(self.one_of)}"
                "; expected at least one",
                setting.place,
            )
        low, high = setting.parameters.get("minimum"), setting.parameters.get("maximum")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            raise InputError(
                f"rule {setting.name!r}: the minimum {low:g} is above the maximum {high:g}",
                setting.place,
            )
        if self.soft_only and setting.weight is None:
            raise InputError(
                f"rule {setting.name!r}: {self.name} cannot be hard; expected a weight",
                setting.place,
            )

    def compile(self, setting: RuleSetting, context: Context) -> tuple[Rule, ...]:
        """The rules that ``setting`` puts on the context's person.

        Raises InputError as ``check`` does, and for a shift that the ward has not.
        """
        self.check(setting)
        return tuple(self.rules(self.terms(setting), context))

    def terms(self, setting: RuleSetting) -> Terms:
        """The setting with defaults filled in; ``check`` must have passed."""
        values = {
            item.name: item.default for item in self.parameters if item.default is not None
        } | dict(setting.parameters)
        return Terms(setting.name, setting.weight, setting.place, values)

    def _check_one(self, setting: RuleSetting, parameter: Parameter) -> None:
        value = setting.parameters.get(parameter.name)
        if value is None:
            if parameter.required:
                raise InputError(
                    f"rule {setting.name!r}: {self.name} lacks {parameter.name!r}"
                    f"; expected {_expected(parameter)}",
                    setting.place,
                )
            return
        if not _fits(parameter, value):
            shown = list(value) if isinstance(value, tuple) else value
            hint = did_you_mean(value, parameter.choices) if isinstance(value, str) else ""
            raise InputError(
                f"rule {setting.name!r}: {parameter.name} is {shown!r}"
                f"; expected {_expected(parameter)}{hint}",
                setting.place,
            )

    def _list(self) -> str:
        return ", ".join(self._by_name) or "none"


def _expected(parameter: Parameter) -> str:
    if parameter.type == "choice":
        return " | ".join(parameter.choices)
    words = _EXPECTED[parameter.type]
    return f"{words}, at least {parameter.low:g}" if parameter.low else words


def _fits(parameter: Parameter, value: Value) -> bool:
    match parameter.type:
        case "flag":
            return isinstance(value, bool)
        case "choice":
            return value in parameter.choices
        case "shift":
            return (isinstance(value, str) and bool(value)) or _words(value, 1)
        case "sequence":
            return _words(value, 2)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    whole = parameter.type != "whole" or float(value).is_integer()
    return math.isfinite(value) and whole and value >= parameter.low


def _words(value: Value, least: int) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) >= least
        and all(isinstance(item, str) and item for item in value)
    )
