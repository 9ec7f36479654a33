"""How good a trained model is on a split: what it says there, and the figures of that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.imaging.contract.model import Contract
from cds.imaging.decide import decide, probabilities
from cds.imaging.evaluation import Evaluation, Judged, evaluate
from cds.imaging.gate import FittedGate
from cds.imaging.training.divided import Divided
from cds.imaging.training.export import FEATURES, LOGIT


def figures(
    divided: Divided,
    rows: NDArray[np.int64],
    outputs: dict[str, NDArray[Any]],
    contract: Contract,
    gate: FittedGate,
) -> Evaluation:
    """The evaluation of the pictures numbered ``rows``, of whose graph ``outputs`` are known."""
    chances = probabilities(outputs[LOGIT][rows], contract)
    distances = gate.statistics.distances(outputs[FEATURES][rows])
    names = [label.name for label in contract.output.labels]
    limit = contract.gate.threshold if contract.gate is not None else np.inf
    cases = []
    for row, chance, distance in zip(rows, chances, distances, strict=True):
        example = divided.pictures.examples[row]
        said = decide(chance, contract)
        status = "refused" if not distance <= limit else "abstain" if said.code else "ok"
        label = said.label if said.label is not None else names[int(np.argmax(chance))]
        cases.append(
            Judged(
                file=str(example.file),
                truth=int(divided.truth[row]),
                status=status,
                said=names.index(label),
                chances=tuple(map(float, chance)),
                patient=example.patient,
            )
        )
    return evaluate(cases, names, prevalence=contract.output.prevalence)
