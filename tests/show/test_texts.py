"""The catalogue of sentences: both languages say the same with the same blanks."""

from __future__ import annotations

import re
import string

import pytest

from cds.show.texts import band_words, catalogue, text

CATALOGUE = catalogue()


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_have_the_same_blanks(key: str) -> None:
    english, chinese = CATALOGUE[key]
    assert english and chinese
    assert blanks(english) == blanks(chinese)


@pytest.mark.parametrize("key", CATALOGUE)
def test_english_is_english_and_chinese_is_chinese(key: str) -> None:
    english, chinese = (re.sub(r"\{\w+\}", "", sentence) for sentence in CATALOGUE[key])
    assert english.isascii()
    # A sentence that is only a blank, or an arrow, belongs to no language.
    if re.search("[A-Za-z]", english) and key not in ("above", "below", "band"):
        assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_a_hospitals_own_band_is_shown_as_it_is() -> None:
    assert band_words("very_high", "en") == "very high"
    assert band_words("very_high", "zh") == "极高风险"
    assert band_words("amber_zone", "zh") == "amber zone"


def test_a_sentence_is_filled() -> None:
    assert text("model", "en", name="sepsis-6h", version="1.0.0") == "model sepsis-6h 1.0.0"
