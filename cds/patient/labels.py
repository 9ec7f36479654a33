"""Concepts by the words people write: their names and labels in every language."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from cds.vocabulary import Concept, load_vocabulary


def concepts_labelled(text: str) -> tuple[Concept, ...]:
    """The concepts that ``text`` names, and nothing but names; letter case and ``_`` aside.

    Also by the other names that the vocabulary lists for conditions. Never by a
    part of the text: "no diabetes" is not diabetes.
    """
    wanted = _plain(text)
    found = load_vocabulary().get(wanted)
    return (found,) if found is not None else _index().get(wanted, ())


@functools.lru_cache(maxsize=4096)
def medications_named(text: str) -> tuple[Concept, ...]:
    """The medications that a drug's name or a prescription's text names."""
    # A ward's orders repeat a few hundred texts; finding words in them is slow.
    found = {concept.name: concept for concept in load_vocabulary().medications_in(text)}
    found |= {concept.name: concept for concept in concepts_labelled(text)}
    return tuple(concept for concept in found.values() if concept.kind == "medication")


@functools.cache
def _index() -> Mapping[str, tuple[Concept, ...]]:
    index: dict[str, tuple[Concept, ...]] = {}
    for concept in load_vocabulary():
        names = [*concept.labels.values()]
        if concept.kind == "condition":
            names += concept.words
        for label in {_plain(label) for label in names}:
            index[label] = (*index.get(label, ()), concept)
    return index


def _plain(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
