"""The table of an imaging model's results: one line an image, what there is to say beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from cds.imaging.result import Heatmap, ImageResult
from cds.show.image.heat import heat_numbers, heat_verdict
from cds.show.image.words import say
from cds.show.layout import Terminal, cells, clean, pad, wrap

_BAR: Final = 10
_SHARE: Final = 4  # 0.97
_LONGEST_NAME: Final = 34
_SHORTEST_NAME: Final = 14
_LONGEST_LABEL: Final = 30
_COLOURS: Final = {"abstain": "yellow", "refused": "red", "error": "red"}


@dataclass(frozen=True, slots=True)
class _Widths:
    """Of the columns, in cells. ``name`` 0: names stand on lines of their own. ``bar`` 0: none."""

    name: int
    label: int
    share: int
    bar: int


def results_table(
    results: Sequence[ImageResult],
    titles: Mapping[str, str],
    language: str,
    terminal: Terminal,
    *,
    verbose: bool,
) -> list[str]:
    """The lines. Where the terminal is narrow, names are shortened, then bars left out, then
    names stand above: label and probability are always there.

    ``titles``: label → what it is called. ``verbose``: with every step of preprocessing.
    """
    names = [_name(result, language) for result in results]
    said = [_said(result, titles, language) for result in results]
    widths = _widths(names, said, language, terminal.columns)
    lines = [terminal.paint(_heading(widths, language), "dim")]
    for result, name, text in zip(results, names, said, strict=True):
        lines += _row(result, name, text, widths, terminal)
        lines += _beneath(result, language, terminal, verbose)
    return lines


def _widths(names: Sequence[str], said: Sequence[str], language: str, columns: int) -> _Widths:
    heads = {key: cells(say(key, language)) for key in ("file", "label", "probability", "distance")}
    label = min(_LONGEST_LABEL, max([cells(text) for text in said] + [heads["label"]]))
    name = min(_LONGEST_NAME, max([cells(one) for one in names] + [heads["file"]]))
    for bar in (_BAR, 0):
        share = max(_SHARE + (1 + bar if bar else 0), heads["probability"])
        room = columns - (2 + 2 + label + 2 + share + 2 + heads["distance"])
        if room >= min(name, _SHORTEST_NAME):
            return _Widths(min(name, room), label, share, bar)
    room = columns - (4 + 2 + share + 2 + heads["distance"])
    return _Widths(0, max(heads["label"], min(label, room)), share, 0)


def _heading(widths: _Widths, language: str) -> str:
    start = f"  {pad(say('file', language), widths.name)}  " if widths.name else "    "
    return (
        f"{start}{pad(say('label', language), widths.label)}  "
        f"{pad(say('probability', language), widths.share)}  {say('distance', language)}"
    )


def _row(
    result: ImageResult, name: str, said: str, widths: _Widths, terminal: Terminal
) -> list[str]:
    before = ""
    lines = []
    if widths.name:
        before = f"  {pad(_shortened(name, widths.name, terminal), widths.name)}  "
    else:
        lines.append(f"  {_shortened(name, terminal.columns - 2, terminal)}")
        before = "    "
    numbers = pad(_probability(result, widths.bar, terminal), widths.share) + "  "
    numbers += "" if result.distance is None else f"{result.distance:.1f}"
    parts = wrap(said, widths.label)
    for part, start, end in zip_longest(parts, [before], [numbers], fillvalue=""):
        first = start or " " * cells(before)
        label = terminal.paint(pad(part, widths.label), *_style(result))
        lines.append(f"{first}{label}  {end}".rstrip())
    return lines


def _name(result: ImageResult, language: str) -> str:
    name = clean(result.file)
    if result.frame > 1:
        name += f", {say('frame', language, frame=result.frame)}"
    return name


def _shortened(name: str, width: int, terminal: Terminal) -> str:
    """The end of a long name, which tells files apart better than its beginning."""
    if cells(name) <= width:
        return name
    mark = terminal.plain("…")
    while cells(name) > width - cells(mark):
        name = name[1:]
    return mark + name


def _said(result: ImageResult, titles: Mapping[str, str], language: str) -> str:
    if result.status != "ok":
        return say(f"status_{result.status}", language)
    found = result.labels or ((result.label,) if result.label else ())
    return ", ".join(titles[label] for label in found) or say("nothing_found", language)


def _style(result: ImageResult) -> tuple[str, ...]:
    colour = _COLOURS.get(result.status)
    return ("bold",) if colour is None else (colour,)


def _probability(result: ImageResult, bar: int, terminal: Terminal) -> str:
    if not result.probabilities:
        return ""
    share = result.probabilities.get(result.label or "", max(result.probabilities.values()))
    return f"{share:.2f} {terminal.bar(share, bar)}".rstrip() if bar else f"{share:.2f}"


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
    if heatmap.faithfulness is None:
        return say("drawn", language, path=clean(heatmap.path))
    belief = say(heat_verdict(heatmap), language, **heat_numbers(heatmap))
    return say("heatmap", language, path=clean(heatmap.path), belief=belief).replace("  ", " ")
