"""``one_ahead`` changes when items are made, never which or in what order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cds.risk.ahead import one_ahead


@given(some.lists(some.one_of(some.none(), some.integers())))
def test_the_same_items_in_the_same_order(items: list[int | None]) -> None:
    assert list(one_ahead(iter(items))) == items


def test_an_error_comes_where_its_item_would_have() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    seen = []
    with pytest.raises(ValueError, match="the third"):
        for item in one_ahead(items()):
            seen.append(item)
    assert seen == [1, 2]


def test_whoever_stops_early_leaves_nothing_running() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    for item in one_ahead(items()):
        if item == 3:
            break
    assert len(made) <= 6
