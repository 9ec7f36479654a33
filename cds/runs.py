"""A folder of results, one folder a run: built aside, renamed when whole, pointed to last.

A reader sees a run whole or not at all, whenever the writer is stopped. ``latest`` is a symbolic
link to the run to be used, or a text file with its name where links are impossible.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cds.errors import InputError, Place

LATEST: Final = "latest"
_ASIDE: Final = ".tmp"
_RUN: Final = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}(-\d+)?")


@dataclass(frozen=True, slots=True)
class Runs:
    """The folder that holds the runs. All writing is for whoever holds its lock."""

    folder: Path

    def find(self, name: str) -> str | None:
        """The newest whole run of this name: ``NAME``, or where it was repeated ``NAME-2``, … ."""
        found = None
        for attempt in self._attempts(name):
            if not (self.folder / attempt).is_dir():
                break
            found = attempt
        return found

    def latest(self) -> str | None:
        """The name of the run that ``latest`` points to; None where there is none."""
        pointer = self.folder / LATEST
        try:
            if pointer.is_symlink():
                name = pointer.readlink().name
            elif pointer.is_file():
                name = pointer.read_text(encoding="utf-8").strip()
            else:
                return None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot be read: {error}; expected a run's name", _at(pointer)
            ) from error
        return name if _RUN.fullmatch(name) and (self.folder / name).is_dir() else None

    def newest(self, day: date) -> str | None:
        """The run to compare one of ``day`` with: ``latest``, or the newest of no later day.

        ``latest`` may be of a later day, when a day is made up for; then it is of the days until
        ``day`` the newest, of one day the one written last. None where there is none.
        """
        latest, until = self.latest(), day.isoformat()
        if latest is None or day_of(latest) <= until:
            return latest
        found = [
            path
            for path in self.folder.iterdir()
            if _RUN.fullmatch(path.name) and path.is_dir() and day_of(path.name) <= until
        ]
        last = max(
            found, key=lambda path: (day_of(path.name), path.stat().st_mtime_ns), default=None
        )
        return None if last is None else last.name

    def prepare(self) -> None:
        """Make the folder; raises InputError where that cannot be done."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def clean(self) -> list[str]:
        """Remove what stopped runs left; the names removed."""
        left = [
            path
            for path in self.folder.iterdir()
            if path.name == LATEST + _ASIDE
            or (path.name.endswith(_ASIDE) and _RUN.fullmatch(path.name.removesuffix(_ASIDE)))
        ]
        try:
            for path in left:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return sorted(path.name for path in left)

    def publish(
        self, name: str, write: Callable[[Path], None], *, unlike: tuple[str, ...] = ()
    ) -> tuple[str, bool]:
        """The run that ``write`` fills: its name, and whether it is new.

        Where there is one of this name already, and all files but those of the folders
        ``unlike`` have the same bytes, that one stays and the new one goes; where they differ
        the new one is named ``NAME-2`` and so on. Raises InputError where the disk is full or
        nothing may be written; then nothing is left of the new run.
        """
        aside = self.folder / (name + _ASIDE)
        try:
            aside.mkdir()
            write(aside)
            before = self.find(name)
            if before is not None and _same(self.folder / before, aside, unlike):
                shutil.rmtree(aside)
                return before, False
            free = next(one for one in self._attempts(name) if not (self.folder / one).exists())
            _sync(aside)
            aside.rename(self.folder / free)
            _sync_folder(self.folder)
        except OSError as error:
            _discard(aside)
            raise _unwritable(self.folder, error) from error
        except BaseException:
            _discard(aside)
            raise
        return free, True

    def point(self, name: str) -> None:
        """Let ``latest`` be this run, in one step."""
        pointer, aside = self.folder / LATEST, self.folder / (LATEST + _ASIDE)
        if pointer.is_dir() and not pointer.is_symlink():
            raise InputError("is a folder; expected a link or a file to the run", _at(pointer))
        try:
            aside.unlink(missing_ok=True)
            try:
                aside.symlink_to(name, target_is_directory=True)
            except (OSError, NotImplementedError):  # some file systems, and Windows, have no links
                with aside.open("w", encoding="utf-8") as stream:
                    stream.write(name + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())
            aside.replace(pointer)
            _sync_folder(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    @staticmethod
    def _attempts(name: str):  # type: ignore[no-untyped-def]
        yield name
        number = 2
        while True:
            yield f"{name}-{number}"
            number += 1


def day_of(name: str) -> str:
    """The day that a run is for, as its name begins: ``2026-11-30``."""
    return name[:10]


def files_of(folder: Path) -> list[Path]:
    """All files under the folder, as paths relative to it, sorted."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _same(one: Path, other: Path, unlike: tuple[str, ...]) -> bool:
    def kept(folder: Path) -> list[Path]:
        return [path for path in files_of(folder) if path.parts[0] not in unlike]

    names = kept(one)
    return names == kept(other) and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in names
    )


def _sync(folder: Path) -> None:
    """Let the disk have every file and folder before anybody is told of them."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            _sync_folder(path)
        else:
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(f"cannot be written to: {reason}; nothing was changed", _at(folder))


def _at(path: Path) -> Place:
    return Place(str(path))
