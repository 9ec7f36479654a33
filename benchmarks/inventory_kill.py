"""``kill -9`` at random moments of ``cds inventory run``: what a reader sees, and the next run.

``python -m benchmarks.inventory_kill --moments 300``

Moments are spread evenly over the length of an undisturbed run of a small pharmacy, stratified,
so that the last of them fall where files are renamed. After every kill: ``latest``, where there
is one, is a whole run with the bytes of an undisturbed one; so is every folder with a run's name;
the next run ends well (no stuck lock) and gives the same bytes; no half of a run is left.
(``.lock.holder.json`` may be left: it means nothing without the lock.)

Runs are forked from a process that has imported the libraries and done nothing with them, so that
the moments fall into the work and not into imports, which touch no file; ``--cold`` of them are
started as cron does. Unix only.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

AS_OF = date(2026, 11, 23)


def pharmacy(folder: Path) -> Path:
    """Three items, ten weeks of issues, one supplier."""
    folder.mkdir()
    tables = {
        "items": ["item,name,unit,pack,ven"],
        "lots": ["item,lot,quantity,expiry,place"],
        "offers": ["item,supplier,price"],
        "suppliers": ["supplier,name,lead_time_days", "S1,North,4"],
        "issues": ["item,date,quantity,place"],
    }
    chance = random.Random(3)
    for at, ven in enumerate("VEN"):
        tables["items"].append(f"A{at},Medicine {at},tablet,10,{ven}")
        tables["lots"].append(f"A{at},L{at},40,2027-06-30,main")
        tables["offers"].append(f"A{at},S1,20")
        tables["issues"] += [
            f"A{at},{AS_OF - timedelta(days=back)},{chance.randint(1, 9)},main"
            for back in range(1, 71)
        ]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "pharmacy.toml").write_text(
        '[pharmacy]\nname = "Tiny"\ncurrency = "CNY"\ntimezone = "UTC"\n'
    )
    return folder


LIBRARIES = (
    "polars", "scipy.stats", "numba", "ortools.linear_solver.pywraplp",
    "ortools.sat.python.cp_model", "openpyxl", "filelock", "typer", "cds.cli.app",
    "cds.cli.inventory.run_flow",
    "cds.inventory.planning.orders", "cds.forecasting.engine", "cds.show.inventory.order_html",
    "cds.show.inventory.order_workbook",
)  # fmt: skip


def words(folder: Path) -> list[str]:
    """The command line."""
    asked = ["inventory", "run", str(folder), "--as-of", str(AS_OF), "--effort", "light"]
    return [*asked, "--scenarios", "16", "--workers", "1"]


def start(folder: Path, *, cold: bool = False) -> int:
    """A run in a process of its own; its number."""
    if cold:
        return subprocess.Popen(
            [sys.executable, "-m", "cds", *words(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).pid
    child = os.fork()
    if child:
        return child
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    from cds.cli.app import main as cds

    os._exit(cds(words(folder)))


def end(process: int) -> int:
    """Wait for it; its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def content(run: Path) -> dict[str, bytes]:
    """The files of a run but those that tell the clock."""
    return {
        str(path.relative_to(run)): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.relative_to(run).parts[0] != "log"
    }


@dataclass
class Found:
    """What the kills met, and what was wrong."""

    stages: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def look(self, runs: Path, wanted: dict[str, bytes], when: str) -> None:
        """Compare everything that a reader may see with the undisturbed run."""
        if not runs.is_dir():
            return
        for path in runs.iterdir():
            if path.name.startswith(".") or path.name.endswith(".tmp"):
                continue
            if content(path) != wanted:
                self.faults.append(f"{when}: {path.name} differs from the undisturbed run")


def stage(runs: Path) -> str:
    """How far the killed run had come."""
    names = {path.name for path in runs.iterdir()} if runs.is_dir() else set()
    if "latest" in names:
        return "pointed to"
    if any(name.endswith(".tmp") for name in names):
        return "writing"
    if any(name[:2] == "20" for name in names):
        return "renamed"
    return "computing" if ".lock" in names else "starting"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=300)
    parser.add_argument("--cold", type=int, default=10, help="of them, started as cron does")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name in LIBRARIES:
        importlib.import_module(name)
    place = Path(tempfile.mkdtemp(prefix="cds-kill-"))
    whole, tiny = pharmacy(place / "whole"), pharmacy(place / "tiny")
    length = {cold: length_of(whole, cold=cold) for cold in (False, True)}
    wanted = content(whole / "runs" / "latest")
    print(
        f"an undisturbed run takes {length[False]:.1f} s ({length[True]:.1f} s cold) and writes "
        f"{len(wanted)} files",
        flush=True,
    )
    chance = random.Random(arguments.seed)
    shares = [(at + chance.random()) / arguments.moments for at in range(arguments.moments)]
    cold = set(chance.sample(range(arguments.moments), arguments.cold))
    order = list(range(arguments.moments))
    chance.shuffle(order)
    found = Found()
    for number, at in enumerate(order, 1):
        kill(tiny, shares[at], length[at in cold], at in cold, wanted, found)
        if number % 25 == 0:
            print(number, dict(found.stages), found.faults, flush=True)
    shutil.rmtree(place)
    print(f"| kills | {' | '.join(found.stages)} | faults |")
    print("| ---: " * (len(found.stages) + 2) + "|")
    counts = map(str, found.stages.values())
    print(f"| {arguments.moments} | {' | '.join(counts)} | {len(found.faults)} |")
    for fault in found.faults[:20]:
        print(fault)
    raise SystemExit(bool(found.faults))


def length_of(folder: Path, *, cold: bool) -> float:
    """Seconds of an undisturbed run: the median of three, the first of which may compile."""
    lengths = []
    for _ in range(3):
        shutil.rmtree(folder / "runs", ignore_errors=True)
        began = time.monotonic()
        end(start(folder, cold=cold))
        lengths.append(time.monotonic() - began)
    return sorted(lengths)[1]


def kill(
    tiny: Path, share: float, length: float, cold: bool, wanted: dict[str, bytes], found: Found
) -> None:
    """Kill a run after ``share`` of its length, look, run again, look again."""
    when = f"kill at {100 * share:.1f} %{' (cold)' if cold else ''}"
    process, runs = start(tiny, cold=cold), tiny / "runs"
    time.sleep(share * length)
    os.kill(process, signal.SIGKILL)
    killed = end(process) == -signal.SIGKILL
    found.stages[stage(runs) if killed else "over before the kill"] += 1
    found.look(runs, wanted, when)
    code = end(start(tiny))
    if code not in (0, 3):
        found.faults.append(f"{when}: the next run ended with {code}")
    if not (runs / "latest").exists():
        found.faults.append(f"{when}: the next run left no latest")
    found.look(runs, wanted, f"{when}, the next run")
    left = sorted(path.name for path in runs.iterdir() if path.name.endswith(".tmp"))
    if left:
        found.faults.append(f"{when}: left behind {left}")
    shutil.rmtree(runs)


if __name__ == "__main__":
    main()
