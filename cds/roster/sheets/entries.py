"""What stands in a cell: ``N``, ``N/RN`` where the skill matters, ``(absent)``, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cds.errors import InputError, Place
from cds.roster.problem import OFF, Problem
from cds.roster.view import Cell, PersonRow
from cds.roster.ward.names import Names

ABSENT = "(absent)"
"""What a table says of somebody who was to work and cannot come."""

_OFF_WORDS = frozenset({"", "off", ".", "-", "·", "休", "休息"})
_ABSENT_WORDS = frozenset({"absent", "a", "sick", "ill", "缺勤", "缺", "病", "病假"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell that was read: an option, and the skill where the cell names one (else None).

    ``absent``: a day off, for the person cannot come.
    """

    option: int
    skill: int | None
    absent: bool = False


def entry_of(row: PersonRow, cell: Cell) -> str:
    """The text of a cell; the skill where it is not the person's only own one."""
    return f"{cell.code}/{cell.skill}" if row.names_skill(cell) else cell.code


def parse_entry(text: str, problem: Problem, place: Place) -> Entry:
    """A cell's text as an entry; what stands in brackets, as ``(leave)``, is a day off.

    ``(absent)``, ``(A)``, ``(sick)`` and ``(缺)`` are days on which the person cannot come.
    Case matters only where codes differ by nothing else. Raises InputError for an unknown
    shift or skill, with the nearest that there is.
    """
    text = text.strip()
    if text not in problem.shifts and _is_off(text):
        return Entry(OFF, None, text[1:-1].strip().casefold() in _ABSENT_WORDS)
    shifts = names_of("shift", problem.shifts)
    whole = shifts.find(text)
    if whole is not None:
        return Entry(problem.shifts.index(whole), None)
    # The last stroke that follows a shift: a code may hold one itself.
    for cut in reversed([at for at, letter in enumerate(text) if letter == "/"]):
        code = shifts.find(text[:cut].strip())
        if code is not None:
            skill = known("skill", text[cut + 1 :].strip(), problem.skills, place)
            return Entry(problem.shifts.index(code), skill)
    told = shifts.unknown(text.split("/")[0].strip())
    raise InputError(f"{told} (an empty cell is a day off)", place)


def known(sort: str, name: str, names: tuple[str, ...], place: Place) -> int:
    """The index of a name, also where only its case differs. Raises InputError where it is none."""
    there = names_of(sort, names)
    found = there.find(name)
    if found not in names:
        raise InputError(there.unknown(name), place)
    return names.index(found)


@lru_cache(maxsize=16)
def names_of(sort: str, names: tuple[str, ...]) -> Names:
    """The names of one sort; kept, for every cell asks."""
    return Names(sort, names)


def _is_off(text: str) -> bool:
    return text.casefold() in _OFF_WORDS or (text[0] in "(（" and text[-1] in ")）")
