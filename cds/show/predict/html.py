"""The result of ``cds predict`` as one printable page a patient, without outside parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cds.show.html_style import STYLE
from cds.show.layout import clean
from cds.show.numbers import frequency, percent, percent_range
from cds.show.predict.facts import NO_FACTS, ModelFacts
from cds.show.predict.reasons import Reason, missing, strongest
from cds.show.predict.text import total, warning_words
from cds.show.texts import band_words, text

_BAND_CLASSES = {"low": "low", "very_low": "low", "high": "high", "very_high": "high"}


def page(
    document: Mapping[str, Any],
    facts: Sequence[Mapping[str, ModelFacts]],
    *,
    language: str,
    top: int = 5,
) -> str:
    """A whole ``cds.predict/1`` document as one self-contained HTML page for A4.

    ``facts`` holds, for each patient in order, model name → facts.
    """
    html = _Page(language, top, document)
    body = "\n".join(map(html.patient, document["patients"], facts))
    tongue = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.say('title')}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page, in one language. Every text passes through ``escape``."""

    def __init__(self, language: str, top: int, document: Mapping[str, Any]) -> None:
        self.language = language
        self.top = top
        self.document = document

    def say(self, key: str, **values: object) -> str:
        # A percent sign stays with its number at the end of a line.
        return escape(text(key, self.language, **values)).replace(" %", "\u00a0%")

    def patient(self, patient: Mapping[str, Any], facts: Mapping[str, ModelFacts]) -> str:
        predictions = patient.get("predictions") or []
        done = [entry for entry in predictions if entry["status"] == "ok"]
        parts = [self._heading(patient)]
        parts += [self._prediction(entry, facts.get(entry["model"], NO_FACTS)) for entry in done]
        if not done:
            parts.append(f'<p class="nothing">{self.say("nothing")}</p>')
        parts.append(self._others([entry for entry in predictions if entry["status"] != "ok"]))
        parts.append(self._warnings((patient.get("record") or {}).get("warnings") or []))
        parts.append(self._footer())
        return '<main class="patient">\n' + "\n".join(part for part in parts if part) + "\n</main>"

    def _heading(self, patient: Mapping[str, Any]) -> str:
        record = patient.get("record") or {}
        account = self.say(
            "account",
            source=clean(patient.get("source", "")),
            used=total(record.get("used")),
            ignored=total(record.get("ignored")),
            warnings=len(record.get("warnings") or []),
        )
        return (
            f"<header><p>{self.say('title')}</p>"
            f"<h1>{self.say('patient', id=clean(patient.get('id', '')))}</h1>"
            f"<p>{account}</p></header>"
        )

    def _prediction(self, prediction: Mapping[str, Any], facts: ModelFacts) -> str:
        risk, (low, high) = prediction["risk"], prediction["interval"]
        band = prediction.get("band") or ""
        count, size = frequency(risk)
        key = "frequency_rare" if risk * size < 0.5 else "frequency"
        outcome = clean(prediction["outcome"])
        words = self.say("band", band=band_words(band, self.language)) if band else ""
        interval = self.say(
            "interval", low=percent(low, self.language), high=percent(high, self.language)
        )
        reasons, _ = strongest(prediction, facts, self.language, self.top)
        purpose = [
            self.say(name, text=clean(content))
            for name, content in (("purpose", facts.purpose), ("not_for", facts.not_for))
            if content
        ]
        version = self.say("model", name=prediction["model"], version=prediction["version"])
        return "\n".join(
            [
                f'<section class="{_BAND_CLASSES.get(band, "middle")}">',
                f"<h2>{escape(outcome[:1].upper() + outcome[1:])}<small>{version}</small></h2>",
                f'<p class="risk"><strong>{escape(percent(risk, self.language))}</strong>'
                f'<span class="band">{words}</span> <span>{interval}</span></p>',
                _scale(risk, low, high),
                f"<p>{self.say(key, count=count, size=f'{size:,}')}</p>",
                self._reasons(reasons),
                self._missing(prediction),
                f'<p class="quiet">{"<br>".join(purpose)}</p>' if purpose else "",
                "</section>",
            ]
        )

    def _reasons(self, reasons: Sequence[Reason]) -> str:
        if not reasons:
            return f"<p>{self.say('no_reasons')}</p>"
        rows = []
        for raises, key in ((True, "raises"), (False, "lowers")):
            side = [reason for reason in reasons if reason.raises is raises]
            if side:
                rows.append(
                    f"<tr><th>{self.say(key)}</th><th>{self.say('value')}</th>"
                    f"<th>{self.say('normal')}</th><th>{self.say('weight')}</th></tr>"
                )
                rows += [_row(reason) for reason in side]
        return "<table>" + "\n".join(rows) + "</table>"

    def _missing(self, prediction: Mapping[str, Any]) -> str:
        entries, left = missing(prediction, self.top)
        if not entries:
            return ""
        items = [
            "<li>"
            + self.say(
                "missing_effect",
                label=clean(entry.get("label") or entry["feature"]),
                low=percent(entry["risk_range"][0], self.language),
                high=percent(entry["risk_range"][1], self.language),
            )
            + "</li>"
            for entry in entries
        ]
        if left:
            items.append(f"<li>{self.say('missing_more', count=left)}</li>")
        return f"<h3>{self.say('missing')}</h3><ul>{''.join(items)}</ul>"

    def _others(self, predictions: Sequence[Mapping[str, Any]]) -> str:
        items = [
            self.say(
                "refused" if entry["status"] == "refused" else "insufficient",
                outcome=clean(entry.get("outcome") or entry["model"]),
                model=clean(entry["model"]),
                reason=clean(entry.get("reason") or ""),
            )
            for entry in predictions
        ]
        return self._list("not_applicable", items)

    def _warnings(self, warnings: Sequence[Mapping[str, Any]]) -> str:
        return self._list("warnings", [escape(warning_words(warning)) for warning in warnings])

    def _list(self, title: str, items: Sequence[str]) -> str:
        if not items:
            return ""
        rows = "".join(f"<li>{item}</li>" for item in items)
        return f'<aside><h3>{self.say(title)}</h3><ul class="quiet">{rows}</ul></aside>'

    def _footer(self) -> str:
        made = self.say(
            "made_by",
            version=self.document.get("cds_version", ""),
            date=self.document.get("generated_at", ""),
        )
        return (
            f"<footer><p><strong>{self.say('support')}</strong> {self.say('limits')}</p>"
            f"<p>{made}</p></footer>"
        )


def _row(reason: Reason) -> str:
    side, mark = ("up", "▲") if reason.raises else ("down", "▼")
    return (
        f'<tr class="{side}"><td><i>{mark}</i> {escape(reason.label)}</td>'
        f"<td>{escape(reason.value)} <b>{escape(reason.flag)}</b></td>"
        f"<td>{escape(reason.normal)}</td>"
        f'<td><span class="bar" style="width:{100 * reason.share:.0f}%"></span></td></tr>'
    )


def _scale(risk: float, low: float, high: float) -> str:
    """The risk and its interval on a line from 0 to 100 %, or to 10 % where all are small."""
    end = 0.1 if high <= 0.1 else 1.0
    left, right, middle = (100 * min(share / end, 1.0) for share in (low, high, risk))
    ticks = "".join(
        f'<text x="{6 + 588 * step / 4:.0f}" y="32">{100 * end * step / 4:g}%</text>'
        for step in range(5)
    )
    return (
        '<svg viewBox="0 0 600 36" role="img" '
        f'aria-label="{percent_range(low, high)}"><rect class="line" x="6" y="9" width="588" '
        f'height="4"/><rect class="range" x="{6 + 5.88 * left:.1f}" y="6" '
        f'width="{max(5.88 * (right - left), 1):.1f}" height="10"/>'
        f'<circle cx="{6 + 5.88 * middle:.1f}" cy="11" r="6"/>{ticks}</svg>'
    )
