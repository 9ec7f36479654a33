"""Sentences that only rosters need, about absences and wishes, in English and Chinese."""

from __future__ import annotations

ROSTER_TEXTS: dict[str, tuple[str, str]] = {
    "absent_mark": ("(A)", "(缺)"),
    "absent": ("absent", "缺勤"),
    "absent_meaning": (
        "cannot come: cds roster repair calls in nobody who is absent",
        "缺勤：cds roster repair 不会安排缺勤的人",
    ),
    # The title of the rule in costs and in what is broken, where "wishes" alone reads as granted.
    "rule_wishes": ("wishes not met", "未满足的愿望"),
}
