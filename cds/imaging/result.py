"""What a run of a model over images came to: one result an image, and what it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cds.imaging.contract.model import Contract

SCHEMA: Final = "cds.image/1"

Status = Literal["ok", "abstain", "refused", "error"]
"""ok: the model speaks. abstain: it is not sure enough to. refused: the image is not what it was
made for. error: no image could be read."""


def printable(name: str) -> str:
    """A file's name with bytes that are no UTF-8 as ``\\udcff``, so that it can be written."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Where the model looked: the written file, and how far the map can be believed.

    ``path``: empty where no file was asked for. ``method``: cam or occlusion; boxes or regions
    where what the model found is drawn. ``label``: whose evidence it shows. ``faithfulness`` is
    compared with ``chance``, the same score of ``orders`` random orders, with its 95 % interval;
    ``as_good`` of them score at least as much, None where the map ranks nothing. A map that is not
    ``better`` shows nothing.
    """

    path: str
    method: str
    faithfulness: float | None = None
    chance: float | None = None
    label: str = ""
    chance_interval: tuple[float, float] | None = None
    better: bool | None = None
    as_good: int | None = None
    orders: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A detected box, in source pixels from the frame's top left corner; mm where known."""

    label: str
    score: float
    left: float
    top: float
    width: float
    height: float
    width_mm: float | None = None
    height_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A segmented region. ``mask``: (rows, columns) of bool over the source frame."""

    label: str
    pixels: int
    mask: NDArray[np.bool_] = field(repr=False, compare=False)
    area_mm2: float | None = None


@dataclass(frozen=True, slots=True)
class ImageResult:
    """One frame of one file.

    ``label`` is said only where ``status`` is ok; None also where a detection, segmentation or
    multilabel model found nothing. ``labels``: all that a multilabel model found.
    ``probabilities``: label → calibrated probability; None where refused (without ``--force``)
    or unreadable. ``distance``: from the training images, None where the contract has no gate.
    ``reason``: one sentence where the status is not ok. ``findings``: code → sentence, what a
    reader of the result must know.
    """

    file: str
    frame: int
    status: Status
    reason: str = ""
    label: str | None = None
    labels: tuple[str, ...] = ()
    probabilities: Mapping[str, float] | None = None
    distance: float | None = None
    heatmap: Heatmap | None = None
    preprocessing: tuple[str, ...] = ()
    findings: Mapping[str, str] = field(default_factory=dict)
    boxes: tuple[Box, ...] = ()
    regions: tuple[Region, ...] = ()
    code: str = ""  # of the reason, stable over languages
    numbers: Mapping[str, float | str] = field(default_factory=dict)  # in the reason
    side: int = 0  # the shorter side of the frame in pixels; 0 where none was read

    @property
    def needs_person(self) -> bool:
        """True where the model said nothing that could be used."""
        return self.status != "ok"


@dataclass(frozen=True, slots=True)
class Run:
    """What every result of a run was made with.

    ``verified``: False where the model has no checksums, so that its files were used as found.
    """

    contract: Contract
    contract_sha256: str
    provider: str  # that really ran, as ONNX Runtime names it: CPUExecutionProvider
    cds_version: str
    generated_at: str = ""
    forced: bool = False
    verified: bool = True

    @property
    def device(self) -> str:
        """The provider in short: cpu, cuda, tensorrt."""
        return self.provider.removesuffix("ExecutionProvider").lower()


@dataclass(frozen=True, slots=True)
class Results:
    """A run and its images, in the input's order."""

    run: Run
    images: tuple[ImageResult, ...]


def run_json(run: Run) -> dict[str, Any]:
    """The part of the ``cds.image/1`` document that all images share."""
    contract = run.contract
    return {
        "schema": SCHEMA,
        "cds_version": run.cds_version,
        "generated_at": run.generated_at,
        "model": contract.name,
        "model_version": contract.version,
        "model_sha256": contract.sha256,
        "contract_sha256": run.contract_sha256,
        "model_verified": run.verified,
        "task": contract.task,
        "provider": run.provider,
        "threshold": contract.output.threshold,
        "abstain_below": contract.output.abstain_below,
        "gate_threshold": None if contract.gate is None else contract.gate.threshold,
        "forced": run.forced,
    }


def image_json(image: ImageResult) -> dict[str, Any]:
    """One entry of ``images``; ``probabilities`` only where there are some."""
    entry: dict[str, Any] = {
        "file": image.file,
        "frame": image.frame,
        "status": image.status,
        "reason": image.reason or None,
        "code": image.code or None,
        "label": image.label,
    }
    if image.probabilities is not None:
        entry["probabilities"] = {
            label: round(float(share), 6) for label, share in image.probabilities.items()
        }
    entry["distance"] = None if image.distance is None else round(float(image.distance), 4)
    heatmap = image.heatmap
    entry["heatmap"] = None if heatmap is None else heatmap.path or None
    entry["faithfulness"] = None if heatmap is None else _faithfulness_json(heatmap)
    entry["preprocessing"] = list(image.preprocessing)
    entry["findings"] = dict(image.findings)
    if image.labels:
        entry["labels"] = list(image.labels)
    if image.boxes:
        entry["boxes"] = [_box_json(box) for box in image.boxes]
    if image.regions:
        entry["regions"] = [
            {
                "label": region.label,
                "pixels": region.pixels,
                "area_mm2": None if region.area_mm2 is None else round(region.area_mm2, 2),
            }
            for region in image.regions
        ]
    return entry


def _faithfulness_json(heatmap: Heatmap) -> dict[str, Any]:
    return {
        "method": heatmap.method,
        "label": heatmap.label or None,
        "score": _rounded(heatmap.faithfulness),
        "chance": _rounded(heatmap.chance),
        "chance_interval": None
        if heatmap.chance_interval is None
        else [_rounded(end) for end in heatmap.chance_interval],
        "random_orders": heatmap.orders,
        "random_as_good": heatmap.as_good,
        "better_than_random": heatmap.better,
    }


def _box_json(box: Box) -> dict[str, Any]:
    return {
        "label": box.label,
        "score": round(box.score, 6),
        "left": round(box.left, 2),
        "top": round(box.top, 2),
        "width": round(box.width, 2),
        "height": round(box.height, 2),
        "width_mm": None if box.width_mm is None else round(box.width_mm, 2),
        "height_mm": None if box.height_mm is None else round(box.height_mm, 2),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
