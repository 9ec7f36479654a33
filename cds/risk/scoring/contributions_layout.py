"""A model's trees in the order in which the contributions kernel walks them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cds.risk.scoring.compiled import compiled
from cds.risk.scoring.tree_model import MISSING_NONE, MISSING_ZERO, TreeModel

# How a split sends a row to the left.
AT_MOST = 0  # value <= threshold; a missing value goes right
NOT_ABOVE = 1  # not value > threshold; a missing value goes left
ZERO_RIGHT = 2  # value <= threshold; zero and missing go right
ZERO_LEFT = 3  # value <= threshold; zero and missing go left
IN_SET = 4  # the category is in the split's bit set; a missing value goes right


class ForestLayout(NamedTuple):
    """Splits of all trees, each tree in pre-order (a split, its left part, its right part).

    ``left`` and ``right``: a child's place within its tree, or ``~leaf``.
    ``left_share``: the share of the split's training rows that went left.
    ``earlier``: the place of the nearest split above on the same feature (-1 for
    none), ``earlier_left``: on its left side? ``weight``: the product of the
    shares of that feature's edges above (1 for none). ``slot``: which buffer
    holds the split's intermediate values; its children's are one level deeper.
    ``points``: per tree, how many quadrature points make it exact.
    """

    start: npt.NDArray[np.int32]
    leaf_start: npt.NDArray[np.int32]
    points: npt.NDArray[np.int32]
    rule: npt.NDArray[np.uint8]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float64]
    category_start: npt.NDArray[np.int32]
    category_length: npt.NDArray[np.int32]
    category_words: npt.NDArray[np.uint32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    left_share: npt.NDArray[np.float64]
    earlier: npt.NDArray[np.int32]
    earlier_left: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]
    slot: npt.NDArray[np.int32]
    leaf_value: npt.NDArray[np.float64]


def lay_out(model: TreeModel) -> ForestLayout:
    """The model's splits in walking order, with what the kernel asks of each."""
    order, left, right, left_share, earlier, earlier_left, weight, slot, points = _walk(
        model.node_start,
        model.leaf_start,
        model.split_feature,
        model.left_child,
        model.right_child,
        model.node_count,
        model.leaf_count,
    )
    return ForestLayout(
        start=model.node_start,
        leaf_start=model.leaf_start,
        points=points,
        rule=_rules(model)[order],
        feature=model.split_feature[order],
        threshold=model.threshold[order],
        category_start=model.category_start[order],
        category_length=model.category_length[order],
        category_words=model.category_words,
        left=left,
        right=right,
        left_share=left_share,
        earlier=earlier,
        earlier_left=earlier_left,
        weight=weight,
        slot=slot,
        leaf_value=model.leaf_value,
    )


def _rules(model: TreeModel) -> npt.NDArray[np.uint8]:
    """Missing value and comparison of each split in one of five rules.

    Where a feature had no missing value in training, LightGBM reads one as 0.
    """
    missing = model.missing_type
    missing_left = np.where(missing == MISSING_NONE, model.threshold >= 0, model.default_left)
    rule = np.where(missing_left, NOT_ABOVE, AT_MOST)
    zero_rule = np.where(model.default_left, ZERO_LEFT, ZERO_RIGHT)
    rule = np.where(missing == MISSING_ZERO, zero_rule, rule)
    return np.where(model.is_categorical, IN_SET, rule).astype(np.uint8)


@compiled
def _walk(
    start: npt.NDArray[np.int32],
    leaf_start: npt.NDArray[np.int32],
    feature: npt.NDArray[np.int32],
    left_child: npt.NDArray[np.int32],
    right_child: npt.NDArray[np.int32],
    node_count: npt.NDArray[np.int64],
    leaf_count: npt.NDArray[np.int64],
) -> tuple[
    npt.NDArray[np.int32],
    npt.NDArray[np.int32],
    npt.NDArray[np.int32],
    npt.NDArray[np.float64],
    npt.NDArray[np.int32],
    npt.NDArray[np.bool_],
    npt.NDArray[np.float64],
    npt.NDArray[np.int32],
    npt.NDArray[np.int32],
]:
    total = len(feature)
    order = np.empty(total, np.int32)
    left = np.empty(total, np.int32)
    right = np.empty(total, np.int32)
    left_share = np.empty(total, np.float64)
    earlier = np.full(total, -1, np.int32)
    earlier_left = np.zeros(total, np.bool_)
    weight = np.ones(total, np.float64)
    slot = np.empty(total, np.int32)
    points = np.zeros(len(start) - 1, np.int32)
    parent = np.empty(total, np.int32)
    is_left = np.zeros(total, np.bool_)
    distinct = np.empty(total, np.int32)  # features on the path, this split's included
    # Splits to visit: the node, the place of its parent, whether it is a left child.
    pending = np.empty((total + 1, 3), np.int32)
    for tree in range(len(start) - 1):
        first, first_leaf = start[tree], leaf_start[tree]
        if start[tree + 1] == first:
            continue
        pending[0, 0], pending[0, 1], pending[0, 2] = 0, -1, 0
        waiting = 1
        place = 0
        while waiting > 0:
            waiting -= 1
            node = first + pending[waiting, 0]
            above = pending[waiting, 1]
            here = first + place
            order[here] = node
            parent[here] = above
            is_left[here] = pending[waiting, 2] == 1
            slot[here] = 0
            distinct[here] = 1
            if above >= 0:
                if is_left[here]:
                    left[first + above] = place
                else:
                    right[first + above] = place
                slot[here] = 2 * (slot[first + above] // 2 + 1) + (0 if is_left[here] else 1)
                # The nearest split on the same feature, and the side we are on.
                under = place
                while above >= 0 and feature[order[first + above]] != feature[node]:
                    under = above
                    above = parent[first + above]
                distinct[here] = distinct[first + parent[here]] + (1 if above < 0 else 0)
                if above >= 0:
                    share = left_share[first + above]
                    earlier[here] = above
                    earlier_left[here] = is_left[first + under]
                    weight[here] = weight[first + above] * (
                        share if earlier_left[here] else 1.0 - share
                    )
            left_node, right_node = left_child[node], right_child[node]
            if left_node >= 0:
                left_rows = node_count[first + left_node]
            else:
                left_rows = leaf_count[first_leaf + ~left_node]
            left_share[here] = left_rows / node_count[node]
            # A Gauss-Legendre rule of p points is exact up to degree 2 p - 1; a path of
            # d features asks for degree d - 1.
            points[tree] = max(points[tree], (distinct[here] + 1) // 2)
            if right_node < 0:
                right[here] = right_node
            else:
                pending[waiting, 0], pending[waiting, 1], pending[waiting, 2] = right_node, place, 0
                waiting += 1
            if left_node < 0:
                left[here] = left_node
            else:
                pending[waiting, 0], pending[waiting, 1], pending[waiting, 2] = left_node, place, 1
                waiting += 1
            place += 1
    return order, left, right, left_share, earlier, earlier_left, weight, slot, points
