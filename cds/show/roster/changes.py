"""Changes of a roster in words: what a repair did, who could take a gap, what a swap costs."""

from __future__ import annotations

from cds.roster.explain.words import Words
from cds.roster.problem import OFF, Breach, Cover
from cds.roster.repair import Change, Gap, Repair
from cds.roster.swap import Swap
from cds.show.grammar import fill

_SHOWN = 5  # candidates of a gap, offers of a swap; --json has all

_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "changes": "{count} cell[|s] changed:",
        "no_changes": "No other cell had to change.",
        "cell": "{day}, {name}: {before} → {after}",
        "absences": "Absent:",
        "absent": "{day}, {name}: {before}, absent",
        "gap": "{day}, {cover}: {missing} missing by the absence. Who could take it:",
        "gap_frozen": "{day}, {cover}: {missing} missing by the absence. The day is frozen, so "
        "nobody is called in; if you change it by hand, who could take it:",
        "frozen": "{day} is frozen",
        "nobody": "nobody has the skill and is free of that shift",
        "more": "{count} more; --json lists all",
        "unrestored": "{day}, {cover}: {missing} still missing",
        "alone": "{name} works {shift} on {day} beside nobody they need",
        "restored": "Cover is what it was.",
        "best": "Proved: no roster restores more.",
        "not_best": "The time ran out: another roster might restore more.",
        "fewest": "Proved: fewer changes cannot do it.",
        "not_fewest": "The time ran out: fewer changes might do it.",
        "cost": "Cost {before} before, {after} now.",
        "broken": "Broken and kept before: {breach}",
        "free": "{name} could be free of {shift} on {day} like this:",
        "not_free": "Nobody can take {shift} of {name} on {day} without breaking a hard rule.",
        "is_off": "{name} is off on {day}.",
        "offer_takes": "{other} takes it: {effect}",
        "offer_day": "{other} and {name} exchange {theirs} and {shift}: {effect}",
        "offer_days": "{other} takes it and gives {theirs} on {day}: {effect}",
        "swap": "{name} and {other} exchange: {effect}",
        "off": "off",
    },
    "zh": {
        "changes": "改动 {count} 格：",
        "no_changes": "其他班次无需改动。",
        "cell": "{day}，{name}：{before} → {after}",
        "absences": "缺勤：",
        "absent": "{day}，{name}：{before}，缺勤",
        "gap": "{day}，{cover}：因缺勤少{missing}人。可以接替的人：",
        "gap_frozen": "{day}，{cover}：因缺勤少{missing}人。该日已冻结，不作安排；"
        "如需人工调整，可以接替的人：",
        "frozen": "{day}已冻结",
        "nobody": "没有具备该技能且未上该班的人",
        "more": "另有{count}项；用 --json 查看全部",
        "unrestored": "{day}，{cover}：仍缺{missing}人",
        "alone": "{name}在{day}上{shift}班时没有必需的同班人员",
        "restored": "各班次人数已恢复。",
        "best": "已证明：没有其他排班能恢复更多。",
        "not_best": "时间已到：其他排班或可恢复更多。",
        "fewest": "已证明：改动更少则无法做到。",
        "not_fewest": "时间已到：或许改动更少也能做到。",
        "cost": "代价由{before}变为{after}。",
        "broken": "原先遵守、现被违反：{breach}",
        "free": "{name}在{day}的{shift}班可以这样让出：",
        "not_free": "没有人能在不违反硬性规则的情况下接替{name}在{day}的{shift}班。",
        "is_off": "{name}在{day}休息。",
        "offer_takes": "由{other}接替：{effect}",
        "offer_day": "{other}与{name}交换{theirs}和{shift}：{effect}",
        "offer_days": "由{other}接替，并让出{day}的{theirs}：{effect}",
        "swap": "{name}与{other}换班：{effect}",
        "off": "休息",
    },
}


class ChangeWords:
    """Sentences about changes, with the names and titles of ``words``."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.problem = words.problem

    def repair(self, repair: Repair, absent: tuple[Change, ...]) -> tuple[tuple[str, ...], ...]:
        """Paragraphs: what changed, who could take each gap, what is missing, what is proved."""
        changed = [*repair.changes, *repair.new_skills]
        changed.sort(key=lambda change: (change.day, change.employee))
        key = "changes" if changed else "no_changes"
        missed = tuple(
            self._say("absent", **self._of(one))
            for one in sorted(absent, key=lambda change: change.day)
            if one.before != OFF
        )
        told = self._say(key, count=len(changed)), *(self.change(one) for one in changed)
        first = [(self._say("absences"), *missed)] if missed else []
        paragraphs = [*first, told, *(self.gap(gap) for gap in repair.gaps)]
        before = {self._identity(breach) for breach in repair.before.hard}
        last = [
            self._say("unrestored", **self._cover(cover), missing=missing)
            for cover, missing in repair.unrestored
        ]
        last += [
            self._say(
                "alone",
                name=self._name(pairing.employee),
                shift=self.problem.shifts[pairing.shift],
                day=self.words.day(pairing.day),
            )
            for pairing in repair.alone
        ]
        if not last:
            last.append(self._say("restored"))
        else:
            last.append(self._say("best" if repair.best_restored else "not_best"))
        last += [
            self._say("broken", breach=self.words.breach(breach))
            for breach in repair.after.hard
            if breach.employee is not None and self._identity(breach) not in before
        ]
        last.append(self._say("fewest" if repair.fewer_impossible else "not_fewest"))
        last.append(self._say("cost", before=repair.before.cost, after=repair.after.cost))
        return (*paragraphs, tuple(last))

    def change(self, change: Change) -> str:
        """``Fri 4 Dec, Ali: L → N/RN``."""
        return self._say("cell", **self._of(change))

    def gap(self, gap: Gap) -> tuple[str, ...]:
        """What is missing where, and who could take it, best first."""
        key = "gap_frozen" if gap.frozen else "gap"
        head = self._say(key, **self._cover(gap.cover), missing=gap.missing)
        if not gap.candidates:
            return head, self._say("nobody")
        shown = [self.words.candidate(one) for one in gap.candidates[:_SHOWN]]
        return (head, *shown, *self._more(len(gap.candidates)))

    def frozen(self, day: int) -> str:
        """That a day stays as it is."""
        return self._say("frozen", day=self.words.day(day))

    def offers(
        self, employee: int, day: int, shift: int, offers: tuple[Swap, ...]
    ) -> tuple[str, ...]:
        """Everything that frees ``employee`` of ``shift`` on ``day``, best first."""
        known = {"name": self._name(employee), "day": self.words.day(day)}
        if shift == OFF:
            return (self._say("is_off", **known),)
        known["shift"] = self._option(shift)
        if not offers:
            return (self._say("not_free", **known),)
        lines = [self.offer(one, shift) for one in offers[:_SHOWN]]
        return (self._say("free", **known), *lines, *self._more(len(offers)))

    def offer(self, swap: Swap, shift: int) -> str:
        """One offer; the other person's part in it, what it breaks and costs."""
        other, day = swap.taken or swap.given
        # What they give is what the one who is freed has there afterwards.
        theirs = swap.roster.shifts[swap.given[0]][day]
        key = (
            "offer_days"
            if day != swap.given[1]
            else "offer_takes"
            if theirs == OFF
            else "offer_day"
        )
        return self._say(
            key,
            other=self._name(other),
            name=self._name(swap.given[0]),
            theirs=self._option(theirs),
            shift=self._option(shift),
            day=self.words.day(day),
            effect=self.words.effect(swap.effect),
        )

    def swap(self, swap: Swap, changes: tuple[Change, ...]) -> tuple[str, ...]:
        """An exchange as asked for: what it breaks and costs, and each cell."""
        other = swap.taken or swap.given
        head = self._say(
            "swap",
            name=self._name(swap.given[0]),
            other=self._name(other[0]),
            effect=self.words.effect(swap.effect),
        )
        return (head, *(self.change(change) for change in changes))

    def entry(self, option: int, skill: int) -> str:
        """``N/RN``; ``off``."""
        named = option != OFF and skill >= 0 and self.problem.skills[skill]
        return f"{self._option(option)}/{named}" if named else self._option(option)

    def _of(self, change: Change) -> dict[str, str]:
        return {
            "day": self.words.day(change.day),
            "name": self._name(change.employee),
            "before": self.entry(change.before, change.skill_before),
            "after": self.entry(change.after, change.skill_after),
        }

    def _cover(self, cover: Cover) -> dict[str, str]:
        return {"day": self.words.day(cover.day), "cover": cover.label or cover.rule}

    def _identity(self, breach: Breach) -> tuple[object, ...]:
        return breach.rule, breach.employee, breach.day, breach.origin

    def _more(self, count: int) -> tuple[str, ...]:
        return (self._say("more", count=count - _SHOWN),) if count > _SHOWN else ()

    def _name(self, employee: int) -> str:
        return self.problem.employees[employee].name

    def _option(self, option: int) -> str:
        return self._say("off") if option == OFF else self.problem.shifts[option]

    def _say(self, key: str, **values: object) -> str:
        return fill(_TEXTS[self.words.language][key], **values)
