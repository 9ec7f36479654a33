"""What is said of one image's heat map: drawn under it in English, beside it in Chinese."""

from __future__ import annotations

from cds.imaging.documents.filed import Filed
from cds.imaging.result import Run
from cds.show.image.diagnosticreport import heat_words
from cds.show.image.page_words import say, titled
from cds.show.layout import clean
from cds.show.numbers import percent


def caption(image: Filed, run: Run, language: str) -> list[str]:
    """The lines, the verdict first; without a name of person or file."""
    result = image.result
    titles = {label.name: clean(titled(label, language)) for label in run.contract.output.labels}
    lines = [_verdict(image, titles, language), f"{run.contract.name} {run.contract.version}"]
    heatmap = result.heatmap
    if heatmap is not None and heatmap.faithfulness is not None:
        label = titles.get(heatmap.label, heatmap.label)
        looked = say("where_looked", language, label=label)
        method = say(f"method_{heatmap.method}", language)
        lines.append(say("placed", language, where=looked, what=method))
        lines.append(heat_words(heatmap, language))
    if image.at_the_detector:
        lines.append(say("detector", language))
    if result.reason:
        lines.append(say("reason", language, text=clean(result.reason)))
    lines.append(say("support", language))
    return lines


def caption_text(image: Filed, run: Run, language: str) -> str:
    """The lines as a file beside the picture, with what its colours mean and what drew it."""
    lines = caption(image, run, language)
    if image.result.heatmap is not None and image.result.heatmap.faithfulness is not None:
        lines.append(say("key", language))
    lines.append(say("drawn_by", language))
    return "\n".join(lines) + "\n"


def _verdict(image: Filed, titles: dict[str, str], language: str) -> str:
    result = image.result
    chances = {
        name: f"{titles.get(name, name)} {percent(share, language)}"
        for name, share in (result.probabilities or {}).items()
    }
    if result.status == "ok":
        said = result.labels or ((result.label,) if result.label else ())
        names = [chances.get(name) or titles.get(name, name) for name in said]
        return ", ".join(names) or say("nothing_found", language)
    words = say(f"status_{result.status}", language)
    if not chances:
        return words
    return say("placed", language, where=words, what=", ".join(chances.values()))
