"""How ``cds inventory run`` goes: done already? alone? then read, compute, write, point."""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from cds import __version__
from cds.cli import context
from cds.cli.inventory.folder import find_pharmacy, is_sample
from cds.cli.output import emit, json_text
from cds.cli.run_log import RunLog
from cds.cli.terminable import TerminatedError, terminable
from cds.errors import InputError, Place
from cds.inventory.night.key import InputFile, input_files, run_key, run_name
from cds.lock import HeldError, held
from cds.runs import Runs, day_of
from cds.show.grammar import fill

if TYPE_CHECKING:
    from cds.inventory.night.compute import Night
    from cds.inventory.planning.demand import Effort

LOOK, INPUT, LOCKED, INTERRUPTED, TERMINATED = 3, 2, 75, 130, 143
UNLIKE: Final = ("log",)
"""The part of a run in which two runs of one key differ: what the clock showed."""
FOR_WRITING: Final = 0.1
"""Of the time until the deadline, to write the files in."""

State = Literal["made", "done_already", "dry_run"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line."""

    folder: str | None
    as_of: str | None
    dry_run: bool
    force: bool
    deadline: float | None
    out: Path | None
    effort: str
    scenarios: int
    budget: float | None
    seed: int
    workers: int
    as_json: bool
    lang: str | None
    now: str | None
    quiet: bool


@dataclass(frozen=True)
class Task:
    """One run that was asked for: what it reads, what it is known by, where it goes."""

    asked: Asked
    folder: Path
    as_of: date
    language: str
    moment: datetime
    inputs: tuple[InputFile, ...]
    key: str
    runs: Runs
    log: RunLog
    began: float

    @property
    def name(self) -> str:
        """Of its folder."""
        return run_name(self.as_of, self.key)

    @property
    def options(self) -> dict[str, object]:
        """Choices that change the result."""
        return _options(self.asked, self.language)

    def seconds_left(self) -> float | None:
        """Until the files must be written; None without a deadline."""
        if self.asked.deadline is None:
            return None
        return max(self.asked.deadline * (1 - FOR_WRITING) - (time.monotonic() - self.began), 0.0)


def carry_out(asked: Asked) -> int:
    """Run, and turn what stops it into a line of the log and an exit code."""
    log = RunLog(lambda: context.now(asked.now), quiet=asked.quiet)
    began = time.monotonic()
    try:
        with terminable():
            return _carry_out(asked, log, began)
    except (KeyboardInterrupt, TerminatedError) as stop:
        code = TERMINATED if isinstance(stop, TerminatedError) else INTERRUPTED
        log.error("stopped", "stopped from outside; the last good run stays", exit_code=code)
        return code
    except InputError as error:
        log.error("refused", str(error), exit_code=INPUT)
        return INPUT
    except HeldError as error:
        log.error("locked", held_by(error), holder=dict(error.holder), exit_code=LOCKED)
        return LOCKED
    except OSError as error:
        if error.errno is None:
            raise
        log.error("refused", f"{error.strerror}: {error.filename}", exit_code=INPUT)
        return INPUT


def _carry_out(asked: Asked, log: RunLog, began: float) -> int:
    task = prepare(asked, log, began)
    log.info("started", f"run {task.name}", run=task.name, as_of=task.as_of, pid=os.getpid())
    done = None if asked.force or asked.dry_run else task.runs.find(task.name)
    if done is not None and task.runs.latest() == done:
        return _done_already(task, done)
    if asked.dry_run:
        return _dry_run(task)
    task.runs.prepare()
    with held(task.runs.folder, _holder(task)):
        done = None if asked.force else task.runs.find(task.name)
        if done is not None:
            _point(task, done)
            return _done_already(task, done)
        for name in task.runs.clean():
            log.warning("cleaned", f"removed {name}, left by a run that was stopped", left=name)
        return _make(task)


def prepare(asked: Asked, log: RunLog, began: float) -> Task:
    """What is to be run; the inputs are hashed and not parsed."""
    moment = context.now(asked.now)
    folder, day = find_pharmacy(asked.folder, asked.as_of, moment, quiet=True)
    if asked.out is None and not asked.dry_run and is_sample(folder):
        raise InputError(
            "no pharmacy here, and runs are not kept in the sample; name a pharmacy, or a folder "
            "with --out"
        )
    language = context.language(asked.lang)
    inputs = input_files(folder)
    key = run_key(day, inputs, _options(asked, language), __version__)
    out = asked.out or folder / "runs"
    if out.exists() and not out.is_dir():
        raise InputError("is a file; expected a folder for runs", Place(str(out)))
    return Task(asked, folder, day, language, moment, inputs, key, Runs(out), log, began)


def held_by(error: HeldError) -> str:
    """Who holds the lock, as far as it said."""
    if not error.holder:
        return "another run is at work here; try later"
    return "another run is at work here: process {pid} on {host}, since {since}; try later".format(
        **{"pid": "?", "host": "?", "since": "?", **error.holder}
    )


def _options(asked: Asked, language: str) -> dict[str, object]:
    return {
        "effort": asked.effort,
        "scenarios": asked.scenarios,
        "budget": asked.budget,
        "seed": asked.seed,
        "deadline": asked.deadline,
        "language": language,
    }


def _holder(task: Task) -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": context.now(None).isoformat(),
        "run": task.name,
    }


def _done_already(task: Task, done: str) -> int:
    """Nothing to do: say so, and where the result is."""
    path = task.runs.folder / done / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be read: {error}; expected what the run wrote; --force computes it again",
            Place(str(path)),
        ) from error
    look = len(manifest["needs_person"])
    task.log.info(
        "done_already",
        f"run {done} is done already; nothing was computed"
        + (fill("; a person must look at {count} thing[|s] in it", count=look) if look else ""),
        run=done,
        needs_person=look,
    )
    if task.asked.as_json:
        emit(json_text(document(task, "done_already", done, manifest, None)))
    return 0


def _dry_run(task: Task) -> int:
    night = _compute(task, {})
    return _show(task, "dry_run", None, night, task.runs.newest(task.as_of))


def _make(task: Task) -> int:
    from cds.cli.inventory.run_files import write_run

    before = task.runs.newest(task.as_of)
    seconds: dict[str, float] = {}
    night = _compute(task, seconds)
    if input_files(task.folder) != task.inputs:
        raise InputError(
            "its files changed while they were read; expected them to rest: run it again",
            Place(str(task.folder)),
        )

    def write(folder: Path) -> None:
        write_run(folder, task, night, seconds)

    name, new = task.runs.publish(task.name, write, unlike=UNLIKE)
    if new:
        task.log.info("published", f"wrote {task.runs.folder / name}", run=name)
    else:
        task.log.info("same", f"run {name} came out the same and stays", run=name)
    _point(task, name)
    taken, deadline = time.monotonic() - task.began, task.asked.deadline
    if deadline is not None and taken > deadline:
        task.log.warning("late", f"it took {taken:.0f} s; the deadline was {deadline:g} s")
    return _show(task, "made", name, night, before)


def _point(task: Task, name: str) -> None:
    """``latest`` is the run of the newest day; of one day, the one that was asked for last."""
    current = task.runs.latest()
    if current is not None and day_of(current) > day_of(name):
        task.log.warning(
            "latest_stays",
            f"latest stays {current}, of a later day than {task.as_of}: the orders of this run are "
            "in its own folder only",
            latest=current,
        )
    elif current != name:
        task.runs.point(name)
        task.log.info("latest", f"latest is {name}", latest=name)


def _compute(task: Task, seconds: dict[str, float]) -> Night:
    from cds.cli.progress import watching
    from cds.inventory.night.compute import compute, effort_within
    from cds.inventory.reading import load

    asked, log = task.asked, task.log
    marks = [time.monotonic()]

    def done(stage: str) -> None:
        marks.append(time.monotonic())
        seconds[stage] = marks[-1] - marks[-2]
        log.info(stage, f"{stage}: {seconds[stage]:.1f} s", seconds=round(seconds[stage], 3))

    pharmacy, problems = load(task.folder, task.as_of)
    done("read")
    for problem in sorted(problems, key=lambda one: one.severity):
        log.warning(
            "problem", str(problem), severity=problem.severity, file=problem.file, row=problem.row
        )
    chosen: Effort = asked.effort  # type: ignore[assignment]  # checked by the command
    effort = effort_within(chosen, len(pharmacy.items), asked.deadline)
    if effort != asked.effort:
        log.warning("effort", f"forecasts are {effort}: the deadline is short", effort=effort)
    with watching(quiet=asked.quiet) as progress:
        night = compute(
            pharmacy,
            problems,
            effort=effort,
            horizon=None,
            scenarios=asked.scenarios,
            seed=asked.seed,
            budget=asked.budget,
            seconds_left=task.seconds_left,
            workers=asked.workers,
            done=done,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )
    if night.orders.violations:
        found = "; ".join(str(one) for one in night.orders.violations)
        raise RuntimeError(f"the orders fail their check: {found}")
    if night.orders.engine.rough:
        log.warning(
            "deadline",
            fill(
                "{count} [item was|items were] reckoned roughly: time ran out",
                count=len(night.orders.engine.rough),
            ),
            items=list(night.orders.engine.rough),
        )
    return night


def document(
    task: Task,
    state: State,
    name: str | None,
    manifest: dict[str, Any],
    changed: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """The ``cds.run/1`` document: what happened, where it lies, what a person must look at."""
    return {
        "schema": "cds.run/1",
        "cds_version": __version__,
        "generated_at": task.moment.isoformat(),
        "as_of": task.as_of.isoformat(),
        "state": state,
        "run": name,
        "folder": None if name is None else str(task.runs.folder / name),
        "latest": task.runs.latest(),
        "key": task.key,
        "orders": manifest["orders"],
        "solver": manifest["solver"],
        "needs_person": manifest["needs_person"],
        "warnings": manifest["warnings"],
        "changes": changed,
    }


def _show(
    task: Task,
    state: State,
    name: str | None,
    night: Night,
    before: str | None,
) -> int:
    """The result on stdout, and the exit code."""
    from cds.cli.inventory.run_files import change_entry, changes_since, make_manifest
    from cds.cli.output import terminal
    from cds.show.inventory.run import run_text

    manifest = make_manifest(task, night)
    found = changes_since(task, night, before)
    if task.asked.as_json:
        entries = None if found is None else [change_entry(night.pharmacy, one) for one in found]
        emit(json_text(document(task, state, name, manifest, entries)))
    else:
        emit(
            run_text(
                night.pharmacy,
                night.orders,
                found,
                before=before,
                folder=None if name is None else str(task.runs.folder / name),
                language=task.language,
                terminal=terminal(),
            )
        )
    look = manifest["needs_person"]
    if look:
        task.log.warning(
            "needs_person",
            fill("a person must look at {count} thing[|s]", count=len(look)),
            list=look,
            exit_code=LOOK,
        )
    return LOOK if look else 0
