"""What a run tells on stderr: JSON lines for a log, sentences for a person at a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from cds.cli import context
from cds.cli.output import warn

Level = Literal["info", "warning", "error"]


class RunLog:
    """Tells one event at a time. ``quiet`` keeps to errors."""

    def __init__(self, clock: Callable[[], datetime], *, quiet: bool) -> None:
        """``clock`` gives the time that stands with each event."""
        self._clock, self._quiet = clock, quiet
        self._for_person = context.is_terminal(sys.stderr)

    def info(self, event: str, message: str, **fields: object) -> None:
        """Something went as it should."""
        self._tell("info", event, message, fields)

    def warning(self, event: str, message: str, **fields: object) -> None:
        """A person may want to look."""
        self._tell("warning", event, message, fields)

    def error(self, event: str, message: str, **fields: object) -> None:
        """The run ends here without a result."""
        self._tell("error", event, message, fields)

    def _tell(self, level: Level, event: str, message: str, fields: dict[str, object]) -> None:
        if self._quiet and level != "error":
            return
        if self._for_person:
            warn(f"{level}: {message}" if level != "info" else message)
            return
        line = {
            "time": self._clock().isoformat(),
            "level": level,
            "event": event,
            "message": message,
            **fields,
        }
        sys.stderr.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        sys.stderr.flush()
