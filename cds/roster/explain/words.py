"""Explanations as sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cds.roster.explain.candidates import Candidate
from cds.roster.explain.conflict import Conflict
from cds.roster.explain.facts import Staffing, staffing_of
from cds.roster.explain.items import Item
from cds.roster.explain.ledger import Effect
from cds.roster.explain.phrases import MONTHS, PHRASES, WEEKDAYS
from cds.roster.explain.why import Why
from cds.roster.problem import OFF, Breach, Count, Pairing, Problem, Run, Unwanted, Weekends

Titles = Mapping[str, tuple[str, str]]
"""For each rule: its title in the reader's language, and the law it comes from ("": none)."""


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences about ``problem`` in ``language``, "en" or "zh"."""

    problem: Problem
    language: str = "en"
    titles: Titles = field(default_factory=dict)

    def conflict(self, conflict: Conflict) -> tuple[str, ...]:
        """What cannot hold together, cover first: who could work it, and what stops the others."""
        count = len(conflict.items)
        head = ("single" if count == 1 else "minimal") if conflict.minimal else "open"
        lines = [self._say(head, count=count)]
        told: set[Item] = set()
        for staffing in staffing_of(conflict, self.problem):
            told.add(staffing.item)
            told.update(item for _, items in staffing.unable for item in items)
            lines.append(self._staffing(staffing))
        lines += [self._item(item) for item in conflict.items if item not in told]
        return tuple(lines)

    def why(self, why: Why) -> tuple[str, ...]:
        """What the change does alone, and what it costs when all is planned again."""
        now = self._say(
            "why_now",
            name=self._name(why.employee),
            day=self.day(why.day),
            option=self._option(why.option),
            now=self._option(why.now),
            effect=self.effect(why.immediate),
        )
        if why.status == "infeasible":
            return now, self._sentence(self._say("why_none"))
        if why.best_cost is None:
            return now, self._sentence(self._say("why_unknown"))
        proved = why.at_least is not None and why.best_cost <= why.at_least
        again = self._say(
            "why_proved" if proved else "why_best",
            cost=self._cost(why.best_cost),
            changed=why.changed,
            bound=self._bound(why.at_least or 0),
        )
        return now, self._sentence(again)

    def _bound(self, least: int) -> str:
        return self._say("bound_less" if least < 0 else "bound_more", number=abs(least))

    def candidate(self, candidate: Candidate) -> str:
        """Who could take a shift, what they have now, what it breaks and costs."""
        return self._say(
            "take",
            name=self._name(candidate.employee),
            now=self._option(candidate.instead_of),
            effect=self.effect(candidate.effect),
        )

    def effect(self, effect: Effect) -> str:
        """What a change breaks, and what it costs."""
        if effect.broken:
            rules = self._join("semi", map(self.breach, effect.broken))
            broken = self._say("breaks", rules=rules)
        else:
            broken = self._say("nothing_broken")
        return self._join("semi", (broken, self._cost(effect.cost)))

    def breach(self, breach: Breach) -> str:
        """One broken hard rule: who, when, which, by what law."""
        if breach.employee is None:
            day = self.day(breach.day or 0)
            cover = breach.label or self._titled(breach.rule, [])
            key = "over" if self._only_capped(breach) else "short"
            return self._say(key, day=day, cover=cover, number=breach.amount)
        rule = self._titled(breach.rule, [breach.label, breach.origin])
        name = self._name(breach.employee)
        if breach.day is None:
            return self._say("broken_anytime", name=name, rule=rule)
        return self._say("broken", name=name, day=self.day(breach.day), rule=rule)

    def day(self, day: int) -> str:
        """``Fri 4 Dec``, ``12月4日周五``; ``day 4`` where there is no calendar."""
        if self.problem.first_date is None:
            return self._say("day", number=day)
        date = self.problem.first_date + timedelta(days=day)
        weekday = WEEKDAYS[self.language][date.weekday()]
        if self.language == "zh":
            return f"{date.month}月{date.day}日{weekday}"
        return f"{weekday} {date.day} {MONTHS[date.month - 1]}"

    def _only_capped(self, breach: Breach) -> bool:
        """Whether the cover that is broken has no minimum that could be."""
        covers = [
            cover
            for cover in self.problem.covers
            if (cover.rule, cover.day, cover.label) == (breach.rule, breach.day, breach.label)
        ]
        return bool(covers) and all(not cover.minimum for cover in covers)

    def _staffing(self, staffing: Staffing) -> str:
        cover = staffing.item.label or self._titled(staffing.item.rule, [])
        day = self.day(staffing.item.day or 0)
        parts = []
        if staffing.minimum is not None:
            number, holders = staffing.minimum, len(staffing.holders)
            parts.append(self._say("needed", day=day, cover=cover, number=number, holders=holders))
            if not staffing.able:
                parts += [self._say("nobody")] if staffing.holders else []
            elif staffing.unable:
                names = self._join("list", map(self._name, staffing.able))
                parts.append(self._say("only", names=names))
            elif len(staffing.holders) >= number:
                parts.append(self._say("all_can"))
        if staffing.maximum is not None:
            parts.append(self._say("at_most", day=day, cover=cover, number=staffing.maximum))
        for employee, items in staffing.unable:
            reasons = self._join("and", map(self._rule, items))
            parts.append(self._say("stopped", name=self._name(employee), reasons=reasons))
        return self._sentence(self._join("semi", parts))

    def _item(self, item: Item) -> str:
        pairing = item.parts[0]
        if isinstance(pairing, Pairing):
            partners = self._join("list", map(self._name, sorted(pairing.partners)))
            said = self._say(
                "pairing",
                name=self._name(pairing.employee),
                shift=self.problem.shifts[pairing.shift],
                day=self.day(pairing.day),
                partners=partners,
            )
            return self._sentence(said)
        name = self._name(item.employee or 0)
        return self._sentence(self._say("rule", name=name, rule=self._rule(item)))

    def _rule(self, item: Item) -> str:
        """The rule's title, with its bounds, its law and where it was written."""
        if item.kind == "cells":
            return self._titled(item.rule, [*self._cells(item), item.origin])
        bounds = dict.fromkeys(note for part in item.parts for note in self._bounds(part))
        return self._titled(item.rule, [*bounds, item.origin])

    def _titled(self, rule: str, notes: Iterable[str]) -> str:
        title, citation = self.titles.get(rule, (rule, ""))
        kept = [note for note in (*notes, citation) if note]
        if not kept:
            return title
        return self._say("titled", title=title, notes=self._join("semi", kept))

    def _bounds(self, part: object) -> list[str]:
        if not isinstance(part, Count | Run | Weekends):
            return []
        minutes = part.unit_minutes if isinstance(part, Count) else 0
        row = self._say("in_row") if isinstance(part, Run) else ""
        bounds = [("minimum", part.minimum, row), ("maximum", part.maximum, row)]
        if isinstance(part, Weekends):
            row = self._say("in_row")
            bounds += [("minimum", part.minimum_in_row, row), ("maximum", part.maximum_in_row, row)]
        said = []
        for key, number, after in bounds:
            if number is not None:
                amount = f"{round(number * minutes / 60, 2):g}" if minutes else str(number)
                unit = self._say("hours" if minutes else "count", number=amount)
                words = [self._say(key, number=unit), after]
                said.append((" " if self.language == "en" else "").join(filter(None, words)))
        return said

    def _cells(self, item: Item) -> list[str]:
        """What is left in the cells: a day off, one shift, or all but some."""
        every = (OFF, *range(len(self.problem.shifts)))
        barred: dict[int, frozenset[int]] = {}
        for part in item.parts:
            if isinstance(part, Unwanted):
                barred[part.day] = barred.get(part.day, frozenset()) | part.options
        groups: dict[frozenset[int], list[int]] = {}
        for day in sorted(barred):
            groups.setdefault(barred[day], []).append(day)
        said = []
        for options, days in groups.items():
            left = [option for option in every if option not in options]
            when = self._span(days)
            if left == [OFF]:
                said.append(self._say("off", days=when))
            elif len(left) == 1:
                said.append(self._say("on", days=when, option=self._option(left[0])))
            else:
                names = self._join("list", map(self._option, sorted(options)))
                said.append(self._say("not", day=when, options=names))
        return said

    def _span(self, days: Sequence[int]) -> str:
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return self._say("days", first=self.day(days[0]), last=self.day(days[-1]))
        return self._join("list", map(self.day, days))

    def _cost(self, number: int) -> str:
        key = "costs" if number > 0 else "saves" if number < 0 else "same"
        return self._say(key, number=abs(number))

    def _name(self, employee: int) -> str:
        return self.problem.employees[employee].name

    def _option(self, option: int) -> str:
        return self._say("off_option") if option == OFF else self.problem.shifts[option]

    def _join(self, mark: str, parts: Iterable[str]) -> str:
        return PHRASES[self.language][mark].join(parts)

    def _sentence(self, said: str) -> str:
        return said + PHRASES[self.language]["end"]

    def _say(self, key: str, **values: object) -> str:
        return PHRASES[self.language][key].format(**values)
