"""An imaging model among the installed ones, for ``cds models``."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def imaging_entry(name: str, folder: Path, language: str, *, whole: bool) -> dict[str, Any]:
    """One entry of ``models``; a model that cannot be read has its problems and no words."""
    from cds.errors import InputError
    from cds.imaging.contract.folder import CARD, open_folder, verify
    from cds.show.image.words import worded

    problems = verify(folder)
    entry: dict[str, Any] = {
        "name": name,
        "kind": "imaging",
        "version": "",
        "outcome": "",
        "purpose": "",
        "not_for": "",
        "folder": str(folder),
        "verified": not problems,
        "problems": problems,
    }
    try:
        contract = open_folder(folder).contract
    except InputError:
        return entry
    labels = contract.output.labels
    entry["version"] = contract.version
    entry["outcome"] = ", ".join(
        worded({"en": label.name, **label.title}, language) for label in labels
    )
    entry["purpose"] = worded(contract.purpose, language)
    entry["not_for"] = worded(contract.not_for, language)
    if whole:
        scope, intake = contract.scope, contract.intake
        made_for = [*scope.modalities, *scope.body_parts, *scope.views]
        if scope.ages:
            made_for.append("ages {:g}-{:g}".format(*scope.ages))
        size = f"{intake.height} x {intake.width}"
        label = ", ".join([*made_for, size])
        entry["inputs"] = [{"feature": intake.name, "label": label, "unit": None}]
        entry["trained_on"] = dict(contract.source)
        card = folder / CARD
        entry["card"] = card.read_text(encoding="utf-8") if card.is_file() else ""
    return entry
