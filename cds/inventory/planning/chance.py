"""Random numbers of one item: the same whatever other items there are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np


def generator(seed: int, item: str) -> np.random.Generator:
    """A generator that depends on the seed and the item's code alone."""
    import numpy as np

    return np.random.default_rng((seed, crc32(item.encode("utf-8"))))
