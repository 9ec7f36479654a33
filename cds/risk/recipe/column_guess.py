"""Guess what a hospital's own column holds: a concept of the vocabulary, or one of its own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cds.risk.recipe.model import is_text
from cds.risk.tables.cells import YES_NO_KINDS, canonical
from cds.vocabulary import Concept, Vocabulary, accepted_units, convert, load_vocabulary
from cds.vocabulary.concept import plain
from cds.vocabulary.units import UnitError

MISSING_WORDS = ("?", "NA", "N/A", "NULL", "null", "NaN", "nan", "None", "-", ".", "未知", "不详")
MOST_LEVELS = 30
SIMILAR = 0.88
FITS = 0.9

_UNIT_IN_NAME = re.compile(r"^(.*?)[\s_]*[(\[（](.+)[)\]）]\s*$")
_SPECIMEN = re.compile(r"^(serum|plasma|blood)_(?=creatinine|sodium|potassium|albumin|glucose)")
_SHORT_NAMES = {
    "gender": "sex", "sbp": "systolic_bp", "dbp": "diastolic_bp", "hr": "heart_rate",
    "rr": "respiratory_rate", "spo2": "oxygen_saturation", "wbc": "white_blood_cells",
    "bun": "urea_nitrogen", "ph": "ph_arterial",
}  # fmt: skip
_LOINC = re.compile(r"\d{1,7}-\d")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column seems to be.

    ``role`` is concept (of the vocabulary), local (a concept of the recipe's
    own) or unused. ``levels`` are a local categorical concept's values;
    ``note`` says what a person should check.
    """

    column: str
    role: str
    name: str = ""
    kind: str = "observation"
    unit: str | None = None
    levels: tuple[str, ...] = ()
    note: str = ""


def guess_column(name: str, cells: pl.Series, taken: Sequence[str]) -> ColumnGuess:
    """The most likely meaning of a column; ``taken`` are concept names already used."""
    known = _known_cells(cells)
    if not len(known) or known.n_unique() < 2:
        return ColumnGuess(name, "unused", note="holds one value or none")
    vocabulary = load_vocabulary()
    base, unit = _unit_of_name(name)
    concept, how = _concept(vocabulary, base)
    if concept is not None and concept.name not in taken:
        fitted = _fit(name, concept, unit, known, how)
        if fitted is not None:
            return fitted
    doubt = f"resembles {concept.name}, but its values do not fit it" if concept else ""
    return _local(name, known, vocabulary, taken, doubt)


def _known_cells(cells: pl.Series) -> pl.Series:
    """The column's cells that say something, as text."""
    text = cells.cast(pl.String).str.strip_chars().drop_nulls()
    return text.filter(~text.is_in([*MISSING_WORDS, ""]))


def _unit_of_name(name: str) -> tuple[str, str | None]:
    """A column's name without its unit, and the unit: ``Creatinine (umol/L)``."""
    found = _UNIT_IN_NAME.match(name)
    return (found[1], found[2]) if found else (name, None)


def _concept(vocabulary: Vocabulary, name: str) -> tuple[Concept | None, str]:
    """The concept a name stands for and, where that was a guess, how it was made."""
    key = plain(re.sub(r"[\W_]+", " ", name))
    key = _SHORT_NAMES.get(key, _SPECIMEN.sub("", key))
    exact = vocabulary.get(key)
    if exact is not None:
        return exact, ""
    if _LOINC.fullmatch(name.strip()):
        coded = vocabulary.by_code("http://loinc.org", name.strip())
        if coded:
            return coded[0], "by its LOINC code"
    labels = {plain(c.label(lang)): c for c in vocabulary for lang in ("zh", "en")}
    if key in labels:
        return labels[key], ""
    close = difflib.get_close_matches(key, [*vocabulary.names, *labels], n=1, cutoff=SIMILAR)
    if close:
        found = vocabulary.get(close[0]) or labels[close[0]]
        return found, f"guessed from the similar name {close[0]!r}"
    return None, ""


def _fit(
    column: str, concept: Concept, unit: str | None, known: pl.Series, how: str
) -> ColumnGuess | None:
    """The guess, if the column's values can be values of the concept."""
    if is_text(concept) or concept.kind in YES_NO_KINDS:
        counts = known.value_counts()
        meant = [
            count
            for cell, count in counts.iter_rows()
            if concept.level_of(canonical(cell)) is not None
        ]
        if sum(meant) < FITS * len(known) or (not concept.levels and is_text(concept)):
            return None
        return ColumnGuess(column, "concept", concept.name, concept.kind, note=how)
    numbers = known.cast(pl.Float64, strict=False).drop_nulls()
    if len(numbers) < FITS * len(known):
        return None
    given, spelled = unit or concept.unit, unit is not None
    if _share_plausible(numbers, concept, given) >= FITS:
        note = how if spelled or concept.unit is None else f"{how}; unit assumed".strip("; ")
        return ColumnGuess(column, "concept", concept.name, concept.kind, given, note=note)
    for other in accepted_units(concept):
        if not spelled and _share_plausible(numbers, concept, other) >= FITS:
            note = f"values fit the unit {other}, not {concept.unit}"
            return ColumnGuess(column, "concept", concept.name, concept.kind, other, note=note)
    return None


def _share_plausible(numbers: pl.Series, concept: Concept, unit: str | None) -> float:
    """The share of values in the concept's plausible range, 0 where the unit does not fit."""
    low, high = concept.plausible
    sample: list[float] = numbers.head(2000).to_list()
    try:
        values = [convert(v, unit, concept) for v in sample] if unit and concept.unit else sample
    except UnitError:
        return 0.0
    fits = [(low is None or v >= low) and (high is None or v <= high) for v in values]
    return sum(fits) / len(fits)


def _local(
    column: str, known: pl.Series, vocabulary: Vocabulary, taken: Sequence[str], note: str
) -> ColumnGuess:
    """A concept of the recipe's own: yes/no, numbers, or text with few levels."""
    name = _identifier(column)
    if name in vocabulary.names or name in taken:
        name = f"own_{name}"
    distinct = {canonical(cell) for cell in known.unique().to_list()}
    numbers = known.cast(pl.Float64, strict=False)
    words = vocabulary.concept("hypertension")  # any yes/no concept knows the words
    if len(distinct) == 2 and {words.level_of(cell) for cell in distinct} == {"true", "false"}:
        return ColumnGuess(column, "local", name, "yes_no", note=note)
    if numbers.null_count() <= (1 - FITS) * len(known):
        return ColumnGuess(column, "local", name, "observation", note=note)
    if len(distinct) <= MOST_LEVELS:
        levels = tuple(sorted(distinct))
        return ColumnGuess(column, "local", name, "categorical", levels=levels, note=note)
    return ColumnGuess(column, "unused", note=f"text with {len(distinct)} different values")


def _identifier(column: str) -> str:
    name = re.sub(r"\W+", "_", column.strip()).strip("_").lower() or "column"
    return name if name.isidentifier() else f"c_{name}"
