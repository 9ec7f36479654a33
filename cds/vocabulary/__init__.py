"""The vocabulary: every concept the toolkit knows, its codes, unit and conversions."""

from __future__ import annotations

from cds.vocabulary.concept import Concept, Range
from cds.vocabulary.load import Vocabulary, code_system, load_vocabulary
from cds.vocabulary.units import (
    Unit,
    UnitError,
    accepted_units,
    convert,
    known_units,
    normalise_unit,
)

__all__ = [
    "Concept",
    "Range",
    "Unit",
    "UnitError",
    "Vocabulary",
    "accepted_units",
    "code_system",
    "convert",
    "known_units",
    "load_vocabulary",
    "normalise_unit",
]
