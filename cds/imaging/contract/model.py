"""The contract of an exported model: what goes in, what comes out, what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from typing import Literal

from cds.imaging.frame import Window

Layout = Literal["NCHW", "NHWC"]
ResizeRule = Literal["stretch", "letterbox", "crop"]
Interpolation = Literal["nearest", "bilinear", "bicubic", "area"]
Polarity = Literal["bright", "dark"]  # is dense tissue bright (MONOCHROME2) or dark?
Activation = Literal["logit", "probability"]
Task = Literal["classification", "multilabel", "detection", "segmentation"]
Dtype = Literal["float32", "float16", "uint8"]
BoxUnit = Literal["pixel", "fraction"]
BoxFormat = Literal[
    "corners", "corner_size", "centre_size"
]  # (x1 y1 x2 y2), (x y w h), (cx cy w h)
Text = Mapping[str, str]  # language → sentence


@dataclass(frozen=True, slots=True)
class Intake:
    """What the graph's input takes.

    ``value_range``: the pixels' range after windowing and before ``mean`` and ``deviation`` are
    taken off and divided by, channel by channel, e.g. (0, 1) or (0, 255). ``window`` comes
    before the header's; ``display`` says whether the header's is used where there is no own.
    """

    name: str
    layout: Layout
    height: int
    width: int
    channels: int
    dtype: Dtype = "float32"
    resize: ResizeRule = "stretch"
    interpolation: Interpolation = "bilinear"
    fill: float = 0.0  # of letterbox borders, within value_range
    polarity: Polarity = "bright"
    window: Window | None = None
    display: bool = True
    value_range: tuple[float, float] = (0.0, 1.0)
    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)
    reorient: bool = True  # NIfTI and DICOM volumes to the usual display orientation


@dataclass(frozen=True, slots=True)
class Label:
    """One class: its name in results, what it is called, and a code (system, code, meaning)."""

    name: str
    title: Text = field(default_factory=dict)
    code: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """``logit → slope × logit + intercept`` (Platt; temperature scaling has no intercept).

    ``data``: what it was fitted on. ``prevalence``: the share of each label, in their order, that
    the probabilities are right for; empty where nobody says.
    """

    slope: float = 1.0
    intercept: float = 0.0
    data: str = ""
    prevalence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """What the graph gives.

    One output value for two labels is the second label's. ``threshold``: the positive (last)
    label is said from here on, of two labels. ``abstain_below``: where the most probable
    label is less probable, none is said. ``features``: the pooled features that the gate
    looks at; ``feature_map``: the last convolution's output, for class activation maps.
    ``boxes``, ``scores``: outputs of a detection model, (n, boxes, 4) in input pixels or as
    fractions of the input, and (n, boxes) or (n, boxes, labels). ``masks``: of a segmentation
    model, (n, masks, height, width): one mask a label, each by itself; or one more than there
    are labels, the first being the background, of which each pixel takes the greatest.
    """

    name: str
    labels: tuple[Label, ...]
    activation: Activation
    threshold: float = 0.5
    abstain_below: float = 0.0
    calibration: Calibration = field(default_factory=Calibration)
    features: str = ""
    feature_map: str = ""
    boxes: str = ""
    scores: str = ""
    masks: str = ""
    box_format: BoxFormat = "corners"
    box_unit: BoxUnit = "pixel"

    @property
    def prevalence(self) -> Mapping[str, float]:
        """Label → share that its probabilities are right for; empty where nobody says."""
        shares = self.calibration.prevalence
        return {label.name: share for label, share in zip(self.labels, shares, strict=False)}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which images the model was made for; empty means that the contract does not say.

    ``ages``: the youngest and the oldest patient, in completed years.
    """

    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    ages: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """How far from the training images an image may lie (statistics are in ``file``).

    Images beyond ``threshold`` are refused; ``accepted`` is the share of good images within it.
    """

    file: str
    threshold: float
    accepted: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How good the model was on images that it was not made from.

    ``side``: the shorter side of those images in pixels, as they came. ``accuracy``: the share
    that was right, with its 95 % interval.
    """

    title: Text
    side: int
    images: int
    accuracy: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Contract:
    """All that must be known to run a model; read from ``contract.toml`` beside it."""

    name: str
    version: str
    task: Task
    file: str  # the ONNX file
    sha256: str
    scope: Scope
    intake: Intake
    output: Output
    purpose: Text
    not_for: Text
    source: Mapping[str, str]  # title, licence, citation of the training data
    gate: Gate | None = None
    opset: int = 0  # of the graph when it was packed; 0 where not stated
    golden: str = ""  # file of golden vectors: inputs and the outputs they must give
    measured: tuple[Measured, ...] = ()

    def measured_like(self, side: int) -> Measured | None:
        """The figures of the images whose size is nearest to one of ``side`` pixels, if any."""
        known = [one for one in self.measured if side > 0]
        return min(known, key=lambda one: abs(log(one.side / side)), default=None)
