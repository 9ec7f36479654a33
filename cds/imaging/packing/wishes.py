"""What the owner of a model says of it, since neither graph nor metadata can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cds.imaging.contract.model import Activation, Interpolation, Layout, Polarity, ResizeRule, Task
from cds.imaging.frame import Window

HeaderWindow = Literal["header", "none"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """None or empty where nothing was said. ``window``: one for every image, ``"header"`` for
    the header's, ``"none"`` for all bits. ``size``: (height, width)."""

    name: str = ""
    version: str = "1.0.0"
    task: Task | None = None
    classes: tuple[str, ...] = ()
    modalities: tuple[str, ...] | None = None
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    ages: tuple[float, ...] = ()
    activation: Activation | None = None
    layout: Layout | None = None
    size: tuple[int, int] | None = None
    value_range: tuple[float, float] | None = None
    mean: tuple[float, ...] | None = None
    deviation: tuple[float, ...] | None = None
    window: Window | HeaderWindow | None = None
    resize: ResizeRule | None = None
    interpolation: Interpolation = "bilinear"
    polarity: Polarity | None = None
    threshold: float = 0.5
    abstain_below: float = 0.0
    output: str = ""
    purpose: Mapping[str, str] = field(default_factory=dict)
    not_for: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Notes:
    """Gathered while a contract is proposed: ``known`` without being asked, ``doubts``, and the
    flags that are ``missing``."""

    known: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
