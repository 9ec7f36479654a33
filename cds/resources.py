"""Finds ``rules/``, ``models/`` and ``sample_data/``: a hospital's own first, then ours.

In a checkout (also an editable installation) they are the folders at its top;
in a wheel they travel as ``cds/_bundled/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cds.errors import InputError, Place

KINDS = ("rules", "models", "sample_data")

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Places:
    """Where a hospital keeps its own: the folder ``CDS_HOME``, and a ``cds.toml``."""

    home: Path | None = None
    settings: Path | None = None

    def folders(self, kind: str) -> tuple[Path, ...]:
        """The existing folders for ``kind``, the one that wins first.

        Raises InputError where a folder that was asked for by name is not there.
        """
        found: list[Path] = []
        if self.home is not None:
            if not self.home.is_dir():
                raise InputError("CDS_HOME names this folder; it does not exist", _at(self.home))
            found.append(self.home / kind)
        if self.settings is not None:
            found.extend(_from_settings(self.settings, kind))
        found.append(bundled(kind))
        return tuple(folder for folder in dict.fromkeys(found) if folder.is_dir())

    def named(self, kind: str, marker: str) -> dict[str, Path]:
        """Name → subfolder holding the file ``marker``, the hospital's own winning."""
        chosen: dict[str, Path] = {}
        for folder in self.folders(kind):
            for child in sorted(folder.iterdir()):
                if child.name not in chosen and (child / marker).is_file():
                    chosen[child.name] = child
        return dict(sorted(chosen.items()))


def bundled(kind: str) -> Path:
    """The folder that came with the program; it may be absent in a damaged installation."""
    inside = _PACKAGE / "_bundled" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def _from_settings(settings: Path, kind: str) -> list[Path]:
    import tomllib

    try:
        document = tomllib.loads(settings.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}", _at(settings)) from error
    folders = document.get("folders", {})
    value = folders.get(kind) if isinstance(folders, dict) else None
    if value is None:
        return []
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise InputError(
            "expected a folder's name or a list of them", Place(str(settings), f"folders.{kind}")
        )
    paths = [settings.resolve().parent / name for name in names]
    for path in paths:
        if not path.is_dir():
            raise InputError(
                f"the folder {path} does not exist", Place(str(settings), f"folders.{kind}")
            )
    return paths


def _at(path: Path) -> Place:
    return Place(str(path))
