"""The result of ``cds predict`` as text for a terminal, 80 columns or what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds.show.layout import Terminal, cells, clean, pad, wrap
from cds.show.numbers import frequency, percent, percent_range
from cds.show.predict.facts import NO_FACTS, ModelFacts
from cds.show.predict.reasons import Reason, missing, strongest
from cds.show.texts import band_words, text

_VALUE, _NORMAL, _BAR = 15, 9, 8
# Why a model does not apply is cut here; -v and --json have all of it.
_LINES_OF_REASON = 2
_BAND_COLOURS = {"low": "green", "very_low": "green", "high": "red", "very_high": "red"}


def patient_text(
    patient: Mapping[str, Any],
    facts: Mapping[str, ModelFacts],
    *,
    language: str,
    terminal: Terminal,
    top: int = 5,
    verbose: bool = False,
) -> str:
    """One entry of ``patients`` as text that ends with a newline."""
    view = _View(language, terminal, top, verbose)
    predictions = patient.get("predictions") or []
    done = [entry for entry in predictions if entry["status"] == "ok"]
    lines = view.heading(patient)
    for prediction in done:
        lines += ["", *view.prediction(prediction, facts.get(prediction["model"], NO_FACTS))]
    if not done:
        lines += ["", view.say("nothing")]
    lines += view.others([entry for entry in predictions if entry["status"] != "ok"])
    lines += view.warnings(patient)
    lines.append("")
    for key in ("limits", "support") if done else ("support",):
        lines += [terminal.paint(line, "dim") for line in view.paragraph(key)]
    return terminal.plain("\n".join(lines)) + "\n"


class _View:
    """The parts of the page, in one language, for one terminal."""

    def __init__(self, language: str, terminal: Terminal, top: int, verbose: bool) -> None:
        self.language = language
        self.terminal = terminal
        self.width = terminal.columns
        self.top = top
        self.verbose = verbose

    def say(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def plain(self, words: str) -> str:
        return self.terminal.plain(words)

    def paragraph(self, key: str, **values: object) -> list[str]:
        return wrap(self.say(key, **values), self.width)

    def heading(self, patient: Mapping[str, Any]) -> list[str]:
        record = patient.get("record") or {}
        title = self.say("patient", id=clean(patient.get("id", "")))
        account = self.say(
            "account",
            source=clean(patient.get("source", "")),
            used=total(record.get("used")),
            ignored=total(record.get("ignored")),
            warnings=len(record.get("warnings") or []),
        )
        return [
            *(self.terminal.paint(line, "bold") for line in wrap(title, self.width)),
            *(self.terminal.paint(line, "dim") for line in wrap(account, self.width)),
        ]

    def prediction(self, prediction: Mapping[str, Any], facts: ModelFacts) -> list[str]:
        reasons, weaker = strongest(prediction, facts, self.language, self.top)
        lines = [*self._title(prediction), *self._risk(prediction)]
        for raises, key in ((True, "raises"), (False, "lowers")):
            side = [reason for reason in reasons if reason.raises is raises]
            if side:
                lines += ["", *self._reasons(self.say(key), side)]
        if not reasons:
            lines.append("  " + self.say("no_reasons"))
        elif weaker and self.verbose:
            lines.append("  " + self.say("more_reasons", count=weaker))
        lines += self._missing(prediction)
        if self.verbose and facts.not_for:
            lines += self._indented("not_for", 2, text=clean(facts.not_for))
        return lines

    def others(self, predictions: Sequence[Mapping[str, Any]]) -> list[str]:
        if not predictions:
            return []
        lines = ["", self.terminal.paint(self.say("not_applicable"), "bold")]
        for entry in predictions:
            told = self._indented(
                "refused" if entry["status"] == "refused" else "insufficient",
                2,
                outcome=clean(entry.get("outcome") or entry["model"]),
                model=clean(entry["model"]),
                reason=clean(entry.get("reason") or ""),
            )
            if len(told) > _LINES_OF_REASON and not self.verbose:
                told = told[:_LINES_OF_REASON]
                told[-1] = wrap(told[-1], self.width - 4)[0] + " …"
            lines += told
        return lines

    def warnings(self, patient: Mapping[str, Any]) -> list[str]:
        warnings = (patient.get("record") or {}).get("warnings") or []
        if not warnings:
            return []
        shown = warnings if self.verbose else warnings[:5]
        lines = ["", self.terminal.paint(self.say("warnings"), "bold")]
        for warning in shown:
            lines += self._indented("warning", 2, message=warning_words(warning))
        if len(warnings) > len(shown):
            lines.append("  " + self.say("warnings_more", count=len(warnings) - len(shown)))
        return lines

    def _title(self, prediction: Mapping[str, Any]) -> list[str]:
        outcome = self.plain(clean(prediction["outcome"]))
        outcome = outcome[:1].upper() + outcome[1:]
        version = self.say("model", name=prediction["model"], version=prediction["version"])
        gap = self.width - cells(outcome) - cells(version) - 2
        if gap < 2:
            return [self.terminal.paint(line, "bold") for line in wrap(outcome, self.width)] + [
                self.terminal.paint(version, "dim")
            ]
        rule = self.terminal.paint(" " + "─" * gap + " ", "dim")
        return [self.terminal.paint(outcome, "bold") + rule + self.terminal.paint(version, "dim")]

    def _risk(self, prediction: Mapping[str, Any]) -> list[str]:
        risk, (low, high) = prediction["risk"], prediction["interval"]
        band = prediction.get("band") or ""
        colour = _BAND_COLOURS.get(band, "yellow")
        count, size = frequency(risk)
        words = self.say("band", band=band_words(band, self.language)) if band else ""
        interval = self.say(
            "interval",
            low=percent(low, self.language),
            high=percent(high, self.language),
        )
        head = self.terminal.paint(f"{percent(risk, self.language)}", "bold", colour)
        line = f"  {self.say('risk')} {head}   {self.terminal.paint(words, 'bold', colour)}"
        key = "frequency_rare" if risk * size < 0.5 else "frequency"
        often = self.say(key, count=count, size=f"{size:,}")
        plain_width = cells(f"  {self.say('risk')} {percent(risk, self.language)}   {words}")
        fits = plain_width + 3 + cells(interval) <= self.width
        lines = [f"{line}   {interval}"] if fits else [line, f"  {interval}"]
        return [*lines, *(f"  {part}" for part in wrap(often, self.width - 2))]

    def _reasons(self, title: str, reasons: Sequence[Reason]) -> list[str]:
        room = self.width - 4 - _VALUE - _NORMAL - _BAR - 7
        columns = pad(self.say("value"), _VALUE, right=True)
        columns += "    " + pad(self.say("normal"), _NORMAL) + "  " + self.say("weight")
        title = f"  {title}"
        lines = []
        if cells(title) > room + 4:
            lines.append(self.terminal.paint(title, "dim"))
            title = ""
        lines.append(self.terminal.paint(f"{pad(title, room + 4)} {columns}", "dim"))
        for reason in reasons:
            mark, colour = ("▲", "red") if reason.raises else ("▼", "blue")
            label, *rest = wrap(self.plain(reason.label), room)
            value, *more = wrap(self.plain(reason.value), _VALUE)
            shown = f"{pad(value, _VALUE, right=True)} {pad(self.plain(reason.flag), 1)}"
            if reason.flag:
                shown = self.terminal.paint(shown, "bold")
            normal = pad(self.plain(reason.normal), _NORMAL)
            bar = self.terminal.paint(self.terminal.bar(reason.share, _BAR), colour)
            marked = self.terminal.paint(self.plain(mark), colour)
            lines.append(f"  {marked} {pad(label, room)} {shown}  {normal}  {bar}")
            for index in range(max(len(rest), len(more))):
                left = rest[index] if index < len(rest) else ""
                right = more[index] if index < len(more) else ""
                lines.append(f"    {pad(left, room)} {pad(right, _VALUE, right=True)}".rstrip())
        return lines

    def _missing(self, prediction: Mapping[str, Any]) -> list[str]:
        entries, left = missing(prediction, self.top)
        if not entries:
            return []
        room = self.width - 4 - 24
        lines = ["", self.terminal.paint(f"  {self.say('missing')}", "dim")]
        for entry in entries:
            label, *rest = wrap(self.plain(clean(entry.get("label") or entry["feature"])), room)
            low, high = entry["risk_range"]
            change = f"{self.say('risk')} {percent_range(low, high, self.language)}"
            lines.append(f"  ? {pad(label, room)} {change}")
            lines += [f"    {part}" for part in rest]
        if left:
            lines.append("    " + self.say("missing_more", count=left))
        return lines

    def _indented(self, key: str, indent: int, **values: object) -> list[str]:
        first, *rest = wrap(self.say(key, **values), self.width - indent - 2)
        return [" " * indent + first, *(" " * (indent + 2) + line for line in rest)]


def warning_words(warning: Mapping[str, Any]) -> str:
    """One warning about the record in one line: where, what, the value, what was expected."""
    pointer = clean(warning.get("pointer") or "")
    words = clean(warning["message"])
    if pointer:
        words = f"{pointer}: {words}"
    details = [clean(str(warning[key])) for key in ("value", "expected") if warning.get(key)]
    return f"{words} ({'; '.join(details)})" if details else words


def total(counts: object) -> int:
    """The sum of counts by name, or the count itself."""
    if isinstance(counts, Mapping):
        return sum(counts.values())
    return counts if isinstance(counts, int) else 0
