"""Every sentence about images is there in both languages, with the same placeholders."""

from __future__ import annotations

import string
from typing import Any

import pytest

from cds.imaging import reasons
from cds.show.image import evaluation_words, inspect_words, page_words
from cds.show.image import words as image_words

TABLES = {
    "words": image_words.catalogue(),
    "page": page_words.catalogue(),
    "evaluation": evaluation_words.catalogue(),
    "inspect": inspect_words.WORDS,
    "reasons": reasons.SENTENCES,
    "findings": reasons.FINDINGS,
}


def placeholders(text: str) -> set[tuple[str | None, str | None]]:
    return {(name, how) for _, name, how, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_say_the_same(table: str) -> None:
    for key, (english, chinese) in TABLES[table].items():
        assert placeholders(english) == placeholders(chinese), key
        assert english and chinese, key


@pytest.mark.parametrize(
    ("say", "key", "blanks", "one", "two"),
    [
        (image_words.say, "images", {}, "1 image", "2 images"),
        (image_words.say, "check_faults", {}, "1 fault", "2 faults"),
        (page_words.say, "page_title", {"model": "m"}, "What m says of 1 image", "What m says of 2 images"),
        (evaluation_words.word, "head", {"model": "m", "version": "1", "source": "s"},
         "m 1: 1 image of s", "m 1: 2 images of s"),
        (evaluation_words.word, "unreadable", {}, "1 file could not be read and was left out.",
         "2 files could not be read and were left out."),
        (evaluation_words.word, "few_of_label", {"label": "A"},
         "1 image is labelled A: too few to judge what the model says of those.",
         "2 images are labelled A: too few to judge what the model says of those."),
    ],
)  # fmt: skip
def test_words_agree_with_their_number(
    say: Any, key: str, blanks: dict[str, object], one: str, two: str
) -> None:
    assert say(key, "en", count=1, **blanks) == one
    assert say(key, "en", count=2, **blanks) == two


@pytest.mark.parametrize(
    ("code", "numbers", "english", "chinese"),
    [
        ("distance", {"distance": 12.345, "limit": 4.0}, "distance 12.3, limit 4.0", "距离 12.3，上限 4.0"),
        ("uncertain", {"label": "A", "probability": 0.555, "limit": 0.8}, "A has probability 0.56", "要求不低于 0.80"),
        ("modality", {"found": "MR", "expected": "CR, DX"}, "modality MR", "MR"),
        ("localizer", {}, "is a localizer", "定位像"),
    ],
)  # fmt: skip
def test_a_reason_names_the_number_and_its_limit(
    code: str, numbers: dict[str, float | str], english: str, chinese: str
) -> None:
    assert english in reasons.sentence(code, numbers, "en")
    assert chinese in reasons.sentence(code, numbers, "zh")
    assert reasons.sentence("", {}, "en") == ""


def test_every_reason_is_in_the_schema() -> None:
    import json
    from pathlib import Path

    import cds

    path = Path(cds.__file__).parent / "schemas" / "image-1.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    codes = schema["properties"]["images"]["items"]["properties"]["code"]["enum"]
    assert set(codes) - {None} == set(reasons.SENTENCES)
