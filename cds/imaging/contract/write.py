"""Writes ``contract.toml`` so that who answers for a model can read and correct it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cds import files
from cds.imaging.contract.model import Contract, Intake, Label, Measured, Output
from cds.imaging.contract.read import CONTRACT, parse_contract


def write_contract(folder: Path, contract: Contract) -> None:
    """Write ``contract.toml`` into ``folder``; what is written reads back as the same contract.

    Raises InputError where the contract itself is not sound. Seal the folder afterwards
    (``cds.model_folder.seal``), else its checksums no longer hold.
    """
    files.write(folder / CONTRACT, contract_text(contract))


def contract_text(contract: Contract) -> str:
    """The contract as TOML with a comment above what needs one; raises InputError if unsound."""
    lines = [
        "# What this model takes and gives. 'cds image check FOLDER' holds it against the graph.",
        _pair("name", contract.name),
        _pair("version", contract.version),
        _pair("task", contract.task),
        _pair("file", contract.file),
        _pair("sha256", contract.sha256),
    ]
    if contract.opset:
        lines.append(_pair("opset", contract.opset))
    if contract.golden:
        lines.append("# Raw sample images with what must come out for them.")
        lines.append(_pair("golden", contract.golden))
    lines += _table("purpose", contract.purpose)
    lines += _table("not_for", contract.not_for)
    lines += _table("source", contract.source)
    scope = contract.scope
    lines += ["", "# Images whose header says otherwise are refused; an empty list asks nothing."]
    lines += ["[scope]", _pair("modalities", scope.modalities)]
    lines += [_pair("body_parts", scope.body_parts), _pair("views", scope.views)]
    lines += ["# The youngest and the oldest patient, in completed years."]
    lines += [_pair("ages", scope.ages)]
    lines += _input(contract.intake)
    lines += _output(contract.output)
    if contract.gate is not None:
        gate = contract.gate
        lines += ["", "# Images farther than threshold from the training images are refused;"]
        lines += [f"# {gate.accepted:.1%} of good ones are within it.", "[gate]"]
        lines += [_pair("file", gate.file), _pair("threshold", gate.threshold)]
        lines += [_pair("accepted", gate.accepted)]
    for one in contract.measured:
        lines += _measured(one)
    text = "\n".join(lines) + "\n"
    parse_contract(text.encode("utf-8"), CONTRACT)
    return text


def _input(intake: Intake) -> list[str]:
    lines = ["", "[input]", _pair("name", intake.name), _pair("layout", intake.layout)]
    lines += [_pair("height", intake.height), _pair("width", intake.width)]
    lines += [_pair("channels", intake.channels), _pair("dtype", intake.dtype)]
    lines += [_pair("resize", intake.resize), _pair("interpolation", intake.interpolation)]
    if intake.resize == "letterbox":
        lines.append(_pair("fill", intake.fill))
    lines += ["# Is dense tissue bright (MONOCHROME2) or dark?", _pair("polarity", intake.polarity)]
    lines += [
        "# The window of the header, where there is none here.",
        _pair("display", intake.display),
    ]
    lines += ["# Pixels after windowing; then (pixel - mean) / deviation, channel by channel."]
    lines += [_pair("value_range", intake.value_range), _pair("mean", intake.mean)]
    lines += [_pair("deviation", intake.deviation), _pair("reorient", intake.reorient)]
    if intake.window is not None:
        window = intake.window
        lines += ["", "[input.window]", _pair("centre", window.centre)]
        lines += [_pair("width", window.width), _pair("function", window.function)]
    return lines


def _output(output: Output) -> list[str]:
    lines = ["", "[output]"]
    for key in ("name", "features", "feature_map", "boxes", "scores", "masks"):
        if value := getattr(output, key):
            lines.append(_pair(key, value))
    if output.boxes:
        lines += [_pair("box_format", output.box_format), _pair("box_unit", output.box_unit)]
    lines.append(_pair("activation", output.activation))
    lines += [
        "# Of two labels, the last is said from here on.",
        _pair("threshold", output.threshold),
    ]
    lines += ["# Nothing is said where the most probable label is less probable than this."]
    lines.append(_pair("abstain_below", output.abstain_below))
    for label in output.labels:
        lines += _label(label)
    calibration = output.calibration
    lines += ["", "# logit -> slope * logit + intercept", "[output.calibration]"]
    lines += [_pair("slope", calibration.slope), _pair("intercept", calibration.intercept)]
    lines.append(_pair("data", calibration.data))
    if calibration.prevalence:
        lines += ["# The share of each label that the probabilities are right for."]
        lines += [_pair("prevalence", calibration.prevalence)]
    return lines


def _label(label: Label) -> list[str]:
    lines = ["", "[[output.labels]]", _pair("name", label.name)]
    lines += [f"title.{_key(language)} = {_value(text)}" for language, text in label.title.items()]
    if label.code is not None:
        lines.append(_pair("code", label.code))
    return lines


def _measured(one: Measured) -> list[str]:
    lines = ["", "# Images that it was not made from: shorter side, share right, 95 % interval."]
    lines.append("[[measured]]")
    lines += [f"title.{_key(language)} = {_value(text)}" for language, text in one.title.items()]
    lines += [_pair("side", one.side), _pair("images", one.images)]
    return [*lines, _pair("accuracy", one.accuracy)]


def _table(name: str, words: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]", *(f"{_key(key)} = {_value(text)}" for key, text in words.items())]


def _pair(key: str, value: Any) -> str:
    return f"{key} = {_value(value)}"


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        # TOML's basic strings are JSON's, but DEL must be escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
