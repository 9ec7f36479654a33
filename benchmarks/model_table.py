"""The table of models in docs/clinicians.md, written from what each model's files say.

python -m benchmarks.model_table
"""

from __future__ import annotations

import json
from pathlib import Path

MODELS = Path(__file__).parent.parent / "models"


def rows() -> list[str]:
    """One Markdown row a model, in order of name."""
    lines = []
    for path in sorted(MODELS.glob("*/predictor.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        auroc = document["performance"]["auroc"]
        made = document["trained_on"]
        lines.append(
            f"| [{document['name']}](../models/{document['name']}/card.md) "
            f"| {document['outcome']['en']} "
            f"| {document['source']['title']}; {made['rows']:,} rows, "
            f"{made['patients']:,} patients "
            f"| {auroc['value']:.3f} ({auroc['lo']:.3f}–{auroc['hi']:.3f}) |"
        )
    return lines


if __name__ == "__main__":
    print("\n".join(rows()))
