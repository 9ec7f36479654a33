"""Class activation maps: what each cell of the last feature map adds to a label's logit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.imaging.heatmap.head import Head


def activation_map(
    head: Head, features: NDArray[np.float64], label: int, *, softmax: bool
) -> NDArray[np.float64]:
    """The map (rows, columns) of the label in place ``label``, in units of the logit.

    ``features``: the pooled tensor for one image, without its batch axis. Where ``softmax``, a
    logit means nothing but against the others, so their mean is taken off; where one output
    serves two such labels, its map is the second label's and the negative is the first's.
    """
    planes = np.moveaxis(features, -1, 0) if head.channels_last else features
    weights = label_weights(head.weights, label, softmax=softmax)
    return np.asarray(np.tensordot(weights, planes.astype(np.float64), axes=1))


def label_weights(
    weights: NDArray[np.float64], label: int, *, softmax: bool
) -> NDArray[np.float64]:
    """The weights (channels,) of one label against the others, from (outputs, channels)."""
    if softmax and len(weights) == 1:
        return np.asarray(weights[0] if label else -weights[0])
    if not softmax:
        return np.asarray(weights[label])
    others = np.delete(weights, label, axis=0)
    return np.asarray(weights[label] - others.mean(axis=0))


def agrees(
    head: Head, features: NDArray[np.float64], logits: NDArray[np.float64], tolerance: float = 1e-2
) -> bool:
    """Whether the head gives the network's own logits (outputs,) from this feature map.

    Looked at before a map is believed: a head read wrongly would give a map that looks right.
    ``tolerance`` is relative to the logits' size, and wide enough for a quantised network.
    """
    axes = (0, 1) if head.channels_last else (1, 2)
    pooled = features.astype(np.float64).mean(axis=axes)
    if pooled.shape != (head.weights.shape[1],):
        return False
    found = head.weights @ pooled + head.bias
    given = logits.astype(np.float64).reshape(-1)
    if found.shape != given.shape:
        return False
    scale = 1.0 + float(np.abs(given).max())
    return bool(np.abs(found - given).max() <= tolerance * scale)
