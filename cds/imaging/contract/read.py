"""Reads ``contract.toml``; what is wrong in it is said with its key and what was expected."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from cds.errors import InputError, Place
from cds.imaging.contract.model import (
    Activation,
    BoxFormat,
    BoxUnit,
    Calibration,
    Contract,
    Dtype,
    Gate,
    Intake,
    Interpolation,
    Label,
    Layout,
    Measured,
    Output,
    Polarity,
    ResizeRule,
    Scope,
    Task,
)
from cds.imaging.contract.sections import Section
from cds.imaging.frame import VoiFunction, Window

CONTRACT: Final = "contract.toml"
_ROUNDED: Final = 1e-3  # what written shares may lack of one


def read_contract(folder: Path) -> Contract:
    """The contract in ``folder`` (or of the file that ``folder`` names).

    Raises InputError with the key, what it is and what was expected.
    """
    path = folder / CONTRACT if folder.is_dir() else folder
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", Place(str(path))) from error
    return parse_contract(content, str(path))


def parse_contract(content: bytes, source: str) -> Contract:
    """The contract written in ``content``; raises InputError as ``read_contract``."""
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}", Place(source)) from error
    top = Section(document, source)
    task: Task = top.choice("task", Task)
    contract = Contract(
        name=top.text("name"),
        version=top.text("version"),
        task=task,
        file=_file(top, "file"),
        sha256=_digest(top, "sha256"),
        scope=_scope(top.section("scope")),
        intake=_intake(top.required("input")),
        output=_output(top.required("output"), task),
        purpose=top.words("purpose", required=True),
        not_for=top.words("not_for", required=True),
        source=top.words("source"),
        gate=_gate(top.section("gate")),
        opset=top.whole("opset", 0),
        golden=_file(top, "golden", ""),
        measured=_measured(top),
    )
    top.close()
    if contract.gate is not None and not contract.output.features:
        raise InputError(
            "is missing; expected the output that the gate's distance is measured on",
            Place(source, "output.features"),
        )
    return contract


def _file(section: Section, key: str, default: str | None = None) -> str:
    """A file's name without a folder: nothing outside the model's own folder is opened."""
    name = section.text(key, default)
    if name and (Path(name).name != name or "\\" in name):
        raise section.refuse(key, "the name of a file beside the contract, without a folder")
    return name


def _digest(section: Section, key: str) -> str:
    text = section.text(key).lower()
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise section.refuse(key, "a SHA-256 of 64 hexadecimal digits")
    return text


def _scope(section: Section | None) -> Scope:
    if section is None:
        return Scope()
    scope = Scope(
        modalities=section.texts("modalities"),
        body_parts=section.texts("body_parts"),
        views=section.texts("views"),
        ages=section.numbers("ages", (), (0, 2)),
    )
    if scope.ages and not 0 <= scope.ages[0] <= scope.ages[1]:
        raise section.refuse("ages", "the youngest and the oldest patient, in years")
    section.close()
    return scope


def _intake(section: Section) -> Intake:
    plain = Intake(name="", layout="NCHW", height=1, width=1, channels=1)
    channels = section.whole("channels", least=1)
    if channels not in (1, 3):
        raise section.refuse("channels", "1 (grey) or 3 (RGB, or grey three times)")
    low, high = section.numbers("value_range", plain.value_range, [2])
    if not low < high:
        raise section.refuse("value_range", "[low, high] with low below high")
    deviation = section.numbers("deviation", plain.deviation, [1, channels])
    if min(deviation) <= 0:
        raise section.refuse("deviation", "numbers above 0")
    intake = Intake(
        name=section.text("name"),
        layout=section.choice("layout", Layout),
        height=section.whole("height", least=1),
        width=section.whole("width", least=1),
        channels=channels,
        dtype=section.choice("dtype", Dtype, plain.dtype),
        resize=section.choice("resize", ResizeRule, plain.resize),
        interpolation=section.choice("interpolation", Interpolation, plain.interpolation),
        fill=section.number("fill", plain.fill, least=min(low, 0.0), most=max(high, 0.0)),
        polarity=section.choice("polarity", Polarity, plain.polarity),
        window=_window(section.section("window")),
        display=section.flag("display", plain.display),
        value_range=(low, high),
        mean=section.numbers("mean", plain.mean, [1, channels]),
        deviation=deviation,
        reorient=section.flag("reorient", plain.reorient),
    )
    section.close()
    return intake


def _window(section: Section | None) -> Window | None:
    if section is None:
        return None
    window = Window(
        centre=section.number("centre"),
        width=section.number("width", above=0.0),
        function=section.choice("function", VoiFunction, "LINEAR"),
    )
    section.close()
    return window


def _output(section: Section, task: Task) -> Output:
    plain = Output(name="", labels=(), activation="logit")
    labels = tuple(_label(one) for one in section.sections("labels"))
    names = [label.name for label in labels]
    if len(set(names)) < len(names):
        raise InputError(f"names a label twice: {names}", section.place("labels"))
    if task == "classification" and len(labels) < 2:
        raise InputError(
            "has one label; expected two or more (or task = 'multilabel')", section.place("labels")
        )
    needed = {"detection": ("boxes", "scores"), "segmentation": ("masks",)}.get(task, ())
    for key in needed:
        section.text(key)
    output = Output(
        name=section.text("name", "" if needed else None),
        labels=labels,
        activation=section.choice("activation", Activation),
        threshold=section.number("threshold", plain.threshold, above=0.0, most=1.0),
        abstain_below=section.number("abstain_below", plain.abstain_below, least=0.0, most=1.0),
        calibration=_calibration(section.section("calibration"), len(labels)),
        features=section.text("features", ""),
        feature_map=section.text("feature_map", ""),
        boxes=section.text("boxes", ""),
        scores=section.text("scores", ""),
        masks=section.text("masks", ""),
        box_format=section.choice("box_format", BoxFormat, plain.box_format),
        box_unit=section.choice("box_unit", BoxUnit, plain.box_unit),
    )
    section.close()
    return output


def _label(section: Section) -> Label:
    code = section.texts("code")
    if section.has("code") and len(code) != 3:
        raise section.refuse("code", "[system, code, meaning]")
    label = Label(
        name=section.text("name"),
        title=section.words("title"),
        code=(code[0], code[1], code[2]) if code else None,
    )
    section.close()
    return label


def _calibration(section: Section | None, labels: int) -> Calibration:
    if section is None:
        return Calibration()
    prevalence = section.numbers("prevalence", (), (0, labels))
    if prevalence and (min(prevalence) < 0 or abs(sum(prevalence) - 1) > _ROUNDED):
        raise section.refuse("prevalence", f"{labels} shares that sum to 1, or none")
    calibration = Calibration(
        slope=section.number("slope", 1.0, above=0.0),
        intercept=section.number("intercept", 0.0),
        data=section.text("data", ""),
        prevalence=prevalence,
    )
    section.close()
    return calibration


def _measured(top: Section) -> tuple[Measured, ...]:
    found = []
    for section in top.sections("measured") if top.has("measured") else ():
        value, low, high = section.numbers("accuracy", (), (3,))
        if not 0 <= low <= value <= high <= 1:
            raise section.refuse("accuracy", "a share and its interval: [value, low, high]")
        found.append(
            Measured(
                title=section.words("title", required=True),
                side=section.whole("side", least=1),
                images=section.whole("images", least=1),
                accuracy=(value, low, high),
            )
        )
        section.close()
    return tuple(found)


def _gate(section: Section | None) -> Gate | None:
    if section is None:
        return None
    gate = Gate(
        file=_file(section, "file"),
        threshold=section.number("threshold", above=0.0),
        accepted=section.number("accepted", above=0.0, most=1.0),
    )
    section.close()
    return gate
