"""Score a table from Parquet to Parquet, against ``Booster.predict`` alone.

A model of 500 trees of 31 leaves and 40 inputs; the alternative has the rows
as an array in memory already and only predicts. Both use all processors.

    python -m benchmarks.table_end_to_end [--rows 1000000] [--runs 3]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl

from cds.risk.recipe import parse_recipe
from cds.risk.recipe.write import first_recipe
from cds.risk.train_recipe import train_recipe

FEATURES, TREES, LEAVES = 40, 500, 31


def table(rows: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, FEATURES))
    score = values[:, 0] * values[:, 1] + np.sin(2 * values[:, 2]) + values[:, 3:9].sum(axis=1)
    values[random.random(values.shape) < 0.1] = np.nan
    frame = pl.DataFrame({f"x{i}": values[:, i] for i in range(FEATURES)}).fill_nan(None)
    outcome = (score + random.normal(size=rows) > 0).astype(int)
    return frame.with_columns(pl.Series("died", outcome), pl.int_range(rows).alias("stay"))


def make_model(folder: Path) -> Path:
    data = folder / "train.parquet"
    table(20_000, 0).write_parquet(data)
    recipe = folder / "recipe.toml"
    text = first_recipe(data, label="died", id_column="stay", name="benchmark")
    recipe.write_text(text, encoding="utf-8")
    parsed = parse_recipe(recipe)
    lines = [
        line for line in text.splitlines() if not line.startswith(("rounds", "params", "folds"))
    ]
    at = lines.index("[training]") + 1
    lines[at:at] = [
        f"rounds = {TREES}",
        "folds = 2",
        f"params = {{ num_leaves = {LEAVES}, learning_rate = 0.05 }}",
    ]
    recipe.write_text("\n".join(lines), encoding="utf-8")
    assert len(parsed.inputs) == FEATURES
    train_recipe(recipe, folder, folder / "benchmark", "cpu", resamples=10)
    return folder / "benchmark"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make_model(folder)
        source, target = folder / "rows.parquet", folder / "risks.parquet"
        table(asked.rows, 1).drop("died").write_parquet(source)
        booster = lightgbm.Booster(model_file=str(model / "model.txt"))
        rows = pl.read_parquet(source).drop("stay").to_numpy()
        command = [
            "/usr/bin/time", "-f", "%M", sys.executable, "-m", "cds", "predict", str(source),
            "--model", str(model), "-o", str(target), "-q",
        ]  # fmt: skip
        ours, alone, memory = [], [], []
        for _ in range(asked.runs):
            begun = time.perf_counter()
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            ours.append(time.perf_counter() - begun)
            memory.append(int(done.stderr.split()[-1]) / 1e6)
            begun = time.perf_counter()
            booster.predict(rows)
            alone.append(time.perf_counter() - begun)
        assert pl.read_parquet(target).height == asked.rows
    ratio = statistics.median(other / own for own, other in zip(ours, alone, strict=True))
    print(f"{platform.machine()}, {os.cpu_count()} cores, {asked.rows:,} rows\n")
    print("| what | median s | rows/s |\n| --- | --- | --- |")
    for words, times in (("cds predict, Parquet to Parquet", ours), ("Booster.predict", alone)):
        median = statistics.median(times)
        print(f"| {words} | {median:.1f} | {asked.rows / median:,.0f} |")
    print(f"\nratio, pair by pair: {ratio:.2f}; peak memory of cds {max(memory):.2f} GB")


if __name__ == "__main__":
    main()
