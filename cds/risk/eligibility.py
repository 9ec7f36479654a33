"""Whom a model is for: its conditions, as features that both engines compute.

Stating the conditions as hidden features means that a table's row and a
patient at the bedside are refused for the same reasons, by the same code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from cds.risk.features.declaration import FeatureDeclaration

OK, INSUFFICIENT, REFUSED = "ok", "insufficient", "refused"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What must be known about a patient, and who is outside the model's scope.

    ``required`` and ``minimum_of`` name features or concepts; at least
    ``minimum_count`` of the latter must be known. ``setting`` lists the care
    settings the model is for, empty for any; ``age`` its range in years, both
    ends included. ``exclude`` is an expression over features that is true for
    patients outside the scope; ``exclude_reason`` says why, by language.
    """

    required: tuple[str, ...] = ()
    minimum_count: int = 0
    minimum_of: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    age: tuple[float, float] | None = None
    exclude: str | None = None
    exclude_reason: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The conditions as plain JSON values."""
        return {
            "required": list(self.required),
            "minimum_count": self.minimum_count,
            "minimum_of": list(self.minimum_of),
            "setting": list(self.setting),
            "age": None if self.age is None else list(self.age),
            "exclude": self.exclude,
            "exclude_reason": dict(self.exclude_reason),
        }


def eligibility_from_json(document: Mapping[str, object]) -> Eligibility:
    """The conditions that ``Eligibility.to_json`` wrote."""
    values = dict(document)
    for name in ("required", "minimum_of", "setting"):
        values[name] = tuple(cast("list[str]", values[name]))
    age = cast("list[float] | None", values["age"])
    values["age"] = None if age is None else (age[0], age[1])
    return Eligibility(**values)  # type: ignore[arg-type]


def eligibility_features(
    eligibility: Eligibility, features: tuple[FeatureDeclaration, ...]
) -> tuple[FeatureDeclaration, ...]:
    """Hidden features that state the conditions; append them to ``features``.

    Their names start with ``?``, so no expression can use them.
    """
    named = {feature.name for feature in features}
    asked = dict.fromkeys((*eligibility.required, *eligibility.minimum_of))
    added = [
        FeatureDeclaration(f"?{name}", concept=name, aggregate="count", hidden=True)
        for name in asked
        if name not in named
    ]
    if eligibility.age is not None:
        added.append(
            FeatureDeclaration("?age_in_years", concept="age", kind="demographic", hidden=True)
        )
    if eligibility.setting:
        added.append(
            FeatureDeclaration(
                "?in_setting",
                concept="care_setting",
                kind="categorical",
                levels=dict.fromkeys(eligibility.setting, 1.0),
                other=0.0,
                hidden=True,
            )
        )
    if eligibility.exclude is not None:
        added.append(FeatureDeclaration("?excluded", expression=eligibility.exclude, hidden=True))
    return tuple(added)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may speak about a patient, and what stands against it.

    ``missing`` names required features or concepts; ``found`` counts the known
    ones among ``minimum_of``; ``outside`` holds any of "age", "setting",
    "excluded"; ``unknown`` holds "setting" where it is not recorded.
    """

    status: str
    missing: tuple[str, ...] = ()
    found: int = 0
    outside: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def judge(eligibility: Eligibility, values: Mapping[str, float]) -> Verdict:
    """The verdict from computed features (those of ``eligibility_features`` included)."""

    def known(name: str) -> bool:
        if name in values:
            return not math.isnan(values[name])
        return values.get(f"?{name}", 0.0) > 0.0

    missing = tuple(name for name in eligibility.required if not known(name))
    found = sum(map(known, eligibility.minimum_of))
    age = values.get("?age_in_years", math.nan)
    setting = values.get("?in_setting", math.nan)
    outside = []
    if eligibility.age is not None and (age < eligibility.age[0] or age > eligibility.age[1]):
        outside.append("age")
    if eligibility.setting and setting == 0.0:
        outside.append("setting")
    if eligibility.exclude is not None and values["?excluded"] == 1.0:
        outside.append("excluded")
    unknown = ("setting",) if eligibility.setting and math.isnan(setting) else ()
    status = OK
    if missing or unknown or found < eligibility.minimum_count:
        status = INSUFFICIENT
    if outside:
        status = REFUSED
    return Verdict(status, missing, found, tuple(outside), unknown)
