"""Folders that hold one model: written whole, and every file verified by its SHA-256 before use."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cds.errors import InputError, Place

CHECKSUMS: Final = "checksums.json"


class ModelRefused(InputError):
    """A model folder is incomplete, altered, or of a version that cannot be read."""


def write_model(target: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a model folder so that a reader sees the old one or the new one, never a mixture.

    ``files`` maps file names to their content. Files that stood in the old folder
    and are not written stay.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        if target.is_dir():
            shutil.copytree(target, fresh, dirs_exist_ok=True)
        for name, content in files.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            (fresh / name).write_bytes(data)
        sums = {name: sha256((fresh / name).read_bytes()) for name in sorted(files)}
        (fresh / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
        fresh.chmod(0o755)
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_checksums(folder: Path) -> dict[str, Any]:
    """File name → SHA-256. Raises ModelRefused where there is no such table."""
    path = folder / CHECKSUMS
    try:
        sums = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelRefused("is missing; install the model again", Place(str(path))) from error
    except ValueError as error:
        raise ModelRefused(f"is not JSON: {error}", Place(str(path))) from error
    if not isinstance(sums, dict):
        raise ModelRefused("is not a table of checksums", Place(str(path)))
    return sums


def verified(folder: Path, name: str, checksums: Mapping[str, Any]) -> bytes:
    """The content of a file, which is what it was when the model was made.

    Raises ModelRefused where it is missing or another.
    """
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelRefused("is missing; install the model again", Place(str(path))) from error
    if checksums.get(name) != sha256(content):
        raise ModelRefused(
            "has been changed since the model was made (its SHA-256 is not the one in "
            f"{CHECKSUMS}); install the model again or retrain it",
            Place(str(path)),
        )
    return content


def sha256(content: bytes) -> str:
    """The SHA-256 of ``content`` in hexadecimal."""
    from hashlib import sha256 as digest

    return digest(content).hexdigest()


def _swap(fresh: Path, target: Path) -> None:
    """Put ``fresh`` in ``target``'s place; the old folder is removed last."""
    if not target.exists():
        fresh.rename(target)
        return
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)
