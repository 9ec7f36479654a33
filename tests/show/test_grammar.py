"""Words agree with the number before them."""

from __future__ import annotations

import pytest

from cds.show.grammar import fill


@pytest.mark.parametrize(
    ("sentence", "values", "said"),
    [
        ("{count} [row|rows]", {"count": 1}, "1 row"),
        ("{count} [row|rows]", {"count": 2}, "2 rows"),
        ("{count} [row|rows]", {"count": 0}, "0 rows"),
        ("{count} [row|rows]", {"count": "1"}, "1 row"),
        ("{a} [day|days], {b} [item|items]", {"a": 1, "b": 3}, "1 day, 3 items"),
        ("{share:.0%} of {n} [film|films] [is|are] bad", {"share": 0.5, "n": 1}, "50% of 1 film is bad"),
        ("no blank [at all]", {}, "no blank [at all]"),
    ],
)  # fmt: skip
def test_agrees(sentence: str, values: dict[str, object], said: str) -> None:
    assert fill(sentence, **values) == said


def test_a_value_with_brackets_is_left_alone() -> None:
    assert fill("{name}: {count} [row|rows]", name="[a|b]", count=1) == "[a|b]: 1 row"
