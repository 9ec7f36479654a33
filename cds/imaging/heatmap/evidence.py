"""What a network says of one label, as log-odds, whatever form its output has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.contract.model import Calibration
from cds.imaging.heatmap.occlusion import Evidence

if TYPE_CHECKING:
    from cds.imaging.contract.model import Contract
    from cds.imaging.runtime.session import Session

_LEAST: Final = 1e-12  # probabilities are kept this far from 0 and 1


@dataclass(frozen=True, slots=True)
class Reading:
    """How one label is read from a network's main output.

    ``place``: of the label in the contract. ``exclusive``: the labels exclude one another, so a
    logit counts against the others', and one value is the second of two labels'. ``logits``: the
    output holds logits, not probabilities. ``calibration``: as in the contract.
    """

    place: int
    exclusive: bool
    logits: bool
    calibration: Calibration = Calibration()

    def log_odds(self, output: NDArray[Any]) -> NDArray[np.float64]:
        """(images,) of the label's calibrated probability, from the output (images, values)."""
        values = np.asarray(output, np.float64).reshape(len(output), -1)
        slope, intercept = self.calibration.slope, self.calibration.intercept
        if not self.exclusive:
            return slope * self._logits(values[:, self.place]) + intercept
        if values.shape[1] > 2:
            return _against_others(slope * self._together(values), self.place)
        if values.shape[1] == 1:
            second = self._logits(values[:, 0])
        else:
            both = self._together(values)
            second = both[:, 1] - both[:, 0]
        second = slope * second + intercept
        return second if self.place else -second

    def _logits(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.logits:
            return values
        kept = np.clip(values, _LEAST, 1 - _LEAST)
        return np.asarray(np.log(kept) - np.log1p(-kept))

    def _together(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if self.logits else np.log(np.clip(values, _LEAST, 1))


def reading(contract: Contract, label: str) -> Reading:
    """How ``label`` is read from the contract's main output."""
    names = [entry.name for entry in contract.output.labels]
    return Reading(
        place=names.index(label),
        exclusive=contract.task == "classification",
        logits=contract.output.activation == "logit",
        calibration=contract.output.calibration,
    )


def evidence_of(contract: Contract, session: Session, label: str) -> Evidence:
    """A function from planes (images, channels, rows, columns) to the label's log-odds.

    A graph whose number of images is fixed is given that many, the last one repeated.
    """
    how = reading(contract, label)
    last = contract.intake.layout == "NHWC"
    fixed = session.inputs[0].shape[0]
    kind = np.dtype(session.inputs[0].kind)

    def evidence(planes: NDArray[np.float32]) -> NDArray[np.float64]:
        found = []
        step = fixed if isinstance(fixed, int) and fixed > 0 else len(planes)
        for start in range(0, len(planes), step):
            batch = planes[start : start + step]
            count = len(batch)
            if count < step:
                batch = np.concatenate([batch, np.repeat(batch[-1:], step - count, axis=0)])
            array = as_input(batch, kind, channels_last=last)
            output = session.run(array, [contract.output.name])[contract.output.name]
            found.append(how.log_odds(output)[:count])
        return np.concatenate(found)

    return evidence


def as_planes(pixels: NDArray[Any], *, channels_last: bool) -> NDArray[np.float32]:
    """One network input without its batch axis as (channels, rows, columns)."""
    planes = np.moveaxis(pixels, -1, 0) if channels_last else pixels
    return np.ascontiguousarray(planes, np.float32)


def as_input(
    planes: NDArray[np.float32], kind: np.dtype[Any], *, channels_last: bool
) -> NDArray[Any]:
    """Planes with a batch axis as the graph takes them; whole numbers are rounded to."""
    array = np.moveaxis(planes, 1, -1) if channels_last else planes
    if kind.kind in "ui":
        limits = np.iinfo(kind)
        array = np.clip(np.rint(array), limits.min, limits.max)
    return np.ascontiguousarray(array.astype(kind))


def _against_others(logits: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    """log p − log(1 − p) of a softmax, without p."""
    others = np.delete(logits, place, axis=1)
    most = others.max(axis=1)
    rest = most + np.log(np.exp(others - most[:, None]).sum(axis=1))
    return np.asarray(logits[:, place] - rest)
