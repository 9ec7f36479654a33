"""Units of measure: one table of UCUM codes, their spellings, and conversions.

Spellings follow UCUM, case included; what people really write (``mmHg``,
``K/uL``, ``MG/DL``, ``µg/dL``, ``x10^9/L``) is accepted where it can mean one
thing only.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cds.vocabulary.concept import Concept


class UnitError(ValueError):
    """A unit is unknown, or does not fit the concept; the message says what would."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of ``units.csv``: value in the dimension's base = value · factor + offset."""

    code: str
    dimension: str
    factor: float
    offset: float


_CHARACTERS = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "³": "3", "⁶": "6", "⁹": "9", "×": "x", "·": ".", "／": "/"}
    | {"（": "(", "）": ")", "％": "%", "\u00a0": " "}
)
_POWER_OF_TEN = re.compile(r"^(?:x\s*)?10\s*(?:\*\*|\^|\*|[eE])\s*(\d+)\s*(?=/)")
_BARE_POWER = re.compile(r"^x10(3|4|6|9|12)(?=/)|^x10E(\d+)(?=/)")
_ANNOTATION = re.compile(r"\{[^{}]*\}")


@functools.cache
def _table() -> tuple[Mapping[str, Unit], Mapping[str, str], Mapping[str, str | None]]:
    """Units by code, codes by exact spelling, codes by caseless spelling (None: ambiguous)."""
    units: dict[str, Unit] = {}
    exact: dict[str, str] = {}
    caseless: dict[str, str | None] = {}
    path = Path(__file__).with_name("units.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for code, dimension, factor, offset, aliases in rows:
            units[code] = Unit(code, dimension, float(factor), float(offset))
            for spelling in (code, *aliases.split()):
                exact.setdefault(spelling, code)
                lower = spelling.lower()
                caseless[lower] = code if caseless.get(lower, code) == code else None
    return units, exact, caseless


@functools.lru_cache(maxsize=1024)
def normalise_unit(text: str) -> str | None:
    """The UCUM code of our table that ``text`` spells, or None if it spells none."""
    _, exact, caseless = _table()
    spelled = text.strip()
    if spelled in exact:
        return exact[spelled]
    spelled = spelled.translate(_CHARACTERS)
    spelled = _BARE_POWER.sub(lambda found: f"10*{found[1] or found[2]}", spelled)
    spelled = _POWER_OF_TEN.sub(r"10*\1", spelled)
    spelled = re.sub(r"\s*([/*^])\s*", r"\1", spelled)
    joined = "_".join(spelled.split())
    for candidate in (
        joined,
        joined.replace("_", ""),
        re.sub(r"\((\d+)\)(?=/)", r"*\1", joined).removeprefix("x"),
        _ANNOTATION.sub("", joined).strip("_"),
        re.sub(r"^(breaths|beats)_per_min(ute)?$", "/min", joined),
    ):
        found = exact.get(candidate) or caseless.get(candidate.lower())
        if found is not None:
            return found
    return None


def unit(code: str) -> Unit:
    """The unit with this UCUM code; KeyError if the table has none."""
    return _table()[0][code]


def known_units() -> tuple[str, ...]:
    """Every UCUM code of the table, in its order."""
    return tuple(_table()[0])


# Scales that are neither proportional nor a shift of each other in one dimension,
# or proportional for one analyte only: (concept, from, to) -> function.
_SCALES: Mapping[tuple[str, str, str], Callable[[float], float]] = {
    # NGSP % = 0.09148 · IFCC mmol/mol + 2.152 (ngsp.org master equation, 2010)
    ("hba1c", "mmol/mol", "%"): lambda ifcc: 0.09148 * ifcc + 2.152,
    ("hba1c", "%", "mmol/mol"): lambda ngsp: (ngsp - 2.152) / 0.09148,
    # 1 mmol creatinine = 0.11312 g
    ("urine_albumin_creatinine_ratio", "mg/mmol", "mg/g"): lambda ratio: ratio / 0.11312,
    ("urine_albumin_creatinine_ratio", "mg/g", "mg/mmol"): lambda ratio: ratio * 0.11312,
}


def _moles_per_base(dimension: str, concept: Concept) -> float | None:
    """Moles per litre in one base unit of ``dimension``, None if it holds no such amount."""
    if dimension == "substance_concentration":
        return 1.0
    if dimension == "mass_concentration" and concept.molar_mass:
        return 1.0 / concept.molar_mass
    if dimension == "charge_concentration" and concept.valence:
        return 1.0 / concept.valence
    return None


def accepted_units(concept: Concept) -> tuple[str, ...]:
    """The UCUM codes that convert to the concept's unit, its own first."""
    if concept.unit is None:
        return ()
    others = (code for code in known_units() if code != concept.unit)
    return (concept.unit, *(code for code in others if _converter(code, concept, concept.unit)))


def _converter(source: str, concept: Concept, target: str) -> Callable[[float], float] | None:
    """How a value in ``source`` becomes one in ``target`` (UCUM codes), None if it cannot."""
    if source == target:
        return lambda value: value
    scale = _SCALES.get((concept.name, source, target))
    if scale is not None:
        return scale
    from_unit, to_unit = unit(source), unit(target)
    if from_unit.dimension == to_unit.dimension:
        shift = from_unit.offset - to_unit.offset
        if shift == 0.0:
            return lambda value: value * (from_unit.factor / to_unit.factor)
        return lambda value: (value * from_unit.factor + shift) / to_unit.factor
    amount_in = _moles_per_base(from_unit.dimension, concept)
    amount_out = _moles_per_base(to_unit.dimension, concept)
    if amount_in is None or amount_out is None:
        return None
    ratio = from_unit.factor * amount_in / (to_unit.factor * amount_out)
    return lambda value: value * ratio


def convert(value: float, from_unit: str, concept: Concept, to_unit: str | None = None) -> float:
    """``value`` of ``concept``, given in ``from_unit``, in ``to_unit`` (default: the concept's).

    Changes within a dimension, between mass and substance by the concept's
    molar mass, between substance and charge by its valence, between °C, °F and
    K, and between the NGSP and IFCC scales of HbA1c.

    Raises:
        UnitError: a unit is unknown or measures something else; the message
            names the accepted units.
    """
    if concept.unit is None:
        raise UnitError(f"{concept.name} has no unit, but {from_unit!r} was given")
    wanted = concept.unit if to_unit is None else normalise_unit(to_unit)
    given = normalise_unit(from_unit)
    spelling = from_unit.strip().casefold()
    if any(spelling == extra.casefold() for extra in concept.units):
        given = concept.unit
    if given is not None and wanted is not None:
        change = _converter(given, concept, wanted)
        if change is not None:
            # twelve digits: 98.6 °F is 37 °C, not 37.000000000000036
            return value if given == wanted else float(f"{change(value):.12g}")
    accepted = ", ".join((*accepted_units(concept), *concept.units))
    problem = from_unit if given is None or to_unit is None else f"{from_unit} to {to_unit}"
    raise UnitError(f"unit {problem!r} does not fit {concept.name}; accepted: {accepted}")
