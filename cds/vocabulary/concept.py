"""One concept of the vocabulary: what a value means, in which unit, how wide it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Range = tuple[float | None, float | None]

NO_RANGE: Range = (None, None)

_YES = frozenset(
    [
        "true",
        "yes",
        "y",
        "1",
        "present",
        "positive",
        "detected",
        "+",
        "是",
        "有",
        "阳性",
        "存在",
        "373066001",
        "la33-6",
        "10828004",
    ]
)
_NO = frozenset(
    [
        "false",
        "no",
        "n",
        "0",
        "absent",
        "negative",
        "not_detected",
        "-",
        "否",
        "无",
        "阴性",
        "没有",
        "373067005",
        "la32-8",
        "260385009",
    ]
)


def plain(text: str) -> str:
    """``text`` as level names and aliases are compared: lower case, words joined by ``_``."""
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split()) or text.strip()


@dataclass(frozen=True, slots=True)
class Concept:
    """A measured or recorded thing, as one row of ``concepts.csv`` states it.

    ``unit`` is a UCUM code, None where values have none (levels, yes or no).
    ``plausible`` bounds what a living patient can show, in ``unit``; values
    beyond it are slips of the pen. ``units`` are further spellings that mean
    ``unit`` for this concept only. ``molar_mass`` is in g/mol, ``valence`` in
    charges per particle; both None where no such conversion makes sense.
    ``levels`` are the values of a categorical concept in the table's order,
    empty where any text is a value. ``group`` is the section a reader expects
    the concept in (vitals, chemistry, …).
    """

    name: str
    kind: str
    labels: Mapping[str, str]
    unit: str | None = None
    plausible: Range = NO_RANGE
    levels: tuple[str, ...] = ()
    molar_mass: float | None = None
    valence: int | None = None
    units: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    group: str = ""
    normal_by_sex: Mapping[str, Range] = field(default_factory=dict)
    level_aliases: Mapping[str, str] = field(default_factory=dict)

    def label(self, lang: str = "en") -> str:
        """The concept in a clinician's words; English where ``lang`` is not held."""
        return self.labels.get(lang) or self.labels["en"]

    def normal(self, sex: str | None = None) -> Range:
        """The usual adult range in ``unit``, as printed beside a value.

        A common textbook range, for orientation: the ranges of the laboratory
        that measured win. Where the sexes differ and ``sex`` is unknown, the
        range that covers both is given.
        """
        if sex is not None and sex in self.normal_by_sex:
            return self.normal_by_sex[sex]
        lows = [low for low, _ in self.normal_by_sex.values()]
        highs = [high for _, high in self.normal_by_sex.values()]
        known_lows = [low for low in lows if low is not None]
        known_highs = [high for high in highs if high is not None]
        return (
            min(known_lows) if known_lows and len(known_lows) == len(lows) else None,
            max(known_highs) if known_highs and len(known_highs) == len(highs) else None,
        )

    def level_of(self, text: str) -> str | None:
        """The level that ``text`` (a name, an alias or a code) stands for, else None.

        For a yes-or-no concept (also conditions and medications) the levels
        are ``"true"`` and ``"false"``. A categorical concept without declared
        levels takes any text as it stands.
        """
        key = plain(text)
        found = self.level_aliases.get(key) or self.level_aliases.get(text.strip().casefold())
        if found is not None:
            return found
        if self.kind in ("yes_no", "condition", "medication"):
            if key in _YES or text.strip().casefold() in _YES:
                return "true"
            return "false" if key in _NO or text.strip().casefold() in _NO else None
        if self.kind == "categorical" and not self.levels:
            return text.strip() or None
        return None
