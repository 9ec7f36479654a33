"""What an exported graph gives for many prepared pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.imaging.runtime.session import Session

Progress = Callable[[str, int, int], None]

_BATCH = 64


def graph_outputs(
    session: Session,
    pixels: NDArray[np.float32],
    names: Sequence[str],
    progress: Progress = lambda what, done, parts: None,
) -> dict[str, NDArray[Any]]:
    """Output name → array, for ``pixels`` (n, side, side) of 0 … 1."""
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for start in range(0, len(pixels), _BATCH):
        given = session.run(pixels[start : start + _BATCH, None], list(names))
        for name, parts in found.items():
            parts.append(given[name])
        progress("answers", min(start + _BATCH, len(pixels)), len(pixels))
    return {name: np.concatenate(parts) for name, parts in found.items()}
