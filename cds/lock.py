"""One at a time: a lock of the operating system, which no stopped process can leave behind."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cds.errors import InputError, Place

LOCK: Final = ".lock"
HOLDER: Final = ".lock.holder.json"


class HeldError(Exception):
    """Another process holds the lock; ``holder`` is what it said of itself, empty if nothing."""

    def __init__(self, holder: Mapping[str, Any]) -> None:
        super().__init__("another run holds the lock")
        self.holder = holder


@contextmanager
def held(folder: Path, holder: Mapping[str, Any]) -> Iterator[None]:
    """Hold the lock of ``folder``, saying ``holder`` to those who ask for it meanwhile.

    The lock ends with the process, however that ends; the files it leaves mean nothing. Raises
    ``HeldError`` at once where another process holds it, and InputError where the folder cannot
    be written to or its file system has no locks.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise HeldError(_read(folder / HOLDER)) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be locked: {reason}", Place(str(folder))) from error
    try:
        _say(folder / HOLDER, holder)
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _say(path: Path, holder: Mapping[str, Any]) -> None:
    try:
        path.write_text(json.dumps(dict(holder), ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written to: {reason}", Place(str(path.parent))) from error


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # it has the lock and has not said so yet
    return found if isinstance(found, dict) else {}
