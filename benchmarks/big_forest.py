"""The model and the table of the scoring benchmarks, and how their figures are printed."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEATURES, CATEGORICAL, TREES, LEAVES = 40, [30, 31, 32], 500, 31


def table(rows: int, seed: int = 0) -> Floats:
    """Rows with missing values, three categorical and a few rounded columns."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, FEATURES))
    values[:, 30:35] = generator.integers(0, 12, size=(rows, 5))
    values[:, 35:] = np.round(np.abs(values[:, 35:]))
    values[:, :10][generator.random((rows, 10)) < 0.15] = np.nan
    return values


def train(trees: int = TREES, leaves: int = LEAVES) -> lightgbm.Booster:
    """A binary model of 20,000 rows of ``table``."""
    rows = table(20_000, seed=1)
    known = np.nan_to_num(rows)
    score = known[:, 0] * known[:, 11] + np.sin(2 * known[:, 12]) + known[:, 13] * (rows[:, 30] % 3)
    score += 0.5 * known[:, 2] + (rows[:, 31] % 2) * known[:, 14] + 0.3 * known[:, 20:28].sum(1)
    outcome = score + np.random.default_rng(2).normal(size=len(rows)) > 0
    options = {"objective": "binary", "num_leaves": leaves, "learning_rate": 0.05, "verbosity": -1}
    data = lightgbm.Dataset(rows, outcome.astype(float), categorical_feature=CATEGORICAL)
    return lightgbm.train({**options, "seed": 1}, data, trees)


def alternate(
    rivals: dict[str, Callable[[], object]], repeats: int
) -> dict[str, list[tuple[float, float]]]:
    """(wall, CPU) seconds of each rival's runs, taking turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in rivals}
    for _ in range(repeats):
        for name, run in rivals.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return times


def ratios(slow: Sequence[tuple[float, float]], fast: Sequence[tuple[float, float]]) -> str:
    """How many times faster, run by run: the median of wall and CPU, least to most of wall."""
    wall = [first[0] / second[0] for first, second in zip(slow, fast, strict=True)]
    cpu = [first[1] / second[1] for first, second in zip(slow, fast, strict=True)]
    return (
        f"{statistics.median(wall):.2f} ({min(wall):.2f}-{max(wall):.2f}) "
        f"| {statistics.median(cpu):.2f}"
    )


def per_second(rows: int, times: Sequence[tuple[float, float]]) -> str:
    """Rows a second of the median run, by the wall clock."""
    return f"{rows / statistics.median(wall for wall, _ in times):,.0f}"


def machine() -> str:
    """One line on the machine and the versions."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, LightGBM {lightgbm.__version__}"
    )
