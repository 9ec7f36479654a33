"""Keeps native libraries from writing where only results belong."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


class Overheard:
    """What was written while nobody should; set when the block ends."""

    text: str = ""

    def first_line(self) -> str:
        """The first line with something on it."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Catch what is written to file descriptors 1 and 2, by whatever language, in the block.

    Python's own ``sys.stdout`` may be anything; only the descriptors are turned aside, for the
    whole process.
    """
    heard = Overheard()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    with tempfile.TemporaryFile() as aside:
        kept = {number: _duplicate(number) for number in (1, 2)}
        try:
            for number, copy in kept.items():
                if copy is not None:
                    os.dup2(aside.fileno(), number)
            yield heard
        finally:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            for number, copy in kept.items():
                if copy is not None:
                    os.dup2(copy, number)
                    os.close(copy)
            aside.seek(0)
            heard.text = aside.read().decode("utf-8", "replace")


def _duplicate(number: int) -> int | None:
    try:
        return os.dup(number)
    except OSError:  # closed by the shell that started us
        return None
