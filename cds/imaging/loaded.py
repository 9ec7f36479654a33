"""A model that is ready to run: files verified, graph open, contract held against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.imaging.contract.agreement import disagreements
from cds.imaging.contract.folder import ModelFolder
from cds.imaging.contract.model import Contract
from cds.imaging.gate import GateStatistics
from cds.imaging.runtime.providers import Probe, probe_computer
from cds.imaging.runtime.session import Session, open_session


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """``gate``: None where the contract has none."""

    folder: ModelFolder
    session: Session
    gate: GateStatistics | None

    @property
    def contract(self) -> Contract:
        """The contract it was opened by."""
        return self.folder.contract

    def largest_batch(self, asked: int) -> int:
        """How many images may go in at once: one, where the graph's batch axis is fixed."""
        first = self.session.inputs[0].shape[0]
        return first if isinstance(first, int) else asked

    def run(self, batch: NDArray[Any], *, maps: bool = False) -> Mapping[str, NDArray[Any]]:
        """Output name → array, of the outputs that the contract names.

        ``maps``: with the feature map too. A graph for one image is run image by image.
        """
        names = outputs_of(self.contract, maps=maps)
        size = self.largest_batch(len(batch))
        if len(batch) <= size:
            return self.session.run(batch, names)
        parts = [self.session.run(batch[n : n + size], names) for n in range(0, len(batch), size)]
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    def distances(self, outputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float64] | None:
        """(n,) distances from the training images; None without a gate."""
        if self.gate is None:
            return None
        return self.gate.distances(outputs[self.contract.output.features])


def load_model(
    folder: ModelFolder, device: str = "auto", *, probe: Probe = probe_computer, threads: int = 0
) -> LoadedModel:
    """Open the model's graph on ``device``, and its gate.

    Raises DeviceUnavailable, ModelRefused where a file is not what it was, and InputError where
    contract and graph contradict each other: then every result would be wrong.
    """
    path = folder.folder / folder.contract.file
    session = open_session(folder.graph(), device, probe=probe, threads=threads, source=str(path))
    for found in disagreements(folder.contract, session.inputs, session.outputs):
        raise InputError(
            f"does not fit its contract: {found.message}; {found.remedy} "
            "('cds image check' lists all)",
            Place(str(path)),
        )
    return LoadedModel(folder, session, folder.gate())


def outputs_of(contract: Contract, *, maps: bool = False) -> Sequence[str]:
    """The graph's outputs that a prediction needs, each once."""
    output = contract.output
    names = [output.name, output.boxes, output.scores, output.masks]
    if contract.gate is not None:
        names.append(output.features)
    if maps:
        names.append(output.feature_map)
    return tuple(dict.fromkeys(name for name in names if name))
