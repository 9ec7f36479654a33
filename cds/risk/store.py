"""Model folders: written whole, verified before use.

``models/NAME/`` holds ``recipe.toml`` (how it was made), ``model.txt``
(LightGBM), ``predictor.json`` (everything else that a prediction needs),
``card.md`` (what is known about it) and ``checksums.json`` (SHA-256 of each).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cds.errors import InputError, Place
from cds.risk.predictor import SCHEMA, Predictor

if TYPE_CHECKING:
    from cds.risk.scoring import Scorer

MODEL, PREDICTOR, CARD, RECIPE = "model.txt", "predictor.json", "card.md", "recipe.toml"
CHECKSUMS = "checksums.json"


class ModelRefused(InputError):
    """A model folder is incomplete, altered, or of a version that cannot be read."""


def load_predictor(folder: Path) -> Predictor:
    """The model in ``folder``, its ``predictor.json`` verified now, its trees when first used.

    Raises ModelRefused, naming the file and what to do.
    """
    checksums = _checksums(folder)
    content = _verified(folder, PREDICTOR, checksums)
    try:
        document = json.loads(content)
    except ValueError as error:
        raise ModelRefused(f"is not JSON: {error}", Place(str(folder / PREDICTOR))) from error
    if document.get("schema") != SCHEMA:
        raise ModelRefused(
            f"has schema {document.get('schema')!r}; this version of cds reads {SCHEMA!r}",
            Place(str(folder / PREDICTOR)),
        )

    def open_scorer() -> Scorer:
        from cds.risk.scoring import load_scorer

        return load_scorer(_verified(folder, MODEL, checksums).decode("utf-8"))

    return Predictor(document, open_scorer)


def verified_recipe(folder: Path) -> Path:
    """The model's recipe file, which says how tables are read.

    Raises ModelRefused where it is not the one the model was made by.
    """
    _verified(folder, RECIPE, _checksums(folder))
    return folder / RECIPE


def verify(folder: Path) -> list[str]:
    """What is wrong with a model folder, in words; empty where every checksum holds."""
    try:
        checksums = _checksums(folder)
    except ModelRefused as error:
        return [str(error)]
    problems = []
    for name in sorted({MODEL, PREDICTOR, CARD, RECIPE} | checksums.keys()):
        try:
            _verified(folder, name, checksums)
        except ModelRefused as error:
            problems.append(str(error))
    return problems


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
        sums = {name: _sha256((fresh / name).read_bytes()) for name in sorted(files)}
        (fresh / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
        fresh.chmod(0o755)
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


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


def _checksums(folder: Path) -> dict[str, Any]:
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


def _verified(folder: Path, name: str, checksums: Mapping[str, Any]) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelRefused("is missing; install the model again", Place(str(path))) from error
    if checksums.get(name) != _sha256(content):
        raise ModelRefused(
            "has been changed since the model was made (its SHA-256 is not the one in "
            f"{CHECKSUMS}); install the model again or retrain it",
            Place(str(path)),
        )
    return content


def _sha256(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()
