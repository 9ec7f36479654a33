"""Names for files whose names nobody typed: they take no other file's place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cds.cli.image.input import Meant


@dataclass(slots=True)
class FreeNames:
    """What may be written without having been named on the command line.

    ``inputs``: what is read. ``typed``: what is written because it was named. ``given``: the
    files that this run has named by itself so far.
    """

    inputs: Meant = field(default_factory=lambda: Meant(()))
    typed: tuple[Path, ...] = ()
    given: set[Path] = field(default_factory=set)

    def free(self, path: Path) -> bool:
        """Whether ``path`` is no file yet, or only an earlier run's result."""
        from cds.cli.image.own_results import is_own_result

        wanted = path.resolve()
        if wanted in self.given or wanted in {typed.resolve() for typed in self.typed}:
            return False
        if self.inputs.reads(path):
            return False
        return not os.path.lexists(path) or is_own_result(path)

    def give(self, paths: Iterable[Path]) -> None:
        """``paths`` are written in this run: nothing else of it may bear their names."""
        self.given.update(path.resolve() for path in paths)
