"""Which rows of a table a model may speak about: ``eligibility.judge`` for whole columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cds.risk.eligibility import INSUFFICIENT, OK, REFUSED, Eligibility
from cds.risk.features.window_folds import Floats, Ints

STATUSES = (OK, INSUFFICIENT, REFUSED)


def judge_columns(
    eligibility: Eligibility, columns: Mapping[str, Floats], rows: int
) -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Each row's verdict: position in ``STATUSES``, required names missing, minimum names known.

    ``columns`` are computed features, those of ``eligibility_features`` included.
    """

    def known(name: str) -> NDArray[np.bool_]:
        return ~np.isnan(columns[name]) if name in columns else columns[f"?{name}"] > 0.0

    missing, found = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    for name in eligibility.required:
        missing += ~known(name)
    for name in eligibility.minimum_of:
        found += known(name)
    insufficient = (missing > 0) | (found < eligibility.minimum_count)
    refused = np.zeros(rows, dtype=np.bool_)
    if eligibility.age is not None:
        age = columns["?age_in_years"]
        refused |= (age < eligibility.age[0]) | (age > eligibility.age[1])
    if eligibility.setting:
        setting = columns["?in_setting"]
        refused |= setting == 0.0
        insufficient |= np.isnan(setting)
    if eligibility.exclude is not None:
        refused |= columns["?excluded"] == 1.0
    status = np.where(refused, 2, np.where(insufficient, 1, 0)).astype(np.uint8)
    return status, missing, found
