"""Read the vocabulary's table and find concepts by name, code or drug name.

Rows become ``Concept`` objects only when asked for, and each index is built at
its first use: a cold start needs a handful of concepts, not all of them.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cds.vocabulary.concept import Concept, Range, plain

Row = Mapping[str, str]

# Canonical names of the code systems, by what their identifiers contain. Order
# matters: procedure codes (ICD-10-PCS) must not pass for diagnoses.
_SYSTEM_MARKS = (
    ("", "pcs procedure"),
    ("icd10", "icd10 icd-10 cid10 cie10 cim10"),
    ("icd9", "icd9 icd-9"),
    ("loinc", "loinc"),
    ("snomed", "snomed"),
    ("rxnorm", "rxnorm"),
    ("atc", "whocc.no/atc whocc atc"),
)
_SYSTEM_OIDS = {
    "2.16.840.1.113883.6.1": "loinc",
    "2.16.840.1.113883.6.96": "snomed",
    "2.16.840.1.113883.6.88": "rxnorm",
    "2.16.840.1.113883.6.73": "atc",
    "2.16.840.1.113883.6.3": "icd10",
    "2.16.840.1.113883.6.90": "icd10",
    "2.16.840.1.113883.6.260": "icd10",
    "2.16.840.1.113883.6.2": "icd9",
    "2.16.840.1.113883.6.42": "icd9",
    "2.16.840.1.113883.6.103": "icd9",
    # ICD-10 of the European patient summary, of Austria and of Germany
    "1.3.6.1.4.1.12559.11.10.1.3.1.44.2": "icd10",
    "1.2.40.0.34.5.171": "icd10",
    "1.2.40.0.34.5.56": "icd10",
    "1.2.276.0.76.5.311": "icd10",
}
_EXACT = ("loinc", "snomed", "rxnorm")
_PREFIX = ("icd10", "icd9", "atc")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


@functools.lru_cache(maxsize=256)
def code_system(uri: str) -> str | None:
    """The short name (loinc, snomed, rxnorm, icd10, icd9, atc) of a code system's URI or OID."""
    text = uri.strip().casefold().rstrip("/")
    oid = text.removeprefix("urn:oid:")
    if oid in _SYSTEM_OIDS:
        return _SYSTEM_OIDS[oid]
    # the last part may be a version: http://snomed.info/sct|http://snomed.info/sct/900000…
    text = text.split("|")[0].replace("_", "-")
    for name, marks in _SYSTEM_MARKS:
        if any(mark in text for mark in marks.split()):
            return name or None
    return None


def _bounds(low: str, high: str) -> Range:
    return (float(low) if low else None, float(high) if high else None)


def _normal(row: Row) -> Mapping[str, Range]:
    """Normal ranges by sex; ``13.5/12.0`` in a cell is the man's and the woman's."""
    low, high = row["normal_low"].split("/"), row["normal_high"].split("/")
    return {
        "male": _bounds(low[0], high[0]),
        "female": _bounds(low[-1], high[-1]),
    }


def _levels(text: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Level names in order, and the level of each name or alias (as ``plain`` writes it)."""
    names: list[str] = []
    aliases: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        name, _, others = part.partition("=")
        names.append(name)
        for alias in (name, *filter(None, others.split("|"))):
            aliases[plain(alias)] = name
    return tuple(names), aliases


def concept_from_row(row: Row) -> Concept:
    """The concept that one row of ``concepts.csv`` describes."""
    levels, aliases = _levels(row["levels"])
    mass, _, valence = row["molar_mass"].partition(";")
    return Concept(
        name=row["name"],
        kind=row["kind"],
        labels={"en": row["en"], "zh": row["zh"]},
        unit=row["unit"] or None,
        plausible=_bounds(row["plausible_low"], row["plausible_high"]),
        levels=levels if row["kind"] == "categorical" or row["kind"] == "demographic" else (),
        molar_mass=float(mass) if mass else None,
        valence=int(valence) if valence else None,
        units=tuple(row["units"].split()),
        codes={system: tuple(row[system].split()) for system in _EXACT + _PREFIX if row[system]},
        words=tuple(filter(None, row["words"].split("|"))),
        group=row["group"],
        normal_by_sex=_normal(row) if row["normal_low"] or row["normal_high"] else {},
        level_aliases=aliases,
    )


class Vocabulary:
    """Every concept, found by name, by code or in the text of a prescription."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        """Take the table's rows by name; nothing is parsed until it is asked for."""
        self._rows = rows
        self._concepts: dict[str, Concept] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The concepts' names in the table's order."""
        return tuple(self._rows)

    def __contains__(self, name: object) -> bool:
        """Whether a concept is called ``name``."""
        return name in self._rows

    def __len__(self) -> int:
        """How many concepts there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Concept]:
        """Every concept in the table's order."""
        return (self.concept(name) for name in self._rows)

    def concept(self, name: str) -> Concept:
        """The concept called ``name``; KeyError if there is none."""
        found = self._concepts.get(name)
        if found is None:
            found = self._concepts[name] = concept_from_row(self._rows[name])
        return found

    def get(self, name: str) -> Concept | None:
        """The concept called ``name``, or None."""
        return self.concept(name) if name in self._rows else None

    def by_code(self, system: str, code: str) -> tuple[Concept, ...]:
        """The concepts that ``code`` of ``system`` (a URI or OID) stands for, in table order.

        LOINC, SNOMED CT and RxNorm codes match exactly; ICD-10, ICD-9 and ATC
        by prefix, with or without the dot. A broad and a narrow concept may
        both match (a myocardial infarction is a coronary heart disease).
        """
        short = code_system(system)
        if short is None:
            return ()
        if short in _EXACT:
            names = self._exact_codes.get((short, code.strip()), ())
            return tuple(self.concept(name) for name in names)
        bare = code.strip().replace(".", "").upper()
        taken: dict[str, None] = {}
        refused: set[str] = set()
        prefixes = self._code_prefixes[short]
        for end in range(1, len(bare) + 1):
            for name, excluded in prefixes.get(bare[:end], ()):
                if excluded:
                    refused.add(name)
                else:
                    taken[name] = None
        return tuple(self.concept(name) for name in self._rows if name in taken.keys() - refused)

    def medications_in(self, text: str) -> tuple[Concept, ...]:
        """The medication concepts whose ingredients ``text`` names as whole words."""
        words = _WORD.findall(text.casefold())
        spans = {
            " ".join(words[start : start + length])
            for length in range(1, self._longest_ingredient + 1)
            for start in range(len(words) - length + 1)
        }
        lowered = text.casefold()
        taken: set[str] = set()
        refused: set[str] = set()
        for ingredient, names in self._ingredients.items():
            # Chinese is written without spaces: there, a part of the text is enough.
            if ingredient in spans or (not ingredient.isascii() and ingredient in lowered):
                for name, excluded in names:
                    (refused if excluded else taken).add(name)
        return tuple(self.concept(name) for name in self._rows if name in taken - refused)

    def nearest(self, name: str) -> str | None:
        """The concept name most like ``name``, for "did you mean"; None if none is close."""
        import difflib  # only when somebody mistyped

        close = difflib.get_close_matches(plain(name), self._rows, n=1, cutoff=0.7)
        return close[0] if close else None

    @functools.cached_property
    def _exact_codes(self) -> Mapping[tuple[str, str], list[str]]:
        index: dict[tuple[str, str], list[str]] = {}
        for name, row in self._rows.items():
            for system in _EXACT:
                for code in row[system].split():
                    index.setdefault((system, code), []).append(name)
        return index

    @functools.cached_property
    def _code_prefixes(self) -> Mapping[str, Mapping[str, list[tuple[str, bool]]]]:
        index: dict[str, dict[str, list[tuple[str, bool]]]] = {system: {} for system in _PREFIX}
        for name, row in self._rows.items():
            for system in _PREFIX:
                for code in row[system].split():
                    bare = code.removeprefix("-").replace(".", "")
                    entry = (name, code.startswith("-"))
                    index[system].setdefault(bare, []).append(entry)
        return index

    @functools.cached_property
    def _ingredients(self) -> Mapping[str, list[tuple[str, bool]]]:
        index: dict[str, list[tuple[str, bool]]] = {}
        for name, row in self._rows.items():
            if row["kind"] != "medication":
                continue
            for word in filter(None, row["words"].split("|")):
                entry = (name, word.startswith("!"))
                index.setdefault(word.removeprefix("!"), []).append(entry)
        return index

    @functools.cached_property
    def _longest_ingredient(self) -> int:
        return max((word.count(" ") + 1 for word in self._ingredients), default=1)


@functools.cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary of ``concepts.csv``, read once per process."""
    with Path(__file__).with_name("concepts.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        return Vocabulary({row[0]: dict(zip(header, row, strict=True)) for row in reader})
