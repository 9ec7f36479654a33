"""The catalogue: every kind of rule by name, with its parameters and its titles."""

from __future__ import annotations

from collections.abc import Mapping

from cds.roster.ward.kinds.fairness import SHARED, fair_share
from cds.roster.ward.kinds.hours import (
    average_hours,
    contracted_hours,
    hours_per_period,
    hours_per_week,
    night_hours,
    overtime,
    rolling_hours,
    shifts_per_period,
)
from cds.roster.ward.kinds.kind import Compile, Kind, Parameter, Type
from cds.roster.ward.kinds.lengths import night_length, shift_length
from cds.roster.ward.kinds.on_call import on_call_frequency
from cds.roster.ward.kinds.rest import rest_between_shifts
from cds.roster.ward.kinds.runs import (
    consecutive_days_off,
    consecutive_nights,
    consecutive_same_shift,
    consecutive_shifts,
    day_off_in,
)
from cds.roster.ward.kinds.sequences import (
    days_off_after_nights,
    forbidden_sequence,
    required_after,
)
from cds.roster.ward.kinds.weekends import (
    complete_weekends,
    same_shift_at_weekend,
    weekends_in_row,
    weekends_worked,
)
from cds.roster.ward.kinds.weekly_rest import weekly_rest


def _hours(
    name: str, *, required: bool = False, default: float | None = None, low: float = 0
) -> Parameter:
    return Parameter(name, "hours", required, default, "h", low=low)


def _days(
    name: str, *, required: bool = False, default: int | None = None, low: float = 1
) -> Parameter:
    return Parameter(name, "whole", required, default, "d", low=low)


def _number(
    name: str, *, required: bool = False, default: int | None = None, unit: str = "", low: float = 0
) -> Parameter:
    return Parameter(name, "whole", required, default, unit, low=low)


def _shift(name: str, *, required: bool = False, default: str | None = None) -> Parameter:
    kind: Type = "shift"
    return Parameter(name, kind, required, default)


def _counting(default: str, *choices: str) -> Parameter:
    """Which of a shift's hours: paid, of working time by law, or between start and end."""
    return Parameter("counting", "choice", False, default, choices=choices)


_WEEKS = _number("weeks", required=True, unit="weeks", low=1)
_RUN = (_days("minimum"), _days("maximum"))
_BOUNDS = ("minimum", "maximum")


def _kind(
    rules: Compile,
    en: str,
    zh: str,
    *parameters: Parameter,
    one_of: tuple[str, ...] = (),
    soft_only: bool = False,
) -> Kind:
    return Kind(rules.__name__, rules, parameters, {"en": en, "zh": zh}, one_of, soft_only)


_ALL = (
    _kind(
        rest_between_shifts, "rest between shifts", "班次间休息",
        _hours("hours", required=True, low=1),
        _shift("after", default="any"),
        _hours("after_length", default=0),
        Parameter("on_call", "choice", False, "counted", choices=("counted", "work", "rest")),
    ),
    _kind(
        weekly_rest, "weekly rest", "每周连续休息",
        _hours("hours", required=True, low=20),
        _days("days", default=7, low=2),
        Parameter("rolling", "flag"),
    ),
    _kind(
        consecutive_shifts, "shifts in a row", "连续上班天数", *_RUN, one_of=_BOUNDS
    ),
    _kind(
        consecutive_nights, "nights in a row", "连续夜班数", *_RUN, one_of=_BOUNDS
    ),
    _kind(
        consecutive_same_shift, "same shift in a row", "连续同一班次数",
        _shift("shift", required=True), *_RUN, one_of=_BOUNDS,
    ),
    _kind(
        consecutive_days_off, "days off in a row", "连续休息天数", *_RUN, one_of=_BOUNDS
    ),
    _kind(
        day_off_in, "days off in every so many", "若干天内的休息日",
        _days("days_off", default=1), _days("days", required=True, low=2),
        _number("average_weeks", unit="weeks", low=1),
    ),
    _kind(
        hours_per_week, "hours a week", "每周工时",
        _hours("minimum"), _hours("maximum"), _counting("paid", "paid", "working"), one_of=_BOUNDS,
    ),
    _kind(
        hours_per_period, "hours in the period", "排班期工时",
        _hours("minimum"), _hours("maximum"), _counting("paid", "paid", "working"), one_of=_BOUNDS,
    ),
    _kind(
        contracted_hours, "contracted hours", "合同工时", _hours("tolerance", default=0)
    ),
    _kind(
        average_hours, "average hours a week", "平均每周工时",
        _hours("maximum", required=True), _WEEKS, _counting("working", "paid", "working"),
    ),
    _kind(
        rolling_hours, "hours in any so many days", "任意若干天内工时",
        _hours("maximum", required=True), _days("days", required=True),
        _counting("working", "paid", "working"),
    ),
    _kind(
        overtime, "overtime in a month", "每月加班工时",
        _hours("maximum", required=True), _hours("hours_per_week", required=True),
        _counting("working", "paid", "working"),
    ),
    _kind(
        night_hours, "average hours of night workers", "夜班人员平均工时",
        _hours("maximum", required=True), _WEEKS, _counting("working", "paid", "working"),
    ),
    _kind(
        shift_length, "length of a shift", "单班时长",
        _hours("maximum", required=True), _counting("clock", "clock", "paid", "working"),
    ),
    _kind(
        night_length, "length of a night shift", "夜班时长",
        _hours("maximum", required=True), _counting("working", "clock", "paid", "working"),
    ),
    _kind(
        shifts_per_period, "shifts in the period", "排班期班次数",
        _shift("shift", default="any"), _number("minimum"), _number("maximum"), one_of=_BOUNDS,
    ),
    _kind(
        on_call_frequency, "how often on call", "值班频率",
        _number("maximum", default=1), _days("days", required=True),
        _number("average_weeks", unit="weeks", low=1),
    ),
    _kind(
        weekends_worked, "weekends worked", "周末上班次数",
        _number("maximum", required=True), _number("per_weeks", unit="weeks", low=1),
    ),
    _kind(
        weekends_in_row, "weekends worked in a row", "连续周末上班数",
        _number("maximum", required=True, low=1),
    ),
    _kind(complete_weekends, "whole weekends", "完整周末"),
    _kind(same_shift_at_weekend, "same shift at the weekend", "周末同一班次"),
    _kind(
        forbidden_sequence, "forbidden sequence", "禁止的班次顺序",
        Parameter("sequence", "sequence", True),
    ),
    _kind(
        required_after, "what must follow", "必须衔接的班次",
        _shift("after", required=True), _shift("then", required=True),
    ),
    _kind(
        days_off_after_nights, "days off after nights", "夜班后休息",
        _days("days", required=True), _number("minimum_nights", default=1, low=1),
    ),
    _kind(
        fair_share, "fair share", "公平分担",
        Parameter("of", "choice", True, choices=SHARED), _number("bands", default=2, low=1),
        soft_only=True,
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
"""Every kind of rule that a ward, a contract or a law may use."""
