"""How long a cold ``cds predict PATIENT --json`` takes, against the usual script.

The script does the same for one model with ``import lightgbm, shap``. Both are
whole processes, in turn; the table gives medians of wall seconds.

    python -m benchmarks.cold_start [--runs 20] [--patient sample_data/patient.json]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
USUAL = """
import json, sys
import lightgbm, numpy, shap
record = json.load(open(sys.argv[1]))
booster = lightgbm.Booster(model_file=sys.argv[2])
row = numpy.full((1, booster.num_feature()), numpy.nan)
row[0, 0] = record["age"]
print(booster.predict(row)[0], shap.TreeExplainer(booster).shap_values(row))
"""


def wall(command: list[str]) -> float:
    # bytecode as after an installation, whatever this shell says
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=20)
    arguments.add_argument("--patient", default="sample_data/patient.json")
    asked = arguments.parse_args()
    ours = [sys.executable, "-m", "cds", "predict", asked.patient, "--json"]
    model = str(ROOT / "models" / "heart-disease" / "model.txt")
    usual = [sys.executable, "-c", USUAL, asked.patient, model]
    wall(ours), wall(usual)  # warm the file cache
    pairs = [(wall(ours), wall(usual)) for _ in range(asked.runs)]
    cds, script = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(other / own for own, other in pairs)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| command | median wall s | min | max |\n| --- | --- | --- | --- |")
    for name, times in zip(
        ("cds predict, all models", "script, one model"), zip(*pairs, strict=True), strict=True
    ):
        print(f"| {name} | {statistics.median(times):.3f} | {min(times):.3f} | {max(times):.3f} |")
    print(f"\nratio, pair by pair: {ratio:.1f} (medians: {script / cds:.1f})")


if __name__ == "__main__":
    main()
