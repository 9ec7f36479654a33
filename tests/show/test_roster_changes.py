"""The sentences about changes of a roster, in both languages."""

from __future__ import annotations

from string import Formatter

from cds.show.roster.changes import _TEXTS


def test_both_languages_say_the_same_things() -> None:
    assert list(_TEXTS["en"]) == list(_TEXTS["zh"])
    for key, sentence in _TEXTS["en"].items():
        other = _TEXTS["zh"][key]
        blanks = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert blanks == {name for _, name, _, _ in Formatter().parse(other) if name}, key
        assert other != sentence, key
