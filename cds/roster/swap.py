"""Two people exchange shifts, or one takes another's: what it breaks and costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from cds.roster.explain.ledger import Cell, Effect, Entry, Ledger
from cds.roster.problem import OFF, Breach, Problem, Roster, Unwanted


@dataclass(frozen=True, slots=True)
class Swap:
    """An exchange of ``given`` for ``taken``, cells (employee, day).

    With ``taken`` None the shift is given away to nobody and leaves its gap.
    Else on each of the two days the two people exchange what they have. ``effect``
    compares the roster after, ``roster``, with the one before.
    """

    given: Cell
    taken: Cell | None
    effect: Effect
    roster: Roster

    @property
    def allowed(self) -> bool:
        """Whether it breaks no hard rule that was kept."""
        return not self.effect.broken


def swap(problem: Problem, roster: Roster, given: Cell, taken: Cell | None) -> Swap:
    """``given``'s employee and ``taken``'s exchange their entries on both cells' days.

    With both on one day they simply exchange. With ``taken`` a day off, the other
    person takes the shift for nothing in return; with None nobody takes it. Each
    works in the skill the other had if they hold it, else in whichever of their own
    breaks and costs least. Raises ValueError where a cell is not of the problem, or
    both are of one person.
    """
    return _swapped(Ledger(problem, roster), given, taken)


def swap_candidates(problem: Problem, roster: Roster, employee: int, day: int) -> tuple[Swap, ...]:
    """Everything that would free ``employee`` of their shift on ``day`` and break no hard rule.

    Somebody takes it and works it besides their own shifts, exchanges shifts on that day,
    or exchanges it for one of their own on another day on which ``employee`` is off.
    Cheapest first; of equal cost those on one day before others. Empty on a day off.
    """
    ledger = Ledger(problem, roster)
    if roster.shifts[employee][day] == OFF:
        return ()
    found: list[tuple[Cell, Swap]] = []
    for other in range(len(problem.employees)):
        if other == employee or roster.shifts[other][day] == roster.shifts[employee][day]:
            continue
        same_day = _swapped(ledger, (employee, day), (other, day))
        if same_day.allowed:
            found.append(((other, day), same_day))
        if roster.shifts[other][day] != OFF or _never(ledger, other, (employee, day)):
            continue
        for elsewhere in range(problem.days):
            theirs = roster.shifts[other][elsewhere]
            if theirs != OFF and roster.shifts[employee][elsewhere] == OFF:
                exchanged = _swapped(ledger, (employee, day), (other, elsewhere))
                if exchanged.allowed:
                    found.append(((other, elsewhere), exchanged))
    found.sort(key=lambda one: (one[1].effect.cost, one[0][1] != day, one[0]))
    return tuple(offer for _, offer in found)


def _never(ledger: Ledger, other: int, cell: Cell) -> bool:
    """Whether ``other`` may not work the shift of ``cell`` whatever they do on other days."""
    option, skill = _entry(ledger.roster, cell)
    held = ledger.problem.employees[other].skills
    if not held:
        return True
    skill = skill if skill in held else held[0]
    effect = ledger.effect({(other, cell[1]): (option, skill)})
    return any(_of_cell(breach, other, cell[1], ledger.problem) for breach in effect.broken)


def _of_cell(breach: Breach, employee: int, day: int, problem: Problem) -> bool:
    rules = problem.employees[employee].rules
    return breach.employee == employee and any(
        isinstance(rule, Unwanted) and (rule.rule, rule.day) == (breach.rule, day) for rule in rules
    )


def _entry(roster: Roster, cell: Cell) -> Entry:
    employee, day = cell
    return roster.shifts[employee][day], roster.skills[employee][day]


def _swapped(ledger: Ledger, given: Cell, taken: Cell | None) -> Swap:
    problem, roster = ledger.problem, ledger.roster
    for employee, day in (given, taken or given):
        if not (0 <= employee < len(problem.employees) and 0 <= day < problem.days):
            raise ValueError(f"cell ({employee}, {day}) is not of this problem")
    if taken is None:
        nobody: dict[Cell, Entry] = {given: (OFF, -1)}
        return Swap(given, None, ledger.effect(nobody), with_cells(roster, nobody))
    if given[0] == taken[0]:
        raise ValueError("a swap is between two people")
    tried = ((ledger.effect(cells), cells) for cells in _ways(problem, roster, given, taken))
    effect, cells = min(tried, key=lambda one: (len(one[0].broken), one[0].cost))
    return Swap(given, taken, effect, with_cells(roster, cells))


def _ways(
    problem: Problem, roster: Roster, given: Cell, taken: Cell
) -> Iterator[dict[Cell, Entry]]:
    """The cells after the exchange, in each choice of skills worth trying."""
    cells: list[Cell] = []
    choices: list[list[Entry]] = []
    for day in sorted({given[1], taken[1]}):
        for to, source in ((given[0], taken[0]), (taken[0], given[0])):
            option, skill = _entry(roster, (source, day))
            held = problem.employees[to].skills
            skills = (-1,) if option == OFF else (skill,) if skill in held else held or (skill,)
            cells.append((to, day))
            choices.append([(option, one) for one in skills])
    for chosen in product(*choices):
        yield dict(zip(cells, chosen, strict=True))


def with_cells(roster: Roster, cells: dict[Cell, Entry]) -> Roster:
    """``roster`` with other entries in ``cells``."""
    shifts, skills = [list(row) for row in roster.shifts], [list(row) for row in roster.skills]
    for (employee, day), (option, skill) in cells.items():
        shifts[employee][day], skills[employee][day] = option, skill
    return Roster(tuple(map(tuple, shifts)), tuple(map(tuple, skills)))
