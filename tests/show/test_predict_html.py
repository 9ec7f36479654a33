"""The printed page: complete, self-contained, and safe against what records contain."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import predict_results as results
import pytest

from cds.show.predict.html import page

VOID = {"meta", "br"}


class Balanced(HTMLParser):
    """Fails on a tag that is not closed in order; gathers tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words += data.replace("\u00a0", " ")


def parsed(html: str) -> Balanced:
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return parser


def html(language: str = "en") -> str:
    return page(results.document(language), [results.FACTS], language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_whole_and_needs_nothing_from_outside(language: str) -> None:
    text = html(language)
    assert set(parsed(text).seen).isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not re.search(r"https?:|url\(|@import|src=", text)
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in text
    assert "size: A4" in text


@pytest.mark.parametrize(
    "words",
    [
        "Patient 病人-007 <b>",
        "Death in hospital",
        "23 %",
        "high risk",
        "95 % interval 14 % to 35 %",
        "About 23 in 100 patients",
        "3.14 mg/dL H",
        "0.6–1.3",
        "Lactate, last: risk 19 % to 38 %",
        "Not for: deciding to withdraw treatment",
        "needs days in hospital",
        "temperature 98.6 Cel is implausible",
        "model icu-mortality 1.0.0",
        "Supports, and does not replace",
        "cds 0.1.0, 2026-05-11T09:30:00+08:00",
    ],
)
def test_the_page_says(words: str) -> None:
    assert words in parsed(html()).words


def test_what_comes_from_a_record_is_never_markup() -> None:
    document = results.document()
    evil = "<script>alert(1)</script>\"'&"
    patient = document["patients"][0]
    patient["id"] = patient["source"] = evil
    patient["record"]["warnings"][0]["message"] = evil
    prediction = patient["predictions"][0]
    prediction["outcome"] = prediction["contributions"][0]["label"] = evil
    prediction["contributions"][1]["value"] = evil
    prediction["missing"][0]["label"] = evil
    patient["predictions"][1]["reason"] = evil
    text = page(document, [results.FACTS], language="en")
    assert "<script" not in text
    assert parsed(text).words.count("<script>alert(1)</script>") == 8


def test_each_patient_has_a_page() -> None:
    document = results.document()
    document["patients"] *= 3
    text = page(document, [results.FACTS] * 3, language="en")
    assert text.count('<main class="patient">') == 3
    assert "break-after: page" in text


def test_bars_are_in_proportion() -> None:
    assert re.findall(r"width:(\d+)%", html()) == ["100", "52", "25", "41", "38"]
