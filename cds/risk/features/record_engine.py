"""Features of one patient in plain Python: the bedside's half of the two engines.

Nothing heavy is imported; ``table_engine`` computes the same numbers for
tables, and a property test holds the two together.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from cds.patient.record import PatientRecord
from cds.risk.features.declaration import LASTING_KINDS, FeatureDeclaration
from cds.risk.features.levels import level_coder
from cds.risk.features.windows import FOREVER, HOUR, bounds, reference, stable

NAN = math.nan


class Series:
    """One concept's values in order of time.

    ``times`` are seconds from the anchor; ``values`` numbers (1.0 and 0.0 for
    yes and no) or level names; ``untils`` the seconds at which a lasting value
    ended, ``FOREVER`` where it has not.
    """

    __slots__ = ("times", "untils", "values")

    def __init__(self, points: Iterable[tuple[int, float | str, int | None]]) -> None:
        """``points``: (time, value, until or None) in input order; equal times keep it."""
        ordered = sorted(points, key=lambda point: point[0])
        self.times = [time for time, _, _ in ordered]
        self.values = [value for _, value, _ in ordered]
        self.untils = [FOREVER if until is None else until for _, _, until in ordered]


def record_series(
    record: PatientRecord, concepts: Iterable[str], anchor: datetime
) -> dict[str, Series]:
    """The record's values of ``concepts``, timed from ``anchor``.

    Values without a time count as taken at the anchor; values after the
    moment the record describes are left out.
    """
    series: dict[str, Series] = {}
    limit = _seconds_between(anchor, record.as_of)
    for concept in concepts:
        points: list[tuple[int, float | str, int | None]] = []
        for seen in record.observations.get(concept, ()):
            time = 0 if seen.time is None else _seconds_between(anchor, seen.time)
            if seen.time is not None and time > limit:
                continue
            until = None if seen.until is None else _seconds_between(anchor, seen.until)
            value = seen.value if isinstance(seen.value, str) else float(seen.value)
            points.append((time, value, until))
        if points:
            series[concept] = Series(points)
    return series


def _seconds_between(start: datetime, end: datetime) -> int:
    return round((end - start) / timedelta(seconds=1))


def stay_start(record: PatientRecord, concepts: Iterable[str], longest_hours: float) -> datetime:
    """When the current stay began: where recipes anchored at "start" count from.

    The last ICU stay or, without one, inpatient stay; without either the first
    value of ``concepts`` in the ``longest_hours`` before the record's moment;
    without times the moment itself.
    """
    for stay in ("icu_stay", "inpatient_stay"):
        starts = [
            seen.time
            for seen in record.observations.get(stay, ())
            if seen.time is not None and seen.time <= record.as_of and seen.value is not False
        ]
        if starts:
            return max(starts)
    earliest = record.as_of - timedelta(hours=longest_hours)
    times = [
        seen.time
        for concept in concepts
        for seen in record.observations.get(concept, ())
        if seen.time is not None and earliest <= seen.time <= record.as_of
    ]
    return min(times, default=record.as_of)


def expression_order(
    features: Sequence[FeatureDeclaration], names: Mapping[str, Iterable[str]]
) -> list[int]:
    """Positions of the expression features so that each comes after those it uses.

    ``names`` gives the names each expression feature uses. Raises ValueError
    naming the features of a circle.
    """
    position = {feature.name: place for place, feature in enumerate(features)}
    done: list[int] = []
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name not in names or state.get(name) == 2:
            return
        if state.get(name) == 1:
            raise ValueError(" → ".join((*trail[trail.index(name) :], name)))
        state[name] = 1
        for used in names[name]:
            visit(used, (*trail, name))
        state[name] = 2
        done.append(position[name])

    for name in names:
        visit(name, ())
    return done


class FeaturePlan:
    """Declarations made ready to be computed many times."""

    def __init__(self, features: Sequence[FeatureDeclaration], anchor: str) -> None:
        """``anchor`` is the recipe's: ``start`` or ``moment``."""
        self.features = tuple(features)
        self._anchor = anchor
        self._numeric: dict[_Reading, list[int]] = {}
        self._lasting: list[int] = []
        for place, feature in enumerate(self.features):
            if feature.concept is None:
                continue
            if feature.aggregate == "present" and feature.kind in LASTING_KINDS:
                self._lasting.append(place)
            else:
                self._numeric.setdefault(_reading(feature), []).append(place)
        self._expressions = self._compiled()

    def _compiled(self) -> list[tuple[int, str, Callable[[Mapping[str, float]], float]]]:
        expressions = {f.name: f.expression for f in self.features if f.expression is not None}
        if not expressions:
            return []
        from cds.expression import compile_python, parse

        parsed = {name: parse(text) for name, text in expressions.items()}
        order = expression_order(self.features, {n: sorted(e.names) for n, e in parsed.items()})
        names = [self.features[place].name for place in order]
        return [(p, n, compile_python(parsed[n])) for p, n in zip(order, names, strict=True)]

    def compute(
        self, series: Mapping[str, Series], complete_lists: frozenset[str] = frozenset()
    ) -> list[float]:
        """The features' values in declared order, NaN where missing.

        ``complete_lists`` names the kinds of which the input gives the whole
        list: there, absent means no.
        """
        result = [NAN] * len(self.features)
        for reading, places in self._numeric.items():
            self._aggregate(reading, places, series.get(reading[0]), complete_lists, result)
        for place in self._lasting:
            feature = self.features[place]
            result[place] = self._active(
                feature, series.get(cast(str, feature.concept)), complete_lists
            )
        if self._expressions:
            values = dict(zip((f.name for f in self.features), result, strict=True))
            for place, name, expression in self._expressions:
                values[name] = result[place] = expression(values)
        return result

    def _aggregate(
        self,
        reading: _Reading,
        places: list[int],
        found: Series | None,
        complete_lists: frozenset[str],
        result: list[float],
    ) -> None:
        """Fill in the features that read the same numbers of one concept."""
        first = self.features[places[0]]
        times, values = ([], []) if found is None else _numbers(first, found)
        spans: dict[tuple[int, int], tuple[list[int], list[float]]] = {}
        for place in places:
            feature = self.features[place]
            low, high = bounds(feature.window, self._anchor)
            span = spans.get((low, high))
            if span is None:
                start, end = bisect_left(times, low), bisect_right(times, high)
                span = spans[(low, high)] = (times[start:end], values[start:end])
            if span[0]:
                zero = reference(feature.window, self._anchor)
                result[place] = _SUMMARIES[feature.aggregate](span[0], span[1], zero)
            elif feature.aggregate == "count" or (
                feature.aggregate == "present" and feature.kind in complete_lists
            ):
                result[place] = 0.0

    def _active(
        self, feature: FeatureDeclaration, found: Series | None, complete_lists: frozenset[str]
    ) -> float:
        """Whether a condition, medication or stay was active in the window."""
        answer = 0.0 if feature.kind in complete_lists else NAN
        if found is None:
            return answer
        low, high = active_span(feature, self._anchor)
        for time, value, until in zip(found.times, found.values, found.untils, strict=True):
            if time > high:
                break
            if value != 0.0 and until >= low:
                return 1.0
            answer = 0.0
        return answer


def active_span(feature: FeatureDeclaration, anchor: str) -> tuple[int, int]:
    """The span a lasting value must touch: the window, or the moment without one."""
    low, high = bounds(feature.window, anchor)
    return (low, high) if feature.window is not None else (0, high)


_Reading = tuple[str, float, float, tuple[object, ...]]


def _reading(feature: FeatureDeclaration) -> _Reading:
    """What identifies the numbers a feature reads: concept, unit change, level numbers."""
    levels = (
        *feature.levels.items(), *feature.levels_prefix.items(),
        *feature.levels_range.items(), feature.other,
    )  # fmt: skip
    return cast(str, feature.concept), feature.scale, feature.offset, levels


def _numbers(feature: FeatureDeclaration, found: Series) -> tuple[list[int], list[float]]:
    """Times and numbers of a series as the feature reads them; unknown levels drop out."""
    values = found.values
    if feature.levels:
        coder = level_coder(feature)
        coded = [coder(value) if isinstance(value, str) else NAN for value in values]
    elif feature.scale != 1.0 or feature.offset != 0.0:
        scale, offset = feature.scale, feature.offset
        coded = [NAN if isinstance(v, str) else v * scale + offset for v in values]
    else:
        # without numbers for the levels a value only says that it is there
        coded = [1.0 if isinstance(value, str) else value for value in values]
    if any(value != value for value in coded):
        kept = [
            (time, value) for time, value in zip(found.times, coded, strict=True) if value == value
        ]
        return [time for time, _ in kept], [value for _, value in kept]
    return found.times, coded


def _std(_: list[int], values: list[float], __: int) -> float:
    count = len(values)
    if count < 2:
        return NAN
    shifted = [value - values[0] for value in values]
    mean = math.fsum(shifted) / count
    return stable(math.sqrt(math.fsum((v - mean) ** 2 for v in shifted) / (count - 1)))


def _slope(times: list[int], values: list[float], _: int) -> float:
    """The least-squares line's rise per hour; missing where all times are equal."""
    count = len(values)
    total = sum(times)
    spread = count * sum(time * time for time in times) - total * total  # exact: whole numbers
    if count < 2 or spread == 0:
        return NAN
    first = values[0]
    together = math.fsum(
        (time * count - total) * (value - first) for time, value in zip(times, values, strict=True)
    )
    return stable(together / spread * HOUR)


_SUMMARIES: Mapping[str, Callable[[list[int], list[float], int], float]] = {
    "last": lambda times, values, zero: values[-1],
    "first": lambda times, values, zero: values[0],
    "min": lambda times, values, zero: min(values),
    "max": lambda times, values, zero: max(values),
    "mean": lambda times, values, zero: stable(math.fsum(values) / len(values)),
    "sum": lambda times, values, zero: stable(math.fsum(values)),
    "std": _std,
    "slope": _slope,
    "delta": lambda times, values, zero: values[-1] - values[0] if len(values) > 1 else NAN,
    "range": lambda times, values, zero: max(values) - min(values),
    "count": lambda times, values, zero: float(len(values)),
    "time_since_last": lambda times, values, zero: (zero - times[-1]) / HOUR,
    "time_since_first": lambda times, values, zero: (zero - times[0]) / HOUR,
    "present": lambda times, values, zero: 1.0 if any(values) else 0.0,
}


def compute_features(
    features: Sequence[FeatureDeclaration],
    series: Mapping[str, Series],
    *,
    anchor: str,
    complete_lists: frozenset[str] = frozenset(),
) -> list[float]:
    """The features' values in declared order (hidden ones too), NaN where missing."""
    return FeaturePlan(features, anchor).compute(series, complete_lists)
