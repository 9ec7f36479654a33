"""The roster's page: a cell for each person and day, nothing from outside, no markup from names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import roster_samples as samples

from cds.roster.view import RosterView
from cds.show.roster.html import page

VOID = {"meta", "br"}


class Tables(HTMLParser):
    """Fails on a tag that is not closed in order; gathers the rows of each table by its class."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words = ""
        self.tables: dict[str, list[list[str]]] = {}
        self._table = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "table":
            self._table = str(dict(attrs)["class"]).split()[0]
            self.tables.setdefault(self._table, [])
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("td", "th"):
            self.tables[self._table][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words += data
        if "td" in self.open or "th" in self.open:
            self.tables[self._table][-1][-1] += data


def html(view: RosterView, language: str = "en") -> str:
    return page(view, language=language, version="1.2", made_at="2026-12-20T08:30:00+00:00")


def parsed(view: RosterView, language: str = "en") -> Tables:
    parser = Tables()
    parser.feed(html(view, language))
    assert parser.open == []
    return parser


VIEWS = {
    "week": samples.view_of(7),
    "month": samples.view_of(31),
    "ten weeks": samples.view_of(70),
    "public": samples.public_view(),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_every_person_has_a_cell_for_every_day(view: RosterView, language: str) -> None:
    grid: dict[str, list[str]] = {}
    for name, *days in parsed(view, language).tables["grid"]:
        grid.setdefault(name, []).extend(days)
    for row in view.people:
        shown = [re.match(r"[^/#!*=+]*", text).group() for text in grid[row.name]]  # type: ignore[union-attr]
        away = "(休)" if language == "zh" else "(L)"
        assert shown == [
            cell.code or (away if cell.leave is not None else "") for cell in row.cells
        ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_whole_and_needs_nothing_from_outside(language: str) -> None:
    text = html(samples.view_of(28), language)
    assert set(parsed(samples.view_of(28)).seen).isdisjoint({"script", "link", "img", "iframe"})
    assert not re.search(r"https?:|url\(|@import|src=", text)
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in text
    assert "A4 landscape" in text and "prefers-color-scheme: dark" in text


def test_headings_tell_a_screen_reader_what_they_head() -> None:
    text = html(samples.view_of(7))
    assert text.count('<th scope="row">Chen Mei-ling</th>') == 2  # the grid and the totals
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", text))
    assert text.count("<caption>") == text.count("<table")


def test_coverage_totals_costs_and_breaches() -> None:
    page_ = parsed(samples.view_of(7))
    assert ["D, RN", "0<2", "2~3", "1<2", "1<2", "1<2", "1<2", "1<2"] in page_.tables["coverage"]
    assert ["Petra Novák", "41.5", "0", "38", "5", "2", "0", "1", "1/1"] in page_.tables["totals"]
    assert ["at most two weekends in four", "20", "1"] in page_.tables["costs"]
    assert "Fri 8 Jan: at least 11 h rest between shifts (Directive 2003/88/EC" in page_.words
    assert "made 2026-12-20T08:30:00+00:00 by cds 1.2" in page_.words


def test_what_a_ward_wrote_is_never_markup_or_style() -> None:
    evil = "<script>alert(1)</script>\"'&"
    view = samples.with_colours(samples.named(samples.view_of(7), evil), "red} body {display:none")
    text = html(view)
    assert "<script" not in text and "display:none" not in text
    assert parsed(view).words.count("<script>alert(1)</script>") >= 2


def test_without_a_roster_there_is_no_grid() -> None:
    page_ = parsed(samples.empty_view())
    assert "no roster can keep every rule that must hold" in page_.words
    assert page_.tables == {}


def test_a_long_period_comes_in_tables_of_four_weeks() -> None:
    heads = [row for row in parsed(samples.view_of(70)).tables["grid"] if row[0] == "Name"]
    assert [len(head) - 1 for head in heads] == [28, 28, 14]


def test_who_cannot_come_is_told_from_who_has_leave() -> None:
    made = parsed(samples.absent_view())
    grid = {name: days for name, *days in made.tables["grid"]}
    assert [day.rstrip("*=") for day in grid["Chen Mei-ling"][:3]] == ["(A)", "(A)", "L/CN"]
    assert grid["Ali Demir"][2] == "(L)"
    assert "(A) absent" in made.words and "(L) leave" in made.words
    assert 'title="absent' in html(samples.absent_view())
