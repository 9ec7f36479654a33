"""All the choices of a training; a recipe and the pictures give the model again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Architecture = Literal["pooled", "classic"]
CalibrationChoice = Literal["auto", "none", "temperature", "platt"]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far training pictures are changed at random; 0 or False is not at all.

    ``shift``: share of the side; ``rotation``: degrees; ``scale`` and ``aspect``: largest
    relative change; ``brightness``, ``contrast``, ``gamma``: largest change, of values in 0 … 1
    or relative; ``noise``: largest deviation; ``coarse``: share of pictures seen through fewer
    pixels, down to ``coarsest`` a side; ``erase``: share that lose a rectangle; ``mirror``:
    half of the pictures left to right.
    """

    shift: float = 0.08
    rotation: float = 10.0
    scale: float = 0.15
    aspect: float = 0.25
    brightness: float = 0.1
    contrast: float = 0.25
    gamma: float = 0.35
    noise: float = 0.03
    coarse: float = 0.5
    coarsest: int = 24
    erase: float = 0.25
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the weights are found.

    ``finale``: epochs at the end with a third of the rate, no mixup and ``finale_strength`` of
    the augmentation. ``mixup``: parameter of the Beta distribution, 0 is none. ``averaging``:
    share of the old weights kept in the moving average at each step. ``patience``: epochs
    without a better validation loss before it stops. ``teachers``: networks trained first, from
    other draws, whose mean answer the network then learns beside the labels. ``poses``: weight
    of learning to tell upright from turned and inverted copies, which the gate lives on.
    """

    epochs: int = 30
    finale: int = 6
    finale_strength: float = 0.4
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.05
    smoothing: float = 0.05
    mixup: float = 0.2
    averaging: float = 0.995
    patience: int = 12
    dropout: float = 0.2
    teachers: int = 0
    poses: float = 0.3


@dataclass(frozen=True, slots=True)
class Network:
    """The network's make: ``standardise`` takes each picture's own mean and deviation out."""

    architecture: Architecture = "pooled"
    size: int = 64
    widths: tuple[int, ...] = (24, 48, 80, 112)
    standardise: bool = True


@dataclass(frozen=True, slots=True)
class Description:
    """What the contract and the card say in words, by language where they are sentences.

    ``ages``: the youngest and the oldest patient, in completed years. ``titles`` and ``codes``: of
    labels; a code is its system, the code and its meaning.
    """

    name: str = ""
    version: str = "1"
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    purpose: dict[str, str] = field(default_factory=dict)
    not_for: dict[str, str] = field(default_factory=dict)
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training: what is learnt, from which share of the patients, and how it is judged.

    ``validation`` and ``test``: shares of the patients where the pictures name no split.
    ``accepted``: share of validation pictures that the distance gate lets through.
    ``balanced``: calibrate as if all labels were equally frequent. ``calibration_versions``:
    calibrate on so many versions of each validation picture, the first unchanged and the last
    changed as much as training pictures are. ``doubt``: calibrate as if this share of the labels
    told nothing, so that probabilities stay modest elsewhere.
    """

    network: Network = field(default_factory=Network)
    schedule: Schedule = field(default_factory=Schedule)
    augmentation: Augmentation = field(default_factory=Augmentation)
    description: Description = field(default_factory=Description)
    seed: int = 0
    validation: float = 0.15
    test: float = 0.15
    accepted: float = 0.98
    calibration: CalibrationChoice = "auto"
    balanced: bool = True
    calibration_versions: int = 9
    doubt: float = 0.01
