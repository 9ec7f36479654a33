"""A night of a big pharmacy, end to end: ``cds inventory run`` timed, and asked for again.

``python -m benchmarks.inventory_night --items 5000``

CPU seconds are those of the process and its threads: on a busy computer quote them, not the wall.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

AS_OF = date(2026, 11, 23)


def pharmacy(folder: Path, items: int, weeks: int, seed: int = 0) -> Path:
    """Items of many sizes and prices, ``weeks`` of issues on three days a week, 20 suppliers."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    (folder / "pharmacy.toml").write_text(
        '[pharmacy]\nname = "Big"\ncurrency = "CNY"\ntimezone = "UTC"\n[costs]\norder_line = 5\n'
    )
    codes = [f"I{at:05d}" for at in range(items)]
    mean = np.exp(random.normal(2.5, 1.2, items))
    pack = random.choice((1, 5, 10, 20), items)
    supplier = [f"S{at % 20:02d}" for at in range(items)]
    price = np.round(np.exp(random.normal(2.0, 1.0, items)) * pack, 2)
    days = [AS_OF - timedelta(days=7 * week + day) for week in range(weeks) for day in (1, 3, 5)]
    rate = random.gamma(3.0, mean[:, None] / 9.0, (items, len(days)))
    units = random.poisson(rate)
    at, on = np.nonzero(units)
    issued = {
        "item": np.array(codes)[at],
        "date": np.array(days, "datetime64[D]")[on],
        "quantity": units[at, on],
        "place": np.full(len(at), "main"),
    }
    tables = {
        "items": {
            "item": codes,
            "name": [f"Medicine {code}" for code in codes],
            "unit": ["tablet"] * items,
            "pack": pack,
            "ven": random.choice(("V", "E", "N"), items, p=(0.2, 0.5, 0.3)),
            "shelf_life_days": random.integers(180, 900, items),
        },
        "lots": {
            "item": codes,
            "lot": [f"L{code}" for code in codes],
            "quantity": np.ceil(mean * random.uniform(0, 4, items)),
            "expiry": [AS_OF + timedelta(days=int(one)) for one in random.integers(30, 700, items)],
            "place": ["main"] * items,
        },
        "offers": {"item": codes, "supplier": supplier, "price": price},
        "suppliers": {
            "supplier": sorted(set(supplier)),
            "name": sorted(set(supplier)),
            "lead_time_days": random.integers(3, 15, len(set(supplier))),
        },
        "issues": issued,
        "budgets": {"period": ["2026-11"], "amount": [4 * float(mean @ (price / pack))]},
    }
    for name, content in tables.items():
        pl.DataFrame(content).write_csv(folder / f"{name}.csv")
    return folder


def timed(words: list[str]) -> tuple[float, float, int]:
    """Wall and CPU seconds of a command, and its exit code."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    code = subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu, code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--weeks", type=int, default=104)
    arguments = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="cds-night-"))
    folder = pharmacy(place / "ph", arguments.items, arguments.weeks)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    words = [sys.executable, "-m", "cds", "inventory", "run", str(folder), "--as-of", str(AS_OF)]
    print(f"{arguments.items} items, {size:.0f} MB of tables, {os.cpu_count()} processors")
    print("| run | wall s | CPU s | exit code |")
    print("| --- | ---: | ---: | ---: |")
    for name in ("first", "the same again"):
        wall, cpu, code = timed(words)
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {code} |", flush=True)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
