"""How commands write: JSON a person can read, warnings, the terminal's abilities."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from cds.cli import context
from cds.show.layout import Terminal


def json_text(content: object) -> str:
    """``content`` as JSON with one line for each innermost object; ends with a newline.

    The innermost objects and lists go through the fast encoder whole, which
    also keeps a result of thousands of contributions readable.
    """
    parts: list[str] = []
    _layout(content, "", parts)
    parts.append("\n")
    return "".join(parts)


def json_line(content: object) -> str:
    """``content`` as JSON on one line; ends with a newline."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


def emit(content: str) -> None:
    """Write ``content`` to stdout as UTF-8 whatever the locale, and flush it."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(content)
    else:
        sys.stdout.flush()
        buffer.write(content.encode("utf-8"))
    sys.stdout.flush()


def warn(message: str) -> None:
    """One message on stderr."""
    sys.stderr.write(f"cds: {message}\n")


def terminal() -> Terminal:
    """What standard output can show."""
    stream = sys.stdout
    return Terminal(
        columns=context.columns(stream),
        colour=context.wants_colour(stream),
        symbols=context.wants_symbols(stream),
    )


def _layout(content: object, indent: str, parts: list[str]) -> None:
    if not _holds_containers(content):
        parts.append(json.dumps(content, ensure_ascii=False, allow_nan=False))
        return
    inner = indent + "  "
    separator = "\n" + inner
    if isinstance(content, Mapping):
        parts.append("{")
        for key, member in content.items():
            parts.append(f"{separator}{json.dumps(str(key), ensure_ascii=False)}: ")
            _layout(member, inner, parts)
            separator = ",\n" + inner
        parts.append(f"\n{indent}}}")
        return
    assert isinstance(content, list | tuple)
    parts.append("[")
    for member in content:
        parts.append(separator)
        _layout(member, inner, parts)
        separator = ",\n" + inner
    parts.append(f"\n{indent}]")


def _holds_containers(content: Any) -> bool:
    members = content.values() if isinstance(content, Mapping) else content
    return isinstance(content, Mapping | list | tuple) and any(
        isinstance(member, Mapping | list | tuple) for member in members
    )
