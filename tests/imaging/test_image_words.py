"""Every sentence about images is there in both languages, with the same placeholders."""

from __future__ import annotations

import string

import pytest

from cds.imaging import reasons
from cds.show.image import words as image_words

TABLES = {
    "words": image_words.catalogue(),
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
