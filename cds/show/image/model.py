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


def _ages(ages: tuple[float, ...]) -> tuple[str, ...]:
    return ("{:g}-{:g} y".format(*ages),) if ages else ()


def _rows(contract: Contract, language: str) -> Iterator[tuple[str, str]]:
    scope, any_one = contract.scope, say("any", language)
    yield "purpose", worded(contract.purpose, language)
    yield "not_for", worded(contract.not_for, language)
    yield "task", contract.task
    yield (
        "scope",
        "; ".join(
            ", ".join(names) or any_one
            for names in (scope.modalities, scope.body_parts, scope.views, _ages(scope.ages))
        ),
    )
    yield "input", _input(contract.intake)
    yield "output", _output(contract.output, language)
    if contract.gate is None:
        yield "gate", say("no_gate", language)
    else:
        gate = contract.gate
        yield "gate", f"{say('limit', language, limit=gate.threshold)} ({gate.accepted:.0%})"
    if contract.source:
        yield "trained_on", "; ".join(contract.source.values())


def _input(intake: Intake) -> str:
    parts = [
        f"{intake.height} x {intake.width}, {intake.channels} channel(s), {intake.layout} "
        f"{intake.dtype}",
        f"{intake.resize}, {intake.interpolation}",
        f"dense tissue {intake.polarity}",
    ]
    if intake.window is not None:
        parts.append(f"window {intake.window.centre:g}/{intake.window.width:g}")
    elif intake.display:
        parts.append("the header's window")
    low, high = intake.value_range
    parts.append(f"pixels {low:g} to {high:g}")
    if set(intake.mean) != {0.0} or set(intake.deviation) != {1.0}:
        parts.append(f"mean {_listed(intake.mean)} deviation {_listed(intake.deviation)}")
    return "; ".join(parts)


def _output(output: Output, language: str) -> str:
    names = ", ".join(
        worded({"en": label.name, **label.title}, language) for label in output.labels
    )
    parts = [names, output.activation, f"threshold {output.threshold:g}"]
    if output.abstain_below:
        parts.append(f"abstains below {output.abstain_below:g}")
    calibration = output.calibration
    if (calibration.slope, calibration.intercept) != (1.0, 0.0):
        parts.append(f"calibrated {calibration.slope:.3g} x {calibration.intercept:+.3g}")
    return "; ".join(parts)


def _listed(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:g}" for number in numbers)
