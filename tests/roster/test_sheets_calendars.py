"""Calendars: right hours across summer time, updates that replace, files any client reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sheet_cases import MADE, WORDS, samples

from cds.errors import InputError
from cds.roster.problem import OFF, Assessment, Roster
from cds.roster.sheets.calendars import file_names, person_calendar, ward_calendar
from cds.roster.sheets.write import write_roster
from cds.roster.view import RosterView, build_view

icalendar = pytest.importorskip("icalendar")
EN = WORDS["en"]


def events(text: str) -> list[dict[str, object]]:
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH" and calendar["VERSION"] == "2.0"
    found = []
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        found.append(
            {key: str(event[key]) for key in ("UID", "SUMMARY", "STATUS") if key in event}
            | {"start": event["DTSTART"].dt, "end": event["DTEND"].dt}
            | {"stamp": event["DTSTAMP"].dt, "sequence": int(event["SEQUENCE"])}
            | {"description": str(event.get("DESCRIPTION", ""))}
        )
    return found


def worked(text: str) -> list[dict[str, object]]:
    """The events of shifts; days off only take back what an earlier calendar held."""
    return [event for event in events(text) if event["STATUS"] == "CONFIRMED"]


def night(first: date, zone: str) -> tuple[datetime, datetime]:
    """The first night shift of a person who works one, as a calendar client reads it."""
    days = 3
    ward = replace(samples.ward_of(days, first), zone=ZoneInfo(zone))
    problem = samples.problem_of(days, first)
    people = len(problem.employees)
    shifts = ((samples.NIGHT, OFF, OFF), *(((OFF,) * days,) * (people - 1)))
    skills = ((samples.CHARGE, OFF, OFF), *(((OFF,) * days,) * (people - 1)))
    view = build_view(problem, Roster(shifts, skills), Assessment(()), ward=ward)
    (event,) = worked(person_calendar(view, view.people[0], EN, MADE))
    return event["start"], event["end"]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("first", "zone", "start", "end", "hours"),
    [
        # Summer time ends in the night of 31 October 2027: eleven hours on the ward.
        (date(2027, 10, 30), "Europe/Copenhagen", "2027-10-30T19:00", "2027-10-31T06:00", 11),
        # It begins in the night of 28 March 2027: nine hours.
        (date(2027, 3, 27), "Europe/Copenhagen", "2027-03-27T20:00", "2027-03-28T05:00", 9),
        (date(2027, 1, 4), "Europe/Copenhagen", "2027-01-04T20:00", "2027-01-05T06:00", 10),
        (date(2027, 3, 13), "America/New_York", "2027-03-14T02:00", "2027-03-14T11:00", 9),
        (date(2027, 10, 30), "Asia/Shanghai", "2027-10-30T13:00", "2027-10-30T23:00", 10),
        (date(2027, 12, 31), "Europe/Copenhagen", "2027-12-31T20:00", "2028-01-01T06:00", 10),
    ],
)
def test_a_night_from_21_to_7_by_the_wards_clock(
    first: date, zone: str, start: str, end: str, hours: int
) -> None:
    begins, ends = night(first, zone)
    assert begins == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert ends == datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert ends - begins == timedelta(hours=hours)
    local = [moment.astimezone(ZoneInfo(zone)) for moment in (begins, ends)]
    assert [(moment.hour, moment.minute) for moment in local] == [(21, 0), (7, 0)]


def test_one_event_for_each_shift() -> None:
    view = samples.view_of(28)
    for row in view.people:
        found = worked(person_calendar(view, row, EN, MADE))
        assert len(found) == row.totals.shifts
        assert len({event["UID"] for event in found}) == len(found)
    first = events(person_calendar(view, view.people[0], EN, MADE))[0]
    assert first["SUMMARY"] == "D Day" and first["stamp"] == MADE
    assert first["description"] == "Skill: charge nurse\nWith: Petra Novák"


def changed(view: RosterView, *, day: int, now: str) -> RosterView:
    """The first person's cell of a day changed, as after a repair."""
    first, *others = view.people
    cells = [replace(cell, was=cell.code) for cell in first.cells]
    cells[day] = replace(cells[day], code=now, skill="CN" if now else "")
    return replace(view, people=(replace(first, cells=tuple(cells)), *others))


def test_a_later_roster_replaces_an_earlier_one() -> None:
    view = samples.view_of(7)
    later = changed(view, day=0, now="N")
    before = events(person_calendar(view, view.people[0], EN, MADE))
    after = events(person_calendar(later, later.people[0], EN, MADE + timedelta(hours=1)))
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert all(a["sequence"] > b["sequence"] for a, b in zip(after, before, strict=True))  # type: ignore[operator]
    assert (before[0]["SUMMARY"], after[0]["SUMMARY"]) == ("D Day", "N Night")


def test_a_shift_taken_away_is_cancelled() -> None:
    view = samples.view_of(7)
    later = changed(view, day=0, now="")
    before = events(person_calendar(view, view.people[0], EN, MADE))
    after = events(person_calendar(later, later.people[0], EN, MADE))
    assert after[0]["UID"] == before[0]["UID"]
    assert after[0]["STATUS"] == "CANCELLED"
    assert [event["STATUS"] for event in after].count("CONFIRMED") == 5
    assert len(after) == 7  # a new plan must also take back what it does not know of
    assert after[0]["start"] == before[0]["start"]


def test_the_wards_calendar_names_people_and_keeps_its_own_events() -> None:
    view = samples.view_of(7)
    everybody = worked(ward_calendar(view, EN, MADE))
    assert len(everybody) == sum(row.totals.shifts for row in view.people)
    assert everybody[0]["SUMMARY"] == "Chen Mei-ling: D Day"
    own = {event["UID"] for event in events(person_calendar(view, view.people[0], EN, MADE))}
    assert own.isdisjoint({event["UID"] for event in everybody})


def test_lines_are_folded_at_75_octets_and_end_as_the_standard_wants() -> None:
    name = "长" * 60 + "; a, b\\c"
    text = ward_calendar(samples.named(samples.view_of(7), name + "\x07"), EN, MADE)
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "") and "\x07" not in text
    assert events(text)[0]["SUMMARY"] == f"{name} : D Day"


def test_a_folder_holds_a_file_for_each_person(tmp_path: Path) -> None:
    view = samples.view_of(7)
    paths = write_roster(view, str(tmp_path / "out") + "/", EN, MADE, "1")
    assert [path.name for path in paths] == [f"{row.name}.ics" for row in view.people]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        path.name for path in paths
    )
    for path, row in zip(paths, view.people, strict=True):
        assert path.read_bytes().decode() == person_calendar(view, row, EN, MADE)


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["Ali", "ali"], ["Ali", "ali 2"]),
        (["../../etc/passwd"], ["etc passwd"]),
        (["a:b|c?", "王芳", ".."], ["a b c", "王芳", "person"]),
        (["CON", "nul.x", "Cona"], ["CON_", "nul.x_", "Cona"]),
    ],
)
def test_file_names(names: list[str], files: list[str]) -> None:
    assert file_names(names) == files


def test_without_clock_times_there_is_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shift E has no clock times"):
        write_roster(samples.public_view(), str(tmp_path / "out") + "/", EN, MADE, "1")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx", "r.ics"])
def test_nothing_is_written_without_a_roster(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text("old")
    with pytest.raises(InputError, match="not written: there is no roster"):
        write_roster(samples.empty_view(), str(target), EN, MADE, "1")
    assert target.read_text() == "old"


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='unknown ending ".pdf"; expected .csv, .xlsx, .ics'):
        write_roster(samples.view_of(7), str(tmp_path / "r.pdf"), EN, MADE, "1")
