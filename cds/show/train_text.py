"""The summary of ``cds train`` as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds.show.layout import Terminal, clean, pad, wrap

_MEASURES = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "brier": "Brier score",
    "slope": "calibration slope",
    "intercept": "calibration in the large",
}
_VERDICTS = {
    "better": "Better than logistic regression on the same inputs.",
    "tie": "No better than logistic regression on the same inputs: the card says so.",
    "worse": "Worse than logistic regression on the same inputs: consider that instead.",
}


def train_text(summary: Mapping[str, Any], terminal: Terminal) -> str:
    """The ``cds.train/1`` document: what was trained, on what, and how well it does."""
    head = f"{summary['name']} {summary['version']}"
    lines = [
        f"{terminal.paint(head, 'bold')}  {clean(summary['folder'])}",
        f"{summary['rows']:,} rows, {summary['patients']:,} patients, "
        f"{summary['events']:,} with the outcome; calibrator: {summary['calibrator']}",
        *wrap(clean(summary["device_explanation"]), terminal.columns),
    ]
    for why, count in summary["excluded"].items():
        lines += wrap(f"left out {count:,}: {clean(why)}", terminal.columns)
    rows = [("cross-validated, 95 % interval", "model", "logistic regression")]
    for name, label in _MEASURES.items():
        if name in summary["measures"]:
            entry = summary["measures"][name]
            both = (_figures(entry["model"]), _figures(entry["logistic_regression"]))
            rows.append((label, *both))
    lines.append("")
    for first, second, third in rows:
        lines.append(f"{pad(first, 32)}{pad(second, 24)}{third}")
    verdict = _VERDICTS.get(summary["against_logistic_regression"], "")
    lines += ["", *([verdict] if verdict else []), "More in the folder's card.md."]
    return terminal.plain("\n".join(lines)) + "\n"


def _figures(numbers: Sequence[float | None] | None) -> str:
    if numbers is None or numbers[0] is None:
        return "–"
    value, low, high = numbers
    if low is None or high is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({low:.3f}–{high:.3f})"
