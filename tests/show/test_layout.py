"""Widths, wrapping, bars and what may not reach a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cds.show.layout import Terminal, cells, clean, pad, wrap

WORDS = st.text(
    st.sampled_from("abc 肌酐，最高值（48小时）mg/dL 病人。é"), min_size=0, max_size=120
)


@given(WORDS)
def test_widths_agree_with_rich(text: str) -> None:
    assert cells(text) == cell_len(text)


@given(WORDS, st.integers(10, 60))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (
            "Urine output, sum over the first 48 hours",
            20,
            ["Urine output, sum", "over the first 48", "hours"],
        ),
        ("肌酐，48小时内最高值", 10, ["肌酐，48小", "时内最高值"]),
        ("", 10, [""]),
        ("abcdefghijklmnop", 10, ["abcdefghij", "klmnop"]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_pad_counts_cells() -> None:
    assert pad("肌酐", 6) == "肌酐  "
    assert pad("肌酐", 6, right=True) == "  肌酐"
    assert pad("creatinine", 3) == "creatinine"


def test_a_bar_is_never_longer_than_its_cells_and_shows_the_least() -> None:
    drawn, plain = Terminal(symbols=True), Terminal()
    assert drawn.bar(1.0, 8) == "█" * 8 and plain.bar(1.0, 8) == "#" * 8
    assert drawn.bar(0.5, 8) == "████"
    assert len(drawn.bar(0.001, 8)) == 1 and plain.bar(0.001, 8) == "#"
    assert drawn.bar(0.0, 8) == plain.bar(0.0, 8) == ""
    assert len(drawn.bar(7.0, 8)) == 8


def test_a_name_cannot_steer_the_terminal() -> None:
    assert clean("\x1b[31mEve\x07\r\n\u202eevil") == "[31mEve evil"
    assert clean("陈美玲") == "陈美玲"


def test_colours_only_where_allowed() -> None:
    assert Terminal().paint("high", "red") == "high"
    assert Terminal(colour=True).paint("high", "bold", "red") == "\x1b[1;31mhigh\x1b[0m"
