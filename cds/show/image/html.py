"""The results of ``cds image predict`` as one printable page an image, without outside parts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final, Protocol

from cds.imaging.documents.filed import Filed
from cds.imaging.result import Run
from cds.show.image.diagnosticreport import heat_words
from cds.show.image.page_words import say, titled
from cds.show.image.words import worded
from cds.show.layout import clean
from cds.show.numbers import percent

_BANDS: Final = {"ok": "", "abstain": "middle", "refused": "high", "error": "high"}


class Pictures(Protocol):
    """PNGs of one image: as displayed, and with what the model looked at or marked."""

    @property
    def plain(self) -> bytes:
        """As displayed."""

    @property
    def marked(self) -> bytes | None:
        """With what is to be shown; None where there is nothing."""


def page(
    run: Run, images: Sequence[Filed], pictures: Sequence[Pictures | None], *, language: str
) -> str:
    """All images as one self-contained HTML page for A4, one sheet an image.

    ``pictures``: one entry an image, in the same order; None where no picture could be made.
    """
    html = _Page(run, language)
    tongue = "zh-Hans" if language == "zh" else "en"
    sheets = "\n".join(map(html.sheet, images, pictures))
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="cds image predict">\n'
        f"<title>{html.title(len(images))}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f"<body>\n{sheets}\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page, in one language. Every text passes through ``escape``."""

    def __init__(self, run: Run, language: str) -> None:
        self.run = run
        self.language = language
        self.titles = {
            label.name: clean(titled(label, language)) for label in run.contract.output.labels
        }

    def say(self, key: str, **values: object) -> str:
        return escape(say(key, self.language, **values))

    def title(self, count: int) -> str:
        return self.say("page_title", model=self.run.contract.name, count=count)

    def sheet(self, image: Filed, pictures: Pictures | None) -> str:
        """One image on one sheet."""
        parts = [
            self._heading(image),
            self._pictures(image, pictures),
            self._verdict(image),
            self._found(image),
            self._list("about_image", [clean(text) for text in image.result.findings.values()]),
            self._list("made_ready", [clean(step) for step in image.result.preprocessing]),
            self._model(),
            self._footer(),
        ]
        return "<main>\n" + "\n".join(part for part in parts if part) + "\n</main>"

    def _heading(self, image: Filed) -> str:
        result = image.result
        name = clean(result.file)
        if result.frame > 1:
            name = say("frame", self.language, file=name, frame=result.frame)
        told = [image.patient, image.accession, image.modality, image.body_part, image.taken]
        facts = " · ".join(clean(text) for text in told if text)
        return f"<header><h1>{escape(name)}</h1><p>{escape(facts)}</p></header>"

    def _pictures(self, image: Filed, pictures: Pictures | None) -> str:
        if pictures is None:
            return ""
        figures = [_figure(pictures.plain, self.say("as_displayed"))]
        heatmap = image.result.heatmap
        told = ""
        if pictures.marked is not None:
            words = self.say("what_found")
            if heatmap is not None and heatmap.label:
                label = self.titles.get(heatmap.label, heatmap.label)
                words = self.say("where_looked", label=label)
            figures.append(_figure(pictures.marked, words))
        if heatmap is not None and heatmap.faithfulness is not None:
            believed = "" if heatmap.better else ' class="warn"'
            told = (
                f"<p{believed}>{escape(heat_words(heatmap, self.language))}</p>"
                f'<p class="quiet">{self.say("key")}</p>'
            )
        if image.at_the_detector:
            told += f'<p class="quiet">{self.say("detector")}</p>'
        return f'<div class="pictures">{"".join(figures)}</div>{told}'

    def _verdict(self, image: Filed) -> str:
        result, contract = image.result, self.run.contract
        names = result.labels or ((result.label,) if result.label else ())
        words = self.say(f"status_{result.status}")
        if result.status == "ok":
            said = ", ".join(self.titles[name] for name in names)
            words = escape(said) if said else self.say("nothing_found")
        lines = [f'<p class="verdict {_BANDS[result.status]}">{words}</p>']
        if result.reason:
            lines.append(f"<p>{self.say('reason', text=clean(result.reason))}</p>")
        if result.probabilities:
            lines.append(self._probabilities(image))
        if contract.gate is None:
            lines.append(f"<p>{self.say('no_gate')}</p>")
        elif result.distance is not None:
            limit = contract.gate.threshold
            told = self.say("distance", distance=result.distance, limit=limit)
            lines.append(f"<p>{told}</p>")
        return "<section>" + "\n".join(lines) + "</section>"

    def _probabilities(self, image: Filed) -> str:
        output, result = self.run.contract.output, image.result
        rows = []
        for name, share in (result.probabilities or {}).items():
            said = ' class="said"' if name == result.label or name in result.labels else ""
            rows.append(
                f'<tr{said}><th scope="row">{escape(self.titles.get(name, clean(name)))}</th>'
                f"<td>{escape(percent(share, self.language))}</td>"
                f'<td><span class="bar" style="width:{100 * share:.1f}%"></span></td></tr>'
            )
        told = []
        if self.run.contract.task == "classification" and len(output.labels) == 2:
            last = self.titles[output.labels[-1].name]
            told.append(self.say("threshold", label=last, threshold=output.threshold))
        if output.abstain_below > 0:
            told.append(self.say("abstains", limit=output.abstain_below))
        data = output.calibration.data
        told.append(self.say("calibrated", data=clean(data)) if data else self.say("uncalibrated"))
        heads = f'<tr><th scope="col">{self.say("label")}</th>'
        heads += f'<th scope="col" colspan="2">{self.say("probability")}</th></tr>'
        return f"<table>{heads}{''.join(rows)}</table><p>{' '.join(told)}</p>"

    def _found(self, image: Filed) -> str:
        found = []
        for box in image.result.boxes:
            if box.width_mm is not None and box.height_mm is not None:
                size = say("in_mm", self.language, width=box.width_mm, height=box.height_mm)
            else:
                size = say("in_pixels", self.language, width=box.width, height=box.height)
            label = self.titles.get(box.label, clean(box.label))
            found.append(say("box", self.language, label=label, score=box.score, size=size))
        for region in image.result.regions:
            label = self.titles.get(region.label, clean(region.label))
            if region.area_mm2 is not None:
                found.append(say("area_mm", self.language, label=label, area=region.area_mm2))
            else:
                found.append(say("area_pixels", self.language, label=label, pixels=region.pixels))
        return self._list("found", found)

    def _model(self) -> str:
        contract, missing = self.run.contract, say("not_stated", self.language)
        source = ", ".join(clean(text) for text in contract.source.values() if text)
        told = [
            say(
                "purpose",
                self.language,
                text=clean(worded(contract.purpose, self.language)) or missing,
            ),
            say(
                "not_for",
                self.language,
                text=clean(worded(contract.not_for, self.language)) or missing,
            ),
            say("made_from", self.language, text=source or missing),
            say(
                "version", self.language, version=clean(contract.version), sha=contract.sha256[:16]
            ),
        ]
        if not self.run.verified:
            told.append(say("unverified", self.language))
        if self.run.forced:
            told.append(say("forced", self.language))
        items = "".join(f"<li>{escape(text)}</li>" for text in told)
        name = escape(clean(contract.name))
        return f"<aside><h2>{self.say('about_model')}: {name}</h2><ul>{items}</ul></aside>"

    def _list(self, title: str, items: Sequence[str]) -> str:
        if not items:
            return ""
        rows = "".join(f"<li>{escape(item)}</li>" for item in items)
        return f"<aside><h2>{self.say(title)}</h2><ul>{rows}</ul></aside>"

    def _footer(self) -> str:
        made = self.say(
            "made_by",
            version=self.run.cds_version,
            date=self.run.generated_at,
            device=self.run.device,
        )
        return f"<footer><p><strong>{self.say('support')}</strong></p><p>{made}</p></footer>"


def _figure(picture: bytes, caption: str) -> str:
    data = b64encode(picture).decode("ascii")
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


STYLE: Final = """\
@page { size: A4; margin: 12mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #eceff1; color: #1b1f23; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; font: 10pt/1.35 system-ui, "Segoe UI", "Noto Sans",
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; }
main { max-width: 190mm; margin: 8mm auto; padding: 8mm 12mm; background: #fff; }
h1 { margin: 0; font-size: 15pt; overflow-wrap: anywhere; }
h2 { margin: 3mm 0 1mm; font-size: 10pt; break-after: avoid; }
header p, .quiet, footer, aside { color: #57606a; font-size: 9pt; }
header p { margin: 0; overflow-wrap: anywhere; }
p { margin: 1mm 0; }
.pictures { display: flex; gap: 4mm; margin: 3mm 0 1mm; align-items: flex-start; }
figure { flex: 1 1 0; max-width: 50%; margin: 0; }
figure img { display: block; width: 100%; max-height: 105mm; object-fit: contain;
  background: #101010; }
figcaption { font-size: 9pt; color: #57606a; }
section, aside, figure, footer { break-inside: avoid; }
.verdict { margin: 2mm 0; font-size: 16pt; font-weight: 700; }
.verdict.middle { color: #8a5a00; }
.verdict.high { color: #a61b1b; }
.warn { color: #a61b1b; font-weight: 600; }
table { width: 100%; border-collapse: collapse; margin: 1mm 0; }
th, td { padding: .5mm 1.5mm; text-align: left; font-weight: normal; }
tr:first-child th { font-size: 9pt; color: #57606a; border-bottom: 1px solid #d0d7de; }
tr.said th, tr.said td { font-weight: 700; }
td:nth-child(2) { width: 16%; text-align: right; }
td:nth-child(3) { width: 45%; }
.bar { display: inline-block; height: 3mm; min-width: 1px; background: #2467a8; }
ul { margin: 1mm 0; padding-left: 5mm; }
li { overflow-wrap: anywhere; }
footer { margin-top: 4mm; border-top: 1px solid #d0d7de; }
@media print {
  body { background: #fff; font-size: 9pt; line-height: 1.3; }
  main { max-width: none; margin: 0; padding: 0; break-after: page; }
  main:last-child { break-after: auto; }
  figure img { max-height: 95mm; }
}
"""
