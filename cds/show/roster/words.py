"""Rosters in words: dates, rules, breaches, what is short, how sure the result is."""

from __future__ import annotations

from collections.abc import Mapping

from cds.roster.view import (
    BreachLine,
    CoverCell,
    CoverRow,
    Day,
    Fairness,
    RosterView,
    ShiftLook,
)
from cds.show.layout import clean
from cds.show.roster.texts import ROSTER_TEXTS
from cds.show.texts import joined, text

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = {"en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "zh": list("一二三四五六日")}
_NAMES_SHOWN = 3
# Rules that nobody wrote down as such: they come from the ward's tables.
_OWN_RULES = frozenset(
    {"cover minimum", "cover preferred", "cover maximum", "skill", "together", "apart"}
    | {"leave", "wishes", "assigned", "published", "contract", "employment"}
)


class RosterWords:
    """Sentences about rosters in ``language``, ``en`` or ``zh``."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """The sentence ``key`` of rosters with its blanks filled."""
        if key in ROSTER_TEXTS:
            return ROSTER_TEXTS[key][self.language == "zh"].format(**values)
        return text(f"roster_{key}", self.language, **values)

    def label(self, key: str) -> str:
        """The sentence ``key`` as a heading: with a capital."""
        return _capital(self.say(key))

    def weekday(self, day: Day) -> str:
        """``Fri`` or ``五``; the day's number where there is no calendar."""
        if day.date is None:
            return str(day.index)
        return _WEEKDAYS[self.language][day.date.weekday()]

    def day(self, day: Day) -> str:
        """``Fri 8 Jan``, ``1月8日周五``, ``day 4``."""
        if day.date is None:
            return self.say("day_number", number=day.index)
        month = _MONTHS[day.date.month - 1] if self.language == "en" else day.date.month
        return self.say("date", weekday=self.weekday(day), day=day.date.day, month=month)

    def period(self, days: tuple[Day, ...]) -> str:
        """``Mon 4 Jan to Sun 10 Jan 2027``."""
        first, last = days[0], days[-1]
        if first.date is None or last.date is None:
            return self.say("days", count=len(days))
        key = "period" if first.date.year == last.date.year else "period_years"
        return self.say(
            key,
            first=self.day(first),
            last=self.day(last),
            year=last.date.year,
            first_year=first.date.year,
        )

    def title(self, rule: str, titles: Mapping[str, str]) -> str:
        """The rule's title in this language, else in English, else its name."""
        if not titles and rule in _OWN_RULES:
            return self.say("rule_" + rule.replace(" ", "_"))
        return clean(titles.get(self.language) or titles.get("en") or rule)

    def cover(self, row: CoverRow) -> str:
        """``N, registered nurse``."""
        parts = ["/".join(row.shifts), "/".join(row.skills)]
        return joined([clean(part) for part in parts if part], self.language)

    def breach(self, breach: BreachLine) -> str:
        """``Chen Mei, Fri 8 Jan: at least 11 h rest (Directive 2003/88/EC, Article 3); cost 5``."""
        who = [clean(breach.person)] if breach.person is not None else []
        when = [self.day(breach.day)] if breach.day is not None else []
        what = self.title(breach.rule, breach.titles)
        if breach.label and clean(breach.label) != what:
            what = self.say("labelled", what=what, label=clean(breach.label))
        if breach.citation:
            what = self.say("cited", what=what, citation=clean(breach.citation))
        if breach.amount != 1 and not breach.label.endswith(" h"):  # hours say it themselves
            what = self.say("by", what=what, amount=breach.amount)
        place = self._listed(who + when)
        sentence = self.say("placed", place=place, what=what) if place else what
        if breach.cost is None:
            return self.say("must_hold", what=sentence)
        return self.say("costing", what=sentence, cost=breach.cost)

    def short(self, row: CoverRow, cell: CoverCell, day: Day) -> str:
        """``Fri 8 Jan, N, registered nurse: 1 of 2``."""
        return self.say(
            "short_line",
            day=self.day(day),
            cover=self.cover(row),
            have=cell.have,
            need=cell.minimum,
        )

    def fairness(self, line: Fairness) -> str:
        """``Nights: 0 to 4, mean 1.8; most: Okoro; least: Ali, Chen``."""
        key = "spread_even" if line.least == line.most else "spread"
        words = self.say(
            key,
            measure=_capital(self.say(line.measure)),
            least=line.least,
            most=line.most,
            mean=f"{line.mean:.1f}",
            highest=self._names(line.highest),
            lowest=self._names(line.lowest),
        )
        return self.say("carried", what=words) if line.carried else words

    def shift(self, shift: ShiftLook) -> str:
        """``N Night 21:00-07:30``."""
        parts = [shift.code] if shift.name == shift.code else [shift.code, clean(shift.name)]
        if shift.start is not None and shift.end is not None:
            parts.append(f"{shift.start:%H:%M}-{shift.end:%H:%M}")
        return " ".join(parts)

    def verdict(self, view: RosterView) -> str:
        """Status, cost, proven bound, gap and time in one line."""
        broken = len(view.hard)
        status = f"status_{view.status}"
        if broken and view.status != "infeasible":
            status = "status_broken"
        parts = [self.say(status, count=broken)]
        if view.cost is not None:
            parts.append(self.say("cost_is", cost=view.cost))
        if view.bound is not None:
            parts.append(self.say("bound_is", bound=view.bound))
        if view.gap is not None:
            parts.append(self.say("gap_is", gap=gap_words(view.gap)))
        if view.status != "checked":
            parts.append(self.say("time_is", seconds=f"{view.runtime_s:.1f}"))
        return self._listed(parts)

    def _listed(self, parts: list[str]) -> str:
        return ("，" if self.language == "zh" else ", ").join(parts)

    def _names(self, names: tuple[str, ...]) -> str:
        shown = [clean(name) for name in names[:_NAMES_SHOWN]]
        # "Okoro, Adaeze" is one name: then commas cannot tell names apart.
        commas = any("," in name for name in shown)
        listed = " / ".join(shown) if commas else joined(shown, self.language)
        left = len(names) - len(shown)
        return self.say("and_more", names=listed, count=left) if left else listed


def gap_words(gap: float) -> str:
    """A gap in percent that is never shown as 0 when it is not."""
    if gap == 0:
        return "0"
    return "<0.01" if gap < 0.0001 else f"{100 * gap:.2f}".rstrip("0").rstrip(".")


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def hours(minutes: int) -> str:
    """Minutes as hours: ``37.5``, ``40``."""
    return f"{minutes / 60:.1f}".removesuffix(".0")
