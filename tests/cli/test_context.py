"""Environment, clock and terminal: what is read, what wins, what is refused."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from cds.cli import context
from cds.errors import InputError


class Stream(io.StringIO):
    """A text stream that says whether it is a terminal, and its encoding."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self._terminal = terminal
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("option", "variable", "expected"),
    [
        (None, None, "en"),
        (None, "zh", "zh"),
        (None, "zh_CN.UTF-8", "zh"),
        ("en", "zh", "en"),
        ("zh-CN", None, "zh"),
        (None, "", "en"),
    ],
)
def test_language(
    monkeypatch: pytest.MonkeyPatch, option: str | None, variable: str | None, expected: str
) -> None:
    if variable is not None:
        monkeypatch.setenv("CDS_LANG", variable)
    assert context.language(option) == expected


def test_an_unknown_language_names_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="--lang is 'fr'"):
        context.language("fr")
    monkeypatch.setenv("CDS_LANG", "fr")
    with pytest.raises(InputError, match="CDS_LANG is 'fr'"):
        context.language(None)


def test_now_has_a_zone() -> None:
    stated = context.now("2026-05-11T09:30:00+08:00")
    assert stated.utcoffset() == timedelta(hours=8)
    assert context.now("2026-05-11T09:30").tzinfo is not None
    assert context.now("2026-05-11").tzinfo is not None
    assert context.now(None).tzinfo is not None


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "09:30", ""])
def test_a_wrong_now_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a time such as"):
        context.now(text)


@pytest.mark.parametrize(
    ("terminal", "term", "no_color", "encoding", "colour", "symbols"),
    [
        (True, "xterm", "", "utf-8", True, True),
        (True, "xterm", "1", "utf-8", False, True),
        (True, "dumb", "", "utf-8", False, False),
        (True, "xterm", "", "ascii", True, False),
        (True, "xterm", "", "gbk", True, False),
        (False, "xterm", "", "utf-8", False, False),
    ],
)
def test_what_a_stream_may_carry(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    term: str,
    no_color: str,
    encoding: str,
    colour: bool,
    symbols: bool,
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("NO_COLOR", no_color)
    stream = Stream(terminal, encoding)
    assert context.wants_colour(stream) is colour
    assert context.wants_symbols(stream) is symbols
    assert context.columns(stream) == 80  # neither is a real terminal
