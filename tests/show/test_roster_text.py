"""The roster on a terminal: it fits, reads without colour, and says who is short."""

from __future__ import annotations

import re
from datetime import date

import pytest
import roster_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.show.layout import Terminal, cells
from cds.show.roster.text import roster_text

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def lines(view: object, language: str = "en", **terminal: object) -> list[str]:
    text = roster_text(view, language=language, terminal=Terminal(**terminal))  # type: ignore[arg-type]
    assert text.endswith("\n")
    return text[:-1].split("\n")


def grid_row(view: object, name: str, **terminal: object) -> list[str]:
    row = next(line for line in lines(view, **terminal) if line.startswith(name))
    return row.removeprefix(name).split()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 70),
    st.integers(40, 240),
    st.sampled_from(["en", "zh"]),
    st.booleans(),
    st.booleans(),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_no_line_is_wider_than_the_terminal(
    days: int, columns: int, language: str, colour: bool, symbols: bool, first: date
) -> None:
    view = samples.view_of(days, first=first) if days >= 7 else samples.public_view(days + 7)
    for line in lines(view, language, columns=columns, colour=colour, symbols=symbols):
        assert cells(ESCAPES.sub("", line)) <= columns


def test_a_week_on_eighty_columns_without_colour_or_symbols() -> None:
    assert lines(samples.view_of(7))[2:13] == [
        "             Mon   Tue   Wed   Thu   Fri   Sat   Sun      hours nts w/e hol wish",
        "             4     5     6     7     8     9     10",
        "------------ ----- ----- %%%%% ----- ----- ===== ===== -------------------------",
        "Chen Mei-li~ D/CN= D/RN  L/CN  L/RN  N/CN  N/RN  .        49/38   2   1   1",
        "Okoro, Adae~ L     L     N     N     .#    .+    .        34/38   2   0   1  1/1",
        "Ali Demir    N     N     (L)   .     .     D     D      42.1/19   2   1   0",
        "王芳         .     .+    .     D     D     L     L        30/38   0   1   0  1/1",
        "Sørensen, K~ .     D     D     L     L     N     N        49/28   2   1   1",
        "Petra Novák  D     L     L+    N     N     .     .      41.5/38   2   0   1  1/1",
        "Tomasz Ziel~ L     N     N     .     .     .     D        34/19   2   1   1",
        "------------ ----- ----- %%%%% ----- ----- ===== =====",
    ]


def test_names_are_not_cut_where_that_would_make_two_the_same() -> None:
    view = samples.named(samples.view_of(7), "Tomasz Zielonka")
    names = [line[:20].rstrip() for line in lines(view)[5:12]]
    assert {"Tomasz Zielonka", "Tomasz Zieliński"} <= set(names)


def test_only_ascii_where_nothing_else_can_be_shown_but_names() -> None:
    text = "\n".join(lines(samples.public_view()))
    assert text.isascii()


@pytest.mark.parametrize(
    ("days", "columns", "blocks"),
    [(7, 80, 1), (14, 80, 1), (28, 80, 2), (28, 132, 1), (28, 60, 4), (70, 132, 3)],
)
def test_long_periods_come_in_blocks_of_whole_weeks(days: int, columns: int, blocks: int) -> None:
    heads = [line for line in lines(samples.view_of(days), columns=columns) if "Mon" in line]
    heads = [line for line in heads if line.startswith("      ")]
    assert len(heads) == blocks
    assert all(line.split()[0] == "Mon" for line in heads)


def test_a_month_is_broken_at_mondays() -> None:
    view = samples.view_of(31, first=date(2027, 1, 1))
    heads = [line.split() for line in lines(view, columns=80) if line.startswith("        ")]
    heads = [head for head in heads if head and head[0] in ("Mon", "Fri")]
    assert [head[0] for head in heads] == ["Fri", "Mon", "Mon"]
    assert sum(map(len, heads)) == 31


@pytest.mark.parametrize(
    "words",
    [
        "Mon 4 Jan, D, RN: 0 of 2",
        "17 more; --json lists all.",
        "Nights: 2 to 3, mean 2.2; most: 王芳; least: Chen Mei-ling / Okoro, Adaeze",
        "D Day 07:00-15:00   L Late 14:00-22:00   N Night 21:00-07:00",
        "# rule broken   = fixed   + wish met   === weekend   %%% public holiday",
        "Okoro, Adaeze, Fri 8 Jan: at least 11 h rest between shifts (Directive",
        "1 rule that must hold is broken, cost 230, proven bound 228, gap 0.87 %, 1.3 s",
    ],
)
def test_the_text_says(words: str) -> None:
    assert words in "\n".join(lines(samples.view_of(7)))


def test_totals_stand_beside_the_week_where_they_fit() -> None:
    # Hours against the contract's 38, nights, weekends, holidays, wishes met of all.
    assert grid_row(samples.view_of(7), "Petra Novák", columns=90)[-5:] == [
        "41.5/38",
        "2",
        "0",
        "1",
        "1/1",
    ]


def test_rules_are_told_in_the_readers_language() -> None:
    text = "\n".join(lines(samples.view_of(7), "zh", columns=100))
    assert "两班之间至少休息11小时（Directive 2003/88/EC, Article 3）；必须遵守" in text
    assert "1月4日周一，D、RN：需要 2 人，只有 0 人" in text


def test_colours_are_the_shifts_own_with_letters_that_can_be_read() -> None:
    text = "\n".join(lines(samples.view_of(7), colour=True))
    assert "\x1b[38;5;231;48;5;23mN" in text  # white on dark blue
    assert "\x1b[38;5;16;48;5;222mD" in text  # black on yellow
    assert "\x1b" not in "\n".join(lines(samples.view_of(7)))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("infeasible", "no roster can keep every rule that must hold, 3.0 s"),
        ("unknown", "no roster found in the time, 3.0 s"),
    ],
)
def test_without_a_roster_the_verdict_stands_alone(status: str, verdict: str) -> None:
    shown = lines(samples.empty_view(status))  # type: ignore[arg-type]
    assert shown == ["Ward 5B 内科: Mon 4 Jan to Sun 10 Jan 2027", "", verdict]


def test_a_public_instance_has_days_by_number() -> None:
    shown = lines(samples.public_view())
    assert shown[2].split()[:14] == [str(day) for day in range(14)]
    assert "proved optimal, cost 607, proven bound 607, gap 0 %, 0.6 s" in shown
    assert "day 2, E: 0 of 1" in "\n".join(shown)


def test_names_cannot_steer_the_terminal() -> None:
    view = samples.named(samples.view_of(7), "\x1b[31mEve\u202e")
    assert "\x1b" not in "\n".join(lines(view)) and "\u202e" not in "\n".join(lines(view))


def test_rules_that_cost_nothing_are_not_listed() -> None:
    view = samples.view_of(7)
    free = samples.with_costs(view, {"weekends": 20, "wishes": 0})
    text = "\n".join(lines(free))
    assert "weekends" in text and "wishes" not in text
    assert "No rule is broken." in lines(samples.with_costs(view, {"wishes": 0}))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rules_of_the_wards_own_tables_have_titles(language: str) -> None:
    from cds.show.roster.words import _OWN_RULES, RosterWords

    titles = [RosterWords(language).title(rule, {}) for rule in sorted(_OWN_RULES)]
    assert len(set(titles)) == len(_OWN_RULES)
    assert RosterWords(language).title("our own rule", {}) == "our own rule"


@pytest.mark.parametrize(
    ("language", "mark", "legend"),
    [("en", "(A)", "(A) absent"), ("zh", "(缺)", "(缺) 缺勤")],
)
def test_who_cannot_come_is_told_from_who_has_leave(language: str, mark: str, legend: str) -> None:
    shown = lines(samples.absent_view(), language)
    row = next(line for line in shown if line.startswith("Chen Mei-li"))
    assert row.split()[2:5] == [mark, mark, "L/CN"]
    leave = next(line for line in shown if line.startswith("Ali Demir")).split()
    assert mark not in leave
    assert any(legend in line for line in shown)
