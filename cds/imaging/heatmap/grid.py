"""Maps from one grid to another: cells are areas, and cell centres are what lies between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def enlarged(heat: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """``heat`` over the same area in ``rows`` × ``columns`` cells, linear between centres.

    Cells of a feature map are taken to divide the image evenly. Strides and padding would put
    the middle of what a cell sees up to half a cell before that, but networks that are trained
    learn to look past it: measured in ``benchmarks/imaging_lesions.py``, even cells are nearer.
    """
    return _along(_along(heat, rows).T, columns).T


def _along(heat: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Along the first axis, cell centres at (i + ½) / n; level beyond the outer centres."""
    count = heat.shape[0]
    if count == length:
        return heat
    at = (np.arange(length) + 0.5) * count / length - 0.5
    at = np.clip(at, 0, count - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, count - 1)
    share = (at - low)[:, None]
    return np.asarray(heat[low] * (1 - share) + heat[high] * share)
