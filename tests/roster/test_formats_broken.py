"""Cut, mixed and mangled files are refused in words: nothing but InputError comes out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cds.errors import InputError
from cds.roster.formats import read_instance
from cds.roster.problem import Problem
from tests.roster.inrc1_instance import Small, as_text, as_xml
from tests.roster.test_formats_curtois import TINY
from tests.roster.test_formats_inrc2 import HISTORY, SCENARIO, WEEK

SMALL = Small(
    bounds={"MinConsecutiveWorkingDays": (1, 3), "MinConsecutiveWorkingWeekends": (1, 2)},
    switches={"CompleteWeekends": 1, "TwoFreeDaysAfterNightShifts": 1},
    patterns=((1, (("E", "Any"), ("N", "Friday"))),),
    requests=(("DayOff", "2010-01-02", "", 4), ("ShiftOn", "2010-01-03", "E", 4)),
)
INSTANCES = {
    "curtois": TINY,
    "inrc1": as_text(SMALL),
    "inrc1 xml": as_xml(SMALL),
    "inrc2 scenario": SCENARIO,
    "inrc2 history": HISTORY,
    "inrc2 week": WEEK,
}
ALPHABET = "0123456789-|=(),;:<>/\"' \n\tabEeNlxAny²\x00é"


def read(folder: Path, kind: str, text: str) -> Problem:
    """The instance with one of its files replaced."""
    path = folder / "instance.txt"
    if not kind.startswith("inrc2"):
        path.write_text(text, encoding="utf-8")
        return read_instance(path, format=kind.split()[0])
    texts = {"scenario": SCENARIO, "history": HISTORY, "week": WEEK, kind.split()[1]: text}
    for name, content in texts.items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    return read_instance(
        folder / "scenario.txt",
        format="inrc2",
        history=folder / "history.txt",
        weeks=[folder / "week.txt"] * 2,
    )


def refused(folder: Path, kind: str, text: str) -> bool:
    """Whether it was refused; any other error escapes."""
    try:
        read(folder, kind, text)
    except InputError as error:
        assert error.place is not None
        assert str(folder) in error.place.source
        return True
    return False


def mangle(text: str, rng: random.Random) -> str:
    start = rng.randrange(len(text))
    end = min(len(text), start + rng.choice((0, 1, 1, 3, 40)))
    lines = text.splitlines(keepends=True)
    match rng.randrange(5):
        case 0:
            return text[:start]
        case 1:
            return text[:start] + text[end:]
        case 2:
            return (
                text[:start] + "".join(rng.choices(ALPHABET, k=rng.choice((1, 2, 9)))) + text[end:]
            )
        case 3:
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
        case _:
            del lines[rng.randrange(len(lines))]
    return "".join(lines)


@pytest.mark.parametrize("kind", INSTANCES)
def test_mangled_files_raise_nothing_else(tmp_path: Path, kind: str) -> None:
    rng = random.Random(kind)
    text = INSTANCES[kind]
    assert not refused(tmp_path, kind, text)
    outcomes = {refused(tmp_path, kind, mangle(text, rng)) for _ in range(150)}
    assert True in outcomes


@pytest.mark.parametrize("kind", INSTANCES)
@pytest.mark.parametrize("other", INSTANCES)
def test_files_of_another_kind_are_refused(tmp_path: Path, kind: str, other: str) -> None:
    if kind.split()[0] != other.split()[0] or (kind != other and kind.startswith("inrc2")):
        assert refused(tmp_path, kind, INSTANCES[other])


def test_auto_tells_the_kinds_apart(tmp_path: Path) -> None:
    path = tmp_path / "instance"
    for kind in ("curtois", "inrc1", "inrc1 xml"):
        path.write_text(INSTANCES[kind])
        assert read_instance(path) == read_instance(path, format=kind.split()[0])
    path.write_text(SCENARIO)
    with pytest.raises(InputError, match="is a scenario, and no history is given"):
        read_instance(path)


NOT_INSTANCES = {
    "nothing": (b"", "is of no known kind; expected an instance of curtois, inrc1, inrc2"),
    "a history alone": (HISTORY.encode(), "is a history or week of INRC-II; expected its scenario"),
    "a week alone": (WEEK.encode(), "is a history or week of INRC-II; expected its scenario"),
    "another text": (b"name,grade\nChen,RN\n", "is of no known kind"),
    "NurseScheduler's form": (
        b"SCHEDULING_PERIOD\nn005w4_0_1-2-3-3,1.0,2023-09-04,2023-10-01\nEND\n",
        "is in NurseScheduler's own form; expected the organisers' files",
    ),
    "not text": (b"\x89PNG\r\n\xff\xfe", "is not text; expected an instance"),
}


@pytest.mark.parametrize(("content", "message"), NOT_INSTANCES.values(), ids=NOT_INSTANCES)
def test_what_is_no_instance(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "instance"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_instance(path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_instance(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="is a folder; expected the file of an instance"):
        read_instance(tmp_path)
    with pytest.raises(InputError, match="unknown format 'inrc3'; expected one of auto, curtois"):
        read_instance(tmp_path, format="inrc3")


def test_weeks_belong_to_inrc2(tmp_path: Path) -> None:
    path = tmp_path / "instance"
    path.write_text(TINY)
    with pytest.raises(InputError, match="is read as curtois; expected --history and --weeks only"):
        read_instance(path, weeks=[path])


@pytest.mark.parametrize("kind", ("curtois", "inrc1", "inrc1 xml"))
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path, kind: str) -> None:
    plain = read(tmp_path, kind, INSTANCES[kind])
    windows = "\ufeff" + INSTANCES[kind].replace("\n", "\r\n")
    (tmp_path / "instance.txt").write_bytes(windows.encode("utf-8"))
    assert read_instance(tmp_path / "instance.txt") == plain
