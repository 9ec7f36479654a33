"""The ``cds.image_training/1`` document: what was trained, on what, and how good it is."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from cds import __version__
from cds.imaging.evaluation_document import evaluation_json
from cds.imaging.training.devices import Device
from cds.imaging.training.networks import parameters
from cds.imaging.training.train import Trained

SCHEMA: Final = "cds.image_training/1"


def train_document(trained: Trained, folder: str, device: Device) -> dict[str, Any]:
    """All of it; figures of the test split are null where there is none."""
    divided, contract = trained.divided, trained.contract
    splits = {}
    for split in ("train", "validation", "test"):
        counts = Counter(divided.truth[divided.rows(split)].tolist())
        splits[split] = {label: counts[place] for place, label in enumerate(divided.labels)}
    gate, calibration = contract.gate, contract.output.calibration
    return {
        "schema": SCHEMA,
        "cds_version": __version__,
        "model": contract.name,
        "model_version": contract.version,
        "model_sha256": contract.sha256,
        "folder": folder,
        "device": trained.fitted.device,
        "device_explanation": device.explanation,
        "network": trained.recipe.network.architecture,
        "size": trained.recipe.network.size,
        "parameters": parameters(trained.fitted.parts),
        "seed": trained.recipe.seed,
        "epochs": len(trained.fitted.epochs),
        "best_epoch": trained.fitted.best + 1,
        "pictures": splits,
        "left_out": int((divided.splits == "").sum()),
        "unreadable": [
            {"file": file, "reason": reason} for file, reason in divided.pictures.unreadable.items()
        ],
        "calibration": {
            "way": trained.calibrated.way,
            "slope": calibration.slope,
            "intercept": calibration.intercept,
        },
        "gate_threshold": None if gate is None else gate.threshold,
        "validation": evaluation_json(trained.validation),
        "test": None if trained.test is None else evaluation_json(trained.test),
    }
