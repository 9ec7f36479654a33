"""From what the graph gave to calibrated probabilities, and from those to a label or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging.contract.model import Calibration, Contract, Output

Numbers = NDArray[np.float64]

_TOLERANCE: Final = 1e-3  # of probabilities that should sum to one; half precision has 5e-4
_SMALLEST: Final = 1e-12


class ImplausibleOutput(InputError):
    """The graph gave numbers that are not what the contract says they are."""


@dataclass(frozen=True, slots=True)
class Said:
    """``label``: what is said, None where the model abstains or finds nothing.
    ``labels``: all labels at or above the threshold, of a multilabel model. ``code`` and
    ``numbers``: why it abstains; an empty code where it does not."""

    label: str | None
    labels: tuple[str, ...] = ()
    code: str = ""
    numbers: Mapping[str, float | str] | None = None


def probabilities(values: NDArray[Any], contract: Contract) -> Numbers:
    """(n, k) values of the main output → (n, labels) calibrated probabilities.

    Rows that are not finite give not-a-number. Raises ImplausibleOutput where the values are
    not probabilities although the contract says so, or there is another number of them.
    """
    output, count = contract.output, len(contract.output.labels)
    rows = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    independent = contract.task != "classification"
    if rows.shape[1] != count and (independent or rows.shape[1] != 1 or count != 2):
        raise ImplausibleOutput(
            f"output {output.name} gives {rows.shape[1]} values and the contract names {count} "
            "labels; name as many labels as values under [[output.labels]]"
        )
    with np.errstate(all="ignore"):
        if independent:
            return _sigmoid(_calibrated(_logits_each(rows, output), output.calibration))
        if rows.shape[1] == 1:
            positive = _sigmoid(_calibrated(_logits_each(rows, output), output.calibration))
            return np.hstack([1.0 - positive, positive])
        logits = _logits_together(rows, output)
        if count == 2:
            difference = _calibrated(logits[:, 1:] - logits[:, :1], output.calibration)
            positive = _sigmoid(difference)
            return np.hstack([1.0 - positive, positive])
        return _softmax(output.calibration.slope * logits)


def decide(chances: Numbers, contract: Contract) -> Said:
    """The label of one image with ``chances`` (labels,), or why none is said."""
    output = contract.output
    names = [label.name for label in output.labels]
    if not np.isfinite(chances).all():
        return Said(None, code="not_finite", numbers={"output": output.name})
    if contract.task == "multilabel":
        return _decide_each(chances, output, names)
    best = int(np.argmax(chances))
    said = int(chances[1] >= output.threshold) if len(names) == 2 else best
    if chances[best] < output.abstain_below:
        return Said(
            None,
            code="uncertain",
            numbers={
                "label": names[best],
                "probability": float(chances[best]),
                "limit": output.abstain_below,
            },
        )
    return Said(names[said])


def summary(outputs: Mapping[str, NDArray[Any]], contract: Contract) -> Numbers:
    """(n, k) numbers that golden vectors remember of what came out for n images.

    Classification: the probabilities. Detection: the 20 highest scores. Segmentation: the mean
    of each mask.
    """
    output = contract.output
    if contract.task in ("classification", "multilabel"):
        return probabilities(outputs[output.name], contract)
    if contract.task == "segmentation":
        masks = np.asarray(outputs[output.masks], dtype=np.float64)
        means: Numbers = masks.reshape(*masks.shape[:2], -1).mean(axis=2)
        return means
    scores = np.asarray(outputs[output.scores], dtype=np.float64).reshape(
        len(outputs[output.scores]), -1
    )
    highest = -np.sort(-scores, axis=1)[:, :20]
    padded: Numbers = np.pad(highest, ((0, 0), (0, 20 - highest.shape[1])))
    return padded


def scaled(values: NDArray[Any], output: Output) -> Numbers:
    """Scores or masks as probabilities, each by itself. Raises ImplausibleOutput as above."""
    numbers = np.asarray(values, dtype=np.float64)
    if output.activation == "logit":
        return _sigmoid(_calibrated(numbers, output.calibration))
    _expect_probabilities(numbers, output)
    return numbers


def _decide_each(chances: Numbers, output: Output, names: list[str]) -> Said:
    certainty = np.maximum(chances, 1.0 - chances)
    least = int(np.argmin(certainty))
    if certainty[least] < output.abstain_below:
        return Said(
            None,
            code="uncertain",
            numbers={
                "label": names[least],
                "probability": float(chances[least]),
                "limit": output.abstain_below,
            },
        )
    order = np.argsort(-chances, kind="stable")
    found = tuple(names[index] for index in order if chances[index] >= output.threshold)
    return Said(found[0] if found else None, found)


def _logits_each(rows: Numbers, output: Output) -> Numbers:
    if output.activation == "logit":
        return rows
    _expect_probabilities(rows, output)
    bounded = np.clip(rows, _SMALLEST, 1.0 - _SMALLEST)
    logits: Numbers = np.log(bounded) - np.log1p(-bounded)
    return logits


def _logits_together(rows: Numbers, output: Output) -> Numbers:
    if output.activation == "logit":
        return rows
    _expect_probabilities(rows, output)
    sums = rows.sum(axis=1)
    wrong = np.abs(sums - 1.0) > _TOLERANCE
    if wrong.any():
        raise ImplausibleOutput(
            f"output {output.name} should be probabilities and sums to {sums[wrong][0]:.4g}; "
            "set output.activation to 'logit', or task to 'multilabel'"
        )
    logits: Numbers = np.log(np.clip(rows, _SMALLEST, None))
    return logits


def _expect_probabilities(rows: Numbers, output: Output) -> None:
    low, high = np.nanmin(rows, initial=0.0), np.nanmax(rows, initial=0.0)
    if low < -_TOLERANCE or high > 1.0 + _TOLERANCE:
        raise ImplausibleOutput(
            f"an output should be probabilities and holds {low if low < 0 else high:.4g}; "
            "set output.activation to 'logit'"
        )


def _calibrated(logits: Numbers, calibration: Calibration) -> Numbers:
    return calibration.slope * logits + calibration.intercept


def _sigmoid(logits: Numbers) -> Numbers:
    # Both branches are computed; the unused one may overflow.
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def _softmax(logits: Numbers) -> Numbers:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares
