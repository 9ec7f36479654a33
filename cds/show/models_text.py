"""Installed models as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds.show.layout import Terminal, clean, pad, wrap
from cds.show.numbers import unit_text
from cds.show.texts import text


def models_text(
    models: Sequence[Mapping[str, Any]], view: str, language: str, terminal: Terminal
) -> str:
    """The entries of ``cds.models/1``; ``view`` is ``list``, ``show`` or ``verify``."""
    if not models:
        return text("no_models", language) + "\n"
    lines: list[str] = []
    width = max(len(model["name"]) for model in models)
    for model in models:
        if view == "verify":
            lines += _verdict(model, width, language, terminal)
        else:
            lines += _description(model, language, terminal)
        if view == "show" and model["verified"]:
            lines += _inputs(model, language, terminal)
            lines += ["", *clean_lines(model.get("card", ""))]
    return terminal.plain("\n".join(lines)) + "\n"


def clean_lines(content: str) -> list[str]:
    """A text file's lines made safe to show."""
    return [" " * (len(line) - len(line.lstrip())) + clean(line) for line in content.splitlines()]


def _description(model: Mapping[str, Any], language: str, terminal: Terminal) -> list[str]:
    lines = [f"{terminal.paint(model['name'], 'bold')} {model['version']}".rstrip()]
    for key in ("outcome", "purpose", "not_for"):
        if model[key]:
            said = text(key, language, text=clean(model[key]))
            lines += [f"  {line}" for line in wrap(said, terminal.columns - 2)]
    return lines + _problems(model, terminal)


def _verdict(model: Mapping[str, Any], width: int, language: str, terminal: Terminal) -> list[str]:
    key, colour = ("verified", "green") if model["verified"] else ("broken", "red")
    word = terminal.paint(text(key, language), "bold", colour)
    return [f"{pad(model['name'], width)}  {word}", *_problems(model, terminal)]


def _problems(model: Mapping[str, Any], terminal: Terminal) -> list[str]:
    lines = []
    for problem in model["problems"]:
        for line in wrap(clean(problem), terminal.columns - 4):
            lines.append("  ! " + terminal.paint(line, "red"))
    return lines


def _inputs(model: Mapping[str, Any], language: str, terminal: Terminal) -> list[str]:
    lines = ["", terminal.paint(text("inputs", language), "bold")]
    for entry in model.get("inputs", []):
        unit = unit_text(entry["unit"], language)
        label = clean(entry["label"]) + (f" ({unit})" if unit else "")
        first, *rest = wrap(label, terminal.columns - 4)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return lines
