"""One small training for all tests that look at its results."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """(report, model folder, recipe's path, what progress was told)."""
    from cds.risk.train_recipe import train_recipe
    from tests.risk.small_hospital import write_hospital

    folder = tmp_path_factory.mktemp("hospital")
    recipe = write_hospital(folder)
    told = []
    report = train_recipe(
        recipe, folder, folder / "models" / "small-hospital", device="cpu", seed=3,
        progress=lambda *step: told.append(step), resamples=20,
    )  # fmt: skip
    return report, report.folder, recipe, told
