"""A model's contract in words, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds.imaging.contract.model import Contract, Intake, Output
from cds.show.image.words import say, worded
from cds.show.layout import Terminal, cells, clean, pad, wrap


def model_text(
    contract: Contract,
    folder: str,
    contract_sha256: str,
    problems: Sequence[str],
    language: str,
    terminal: Terminal,
) -> str:
    """What it is for, what goes in, what comes out, what is refused."""
    rows = [(say(key, language), text) for key, text in _rows(contract, language)]
    files = "; ".join(problems) if problems else say("verified", language)
    rows += [
        (say("graph", language), f"{contract.file}, SHA-256 {contract.sha256[:12]}…"),
        ("contract.toml", f"SHA-256 {contract_sha256[:12]}…"),
        (say("files", language), f"{folder}: {files}"),
    ]
    width = max(cells(name) for name, _ in rows)
    lines = [terminal.paint(f"{contract.name} {contract.version}", "bold"), ""]
    for name, text in rows:
        first, *rest = wrap(clean(text), terminal.columns - width - 4)
        lines.append(f"  {pad(name, width)}  {first}")
        lines += [" " * (width + 4) + line for line in rest]
    lines += ["", *wrap(say("support", language), terminal.columns)]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"


def _rows(contract: Contract, language: str) -> Iterator[tuple[str, str]]:
    scope, any_one = contract.scope, say("any", language)
    ages = [say("years", language, low=scope.ages[0], high=scope.ages[1])] if scope.ages else []
    yield "purpose", worded(contract.purpose, language)
    yield "not_for", worded(contract.not_for, language)
    yield "task", contract.task
    yield (
        "scope",
        "; ".join(
            ", ".join(names) or any_one
            for names in (scope.modalities, scope.body_parts, scope.views, ages)
        ),
    )
    yield "input", _input(contract.intake, language)
    yield "output", _output(contract.output, language)
    if contract.gate is None:
        yield "gate", say("no_gate", language)
    else:
        gate = contract.gate
        yield "gate", f"{say('limit', language, limit=gate.threshold)} ({gate.accepted:.0%})"
    if contract.source:
        yield "trained_on", "; ".join(contract.source.values())


def _input(intake: Intake, language: str) -> str:
    channels = say("channels", language, count=intake.channels)
    parts = [
        f"{intake.height} x {intake.width}, {channels}, {intake.layout} {intake.dtype}",
        f"{intake.resize}, {intake.interpolation}",
        say(f"tissue_{intake.polarity}", language),
    ]
    if intake.window is not None:
        window = intake.window
        parts.append(say("window", language, centre=window.centre, width=window.width))
    elif intake.display:
        parts.append(say("header_window", language))
    low, high = intake.value_range
    parts.append(say("value_range", language, low=low, high=high))
    if set(intake.mean) != {0.0} or set(intake.deviation) != {1.0}:
        mean, deviation = _listed(intake.mean), _listed(intake.deviation)
        parts.append(say("standardised", language, mean=mean, deviation=deviation))
    return "; ".join(parts)


def _output(output: Output, language: str) -> str:
    names = ", ".join(
        worded({"en": label.name, **label.title}, language) for label in output.labels
    )
    parts = [names, output.activation]
    parts.append(say("from_probability", language, threshold=output.threshold))
    if output.abstain_below:
        parts.append(say("abstains", language, limit=output.abstain_below))
    made = output.calibration
    if (made.slope, made.intercept) != (1.0, 0.0):
        parts.append(say("calibrated", language, slope=made.slope, intercept=made.intercept))
    return "; ".join(parts)


def _listed(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:g}" for number in numbers)
