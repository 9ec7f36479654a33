"""An evaluation as the ``cds.image_evaluation/1`` document's parts."""

from __future__ import annotations

from typing import Any, Final

from cds.imaging.evaluation import Block, Evaluation
from cds.imaging.metrics import Figure

SCHEMA: Final = "cds.image_evaluation/1"
_DIGITS: Final = 6


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """Counts, cautions and figures; ``null`` where something cannot be told."""
    return {
        "labels": list(found.labels),
        "counts": dict(found.counts),
        "intervals_resample": "patients" if found.by_patient else "images",
        "cautions": [
            {
                "code": caution.code,
                "label": caution.label,
                "found": _rounded(caution.found),
                "expected": _rounded(caution.expected),
            }
            for caution in found.cautions
        ],
        "answered": None if found.answered is None else block_json(found.answered),
        "everything": None if found.everything is None else block_json(found.everything),
    }


def block_json(block: Block) -> dict[str, Any]:
    """Figures of one choice of images; ``confusion``: rows are truths, columns what was said."""
    return {
        "images": block.images,
        "patients": block.patients,
        "accuracy": figure_json(block.accuracy),
        "balanced_accuracy": figure_json(block.balanced_accuracy),
        "confusion": [list(row) for row in block.confusion],
        "by_label": [
            {
                "label": one.label,
                "images": one.images,
                **{name: figure_json(figure) for name, figure in one.figures.items()},
                "reliability": [
                    {"images": count, "predicted": _rounded(mean), "observed": _rounded(share)}
                    for count, mean, share in one.reliability
                ],
            }
            for one in block.labels
        ],
    }


def figure_json(figure: Figure) -> dict[str, float | None]:
    """A value with its 95 % interval."""
    return {
        "value": _rounded(figure.value),
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DIGITS)
