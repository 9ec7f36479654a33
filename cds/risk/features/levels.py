"""Turn a categorical value into its number: exact level, code prefix, code range, other."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from cds.risk.features.declaration import FeatureDeclaration

_RANGE = re.compile(r"([A-Z]?)(\d+)(?:\s*-\s*([A-Z]?)(\d+))?", re.ASCII)


def bare(code: str) -> str:
    """A code as it is compared: upper case, no dots, no blanks (``e11.9`` → ``E119``)."""
    return code.replace(".", "").replace(" ", "").upper()


class CodeRange:
    """A range of diagnosis codes by category: ``390-459``, ``E10-E14``, or one category."""

    __slots__ = ("high", "letters", "low", "width")

    def __init__(self, text: str) -> None:
        """Raises ValueError where ``text`` is no range of ICD categories."""
        found = _RANGE.fullmatch(text.strip().upper())
        if found is None:
            raise ValueError("expected codes like 390-459, 785 or E10-E14")
        letter, low, last_letter, high = found.groups()
        self.letters = (letter, letter if high is None else last_letter or letter)
        self.low, self.high = low, high or low
        self.width = len(low)
        if bool(self.letters[0]) != bool(self.letters[1]) or len(self.high) != self.width:
            raise ValueError("expected both ends of the range to have the same form")
        if (self.letters[1], self.high) < (self.letters[0], self.low):
            raise ValueError("expected the lower code first")

    def __contains__(self, code: str) -> bool:
        """Whether the code's category lies in the range."""
        category = code.strip().upper().partition(".")[0]
        letter = category[:1] if category[:1].isalpha() else ""
        # An ICD-9 category has three digits; codes often come without the dot.
        digits = category[len(letter) :]
        if not letter:
            digits = digits.zfill(self.width)
        digits = digits[: self.width]
        if bool(letter) != bool(self.letters[0]) or len(digits) != self.width:
            return False
        if not digits.isdigit():  # ICD-10-CM categories such as C7A: of the tens they stand in
            digits = re.sub(r"\D", "0", digits)
        return (self.letters[0], self.low) <= (letter, digits) <= (self.letters[1], self.high)


def level_coder(feature: FeatureDeclaration) -> Callable[[str], float]:
    """The function from a level's name or a code to its number; NaN is missing."""
    levels: Mapping[str, float] = feature.levels
    prefixes = {bare(prefix): level for prefix, level in feature.levels_prefix.items()}
    longest = max((len(prefix) for prefix in prefixes), default=0)
    ranges = [(CodeRange(text), level) for text, level in feature.levels_range.items()]
    other = math.nan if feature.other is None else feature.other
    known: dict[str, float] = {}

    def number_of(text: str) -> float:
        if text in levels:
            return levels[text]
        code = bare(text)
        for length in range(min(longest, len(code)), 0, -1):
            level = prefixes.get(code[:length])
            if level is not None:
                return levels[level]
        for codes, level in ranges:
            if text in codes:
                return levels[level]
        return other

    def coder(text: str) -> float:
        number = known.get(text)
        if number is None:
            number = known[text] = number_of(text)
        return number

    return coder
