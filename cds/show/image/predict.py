"""Results of an imaging model for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cds.imaging.result import Heatmap, ImageResult, Run
from cds.show.image.words import say, worded
from cds.show.layout import Terminal, cells, clean, pad, wrap

_BAR: Final = 10
_LONGEST_NAME: Final = 34
_COLOURS: Final = {"abstain": "yellow", "refused": "red", "error": "red"}


def results_text(
    run: Run,
    results: Sequence[ImageResult],
    language: str,
    terminal: Terminal,
    *,
    verbose: bool = False,
) -> str:
    """One line an image, its reason beneath; then what the numbers mean and what it is not for.

    ``verbose``: with every step of preprocessing.
    """
    names = [_name(result, language) for result in results]
    titles = {
        label.name: clean(worded({"en": label.name, **label.title}, language))
        for label in run.contract.output.labels
    }
    lines = [terminal.paint(_head(run, results, language), "bold"), ""]
    width = min(_LONGEST_NAME, max([cells(name) for name in names] + [6]))
    said = [_said(result, titles, language) for result in results]
    wide = min(30, max([cells(text) for text in said] + [6]))
    heading = f"  {pad(say('file', language), width)}  {pad(say('label', language), wide)}  "
    heading += f"{pad(say('probability', language), 5 + _BAR)}  {say('distance', language)}"
    lines.append(terminal.paint(heading.rstrip(), "dim"))
    for result, name, text in zip(results, names, said, strict=True):
        line = f"  {pad(_shortened(name, width), width)}  "
        line += terminal.paint(pad(text, wide), *_style(result)) + "  "
        line += pad(_probability(result, terminal), 5 + _BAR) + "  " + _distance(result)
        lines.append(line.rstrip())
        lines += _beneath(result, language, terminal, verbose)
    lines += ["", *_meaning(run, results, titles, language, terminal)]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"


def _head(run: Run, results: Sequence[ImageResult], language: str) -> str:
    count = len(results)
    key = "images_one" if count == 1 else "images"
    return say(
        "head",
        language,
        model=run.contract.name,
        version=run.contract.version,
        device=run.device,
        count=say(key, language, count=count),
    )


def _name(result: ImageResult, language: str) -> str:
    name = clean(result.file)
    if result.frame > 1:
        name += f", {say('frame', language, frame=result.frame)}"
    return name


def _shortened(name: str, width: int) -> str:
    """The end of a long name, which tells files apart better than its beginning."""
    if cells(name) <= width:
        return name
    while cells(name) > width - 1:
        name = name[1:]
    return "…" + name


def _said(result: ImageResult, titles: dict[str, str], language: str) -> str:
    if result.status != "ok":
        return say(f"status_{result.status}", language)
    found = result.labels or ((result.label,) if result.label else ())
    return ", ".join(titles[label] for label in found) or say("nothing_found", language)


def _style(result: ImageResult) -> tuple[str, ...]:
    colour = _COLOURS.get(result.status)
    return ("bold",) if colour is None else (colour,)


def _probability(result: ImageResult, terminal: Terminal) -> str:
    if not result.probabilities:
        return ""
    share = result.probabilities.get(result.label or "", max(result.probabilities.values()))
    return f"{share:.2f} {terminal.bar(share, _BAR)}"


def _distance(result: ImageResult) -> str:
    return "" if result.distance is None else f"{result.distance:.1f}"


def _beneath(result: ImageResult, language: str, terminal: Terminal, verbose: bool) -> list[str]:
    """The reason, boxes, regions and heat map; with ``verbose`` the steps too."""
    told = [clean(result.reason)] if result.reason else []
    if result.status == "refused" and result.probabilities:
        chances = ", ".join(f"{name} {p:.2f}" for name, p in result.probabilities.items())
        told.append(f"{say('forced', language)}: {chances}")
    for box in result.boxes:
        size = ""
        if box.width_mm is not None and box.height_mm is not None:
            size = f", {box.width_mm:.1f} x {box.height_mm:.1f} mm"
        told.append(
            say(
                "box",
                language,
                label=clean(box.label),
                score=box.score,
                left=box.left,
                top=box.top,
                width=box.width,
                height=box.height,
                size=size,
            )
        )
    for region in result.regions:
        size = "" if region.area_mm2 is None else f", {region.area_mm2:.1f} mm²"
        told.append(
            say("region", language, label=clean(region.label), pixels=region.pixels, size=size)
        )
    if result.heatmap is not None:
        told.append(_heatmap(result.heatmap, language))
    if verbose and result.preprocessing:
        told.append(f"{say('steps', language)}: {'; '.join(map(clean, result.preprocessing))}")
    return [f"    {line}" for text in told for line in wrap(text, terminal.columns - 4)]


def _heatmap(heatmap: Heatmap, language: str) -> str:
    score, chance = heatmap.faithfulness, heatmap.chance
    if score is None or chance is None:
        return say("drawn", language, path=clean(heatmap.path))
    key = "heat_better" if heatmap.better else "heat_worse"
    belief = say(key, language, score=score, chance=chance)
    return say("heatmap", language, path=clean(heatmap.path), belief=belief).replace("  ", " ")


def _meaning(
    run: Run,
    results: Sequence[ImageResult],
    titles: dict[str, str],
    language: str,
    terminal: Terminal,
) -> list[str]:
    contract = run.contract
    told = []
    if len(results) > 1:
        statuses = [result.status for result in results]
        counts = {
            status: statuses.count(status) for status in ("ok", "abstain", "refused", "error")
        }
        told.append(say("counts", language, **counts))
    if contract.gate is not None:
        told.append(say("limit", language, limit=contract.gate.threshold))
    else:
        told.append(say("no_gate", language))
    if contract.task == "classification" and len(titles) == 2:
        last = list(titles.values())[-1]
        told.append(say("threshold", language, label=last, threshold=contract.output.threshold))
    told += _measured(run, results, language)
    told.append(f"{say('not_for', language)}: {clean(worded(contract.not_for, language))}")
    told.append(say("support", language))
    lines = [line for text in told for line in wrap(text, terminal.columns)]
    return _findings(results, language, terminal) + lines


def _measured(run: Run, results: Sequence[ImageResult], language: str) -> list[str]:
    """How often the label was right on test images of about the size of those answered."""
    sides = [result.side for result in results if result.status == "ok"]
    alike = dict.fromkeys(
        place
        for side in sides
        for place, one in enumerate(run.contract.measured)
        if one == run.contract.measured_like(side)
    )
    found = []
    for place in alike:
        one = run.contract.measured[place]
        value, low, high = one.accuracy
        title = clean(worded(one.title, language))
        found.append(
            say(
                "measured", language, title=title, count=one.images, value=value, low=low, high=high
            )
        )
    return found


def _findings(results: Sequence[ImageResult], language: str, terminal: Terminal) -> list[str]:
    """What a reader must know of the images, each once, with the number of images."""
    found: dict[str, int] = {}
    for result in results:
        for text in result.findings.values():
            found[text] = found.get(text, 0) + 1
    if not found:
        return []
    lines = [say("findings", language) + ":"]
    for text, count in found.items():
        number = "" if len(results) == 1 else f" ({count})"
        first, *rest = wrap(clean(text) + number, terminal.columns - 4)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return [*lines, ""]
