"""Which sentence says how far to believe a map of where the model looked, and its numbers."""

from __future__ import annotations

from cds.imaging.result import Heatmap


def heat_verdict(heatmap: Heatmap) -> str:
    """The key of the sentence: ``heat_better``, or why the map shows nothing."""
    if heatmap.better:
        return "heat_better"
    if heatmap.as_good is None:
        return "heat_flat"
    return "heat_worse" if heatmap.as_good else "heat_no_fall"


def heat_numbers(heatmap: Heatmap) -> dict[str, float | int | None]:
    """What the sentences name."""
    return {
        "score": heatmap.faithfulness,
        "chance": heatmap.chance,
        "as_good": heatmap.as_good,
        "orders": heatmap.orders,
    }
