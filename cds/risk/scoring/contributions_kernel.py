"""The compiled walk behind ``contributions``: see there for what it computes and why."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cds.risk.scoring.compiled import compiled
from cds.risk.scoring.contributions_layout import (
    AT_MOST,
    IN_SET,
    NOT_ABOVE,
    ZERO_LEFT,
    ForestLayout,
)
from cds.risk.scoring.tree_model import ZERO_THRESHOLD

Floats = npt.NDArray[np.float64]


@compiled
def add_contributions(
    forest: ForestLayout,
    nodes: Floats,
    node_weights: Floats,
    rows: Floats,
    block: int,
    result: Floats,
) -> None:
    """Write the contributions of ``rows`` (n, features) into ``result`` (n, features + 1).

    The last column is left as it is. ``nodes[p, :p]`` are the points of the
    quadrature rule of ``p`` points on (0, 1) and ``node_weights`` its weights.
    ``block`` rows are walked together, column-wise.
    """
    count, features = rows.shape
    splits, slots = 1, 2
    for tree in range(len(forest.start) - 1):
        splits = max(splits, forest.start[tree + 1] - forest.start[tree])
    for slot in forest.slot:
        slots = max(slots, 2 * (slot // 2 + 1) + 2)
    values = np.zeros((features, block))
    sums = np.zeros((features, block))
    surprise = np.empty((splits, block))
    difference = np.empty((splits, block))
    scratch = np.empty((slots, block))
    for first in range(0, count, block):
        size = min(block, count - first)
        for row in range(size):
            for feature in range(features):
                value = rows[first + row, feature]
                # LightGBM takes what is this near to zero for zero.
                values[feature, row] = 0.0 if abs(value) <= ZERO_THRESHOLD else value
        sums[:] = 0.0
        for tree in range(len(forest.start) - 1):
            if forest.start[tree + 1] == forest.start[tree]:
                continue
            _decide(forest, tree, values, surprise)
            points = forest.points[tree]
            for point in range(points):
                present = nodes[points, point]
                _expect(forest, tree, present, surprise, difference, scratch)
                scratch[0, :] = node_weights[points, point]
                _share_out(forest, tree, present, surprise, difference, scratch, sums)
        for row in range(size):
            for feature in range(features):
                result[first + row, feature] = sums[feature, row]


@compiled
def _decide(forest: ForestLayout, tree: int, values: Floats, surprise: Floats) -> None:
    """Per split and row: 1 or 0 for left or right, less the share that went left.

    It is 0 where the row has left the path by an earlier split on the feature.
    """
    first = forest.start[tree]
    for place in range(forest.start[tree + 1] - first):
        split = first + place
        rule, threshold = forest.rule[split], forest.threshold[split]
        right = -forest.left_share[split]
        left = 1.0 - forest.left_share[split]
        value, out = values[forest.feature[split]], surprise[place]
        if rule == AT_MOST:
            for row in range(len(out)):
                out[row] = left if value[row] <= threshold else right
        elif rule == NOT_ABOVE:
            for row in range(len(out)):
                out[row] = right if value[row] > threshold else left
        elif rule == IN_SET:
            start = forest.category_start[split]
            top = 32.0 * forest.category_length[split]
            for row in range(len(out)):
                out[row] = right
                if value[row] > -1.0 and value[row] < top:  # LightGBM cuts off the fraction
                    category = int(value[row])
                    word = forest.category_words[start + (category >> 5)]
                    if (word >> np.uint32(category & 31)) & np.uint32(1):
                        out[row] = left
        else:
            otherwise = left if rule == ZERO_LEFT else right
            for row in range(len(out)):
                if value[row] > 0.0 or value[row] < 0.0:
                    out[row] = left if value[row] <= threshold else right
                else:
                    out[row] = otherwise
        if forest.earlier[split] >= 0:
            before = surprise[forest.earlier[split]]
            if forest.earlier_left[split]:
                for row in range(len(out)):
                    out[row] = out[row] if before[row] > 0.0 else 0.0
            else:
                for row in range(len(out)):
                    out[row] = out[row] if before[row] < 0.0 else 0.0


@compiled
def _expect(
    forest: ForestLayout,
    tree: int,
    present: float,
    surprise: Floats,
    difference: Floats,
    expected: Floats,
) -> None:
    """Upwards: each split's expected value below, and its left less its right child's."""
    first, first_leaf = forest.start[tree], forest.leaf_start[tree]
    for place in range(forest.start[tree + 1] - first - 1, -1, -1):
        split = first + place
        left, right = forest.left[split], forest.right[split]
        share = forest.left_share[split]
        weight = forest.weight[split]
        known = present / (present + (1.0 - present) * weight) if weight != 1.0 else present
        deeper = 2 * (forest.slot[split] // 2 + 1)
        out, gap, news = expected[forest.slot[split]], difference[place], surprise[place]
        if left < 0 and right < 0:
            right_leaf = forest.leaf_value[first_leaf + ~right]
            leaf_gap = forest.leaf_value[first_leaf + ~left] - right_leaf
            for row in range(len(out)):
                out[row] = right_leaf + (share + known * news[row]) * leaf_gap
        elif left < 0:
            left_leaf, from_right = forest.leaf_value[first_leaf + ~left], expected[deeper + 1]
            for row in range(len(out)):
                step = left_leaf - from_right[row]
                gap[row] = step
                out[row] = from_right[row] + (share + known * news[row]) * step
        elif right < 0:
            from_left, right_leaf = expected[deeper], forest.leaf_value[first_leaf + ~right]
            for row in range(len(out)):
                step = from_left[row] - right_leaf
                gap[row] = step
                out[row] = right_leaf + (share + known * news[row]) * step
        else:
            from_left, from_right = expected[deeper], expected[deeper + 1]
            for row in range(len(out)):
                step = from_left[row] - from_right[row]
                gap[row] = step
                out[row] = from_right[row] + (share + known * news[row]) * step


@compiled
def _share_out(
    forest: ForestLayout,
    tree: int,
    present: float,
    surprise: Floats,
    difference: Floats,
    reach: Floats,
    sums: Floats,
) -> None:
    """Downwards: each split's derivative by its feature's presence, into that feature's sum.

    ``reach[0]`` holds the quadrature weight; a split's ``reach`` is that times
    the probability of coming to it.
    """
    first, first_leaf = forest.start[tree], forest.leaf_start[tree]
    for place in range(forest.start[tree + 1] - first):
        split = first + place
        left, right = forest.left[split], forest.right[split]
        share = forest.left_share[split]
        known, slope = present, 1.0
        if forest.weight[split] != 1.0:
            possible = present + (1.0 - present) * forest.weight[split]
            known = present / possible
            slope = forest.weight[split] / (possible * possible)
        deeper = 2 * (forest.slot[split] // 2 + 1)
        here, gap, news = reach[forest.slot[split]], difference[place], surprise[place]
        out = sums[forest.feature[split]]
        if left < 0 and right < 0:
            leaves = forest.leaf_value
            leaf_gap = slope * (leaves[first_leaf + ~left] - leaves[first_leaf + ~right])
            for row in range(len(out)):
                out[row] += here[row] * leaf_gap * news[row]
        elif left < 0:
            to_right = reach[deeper + 1]
            for row in range(len(out)):
                out[row] += here[row] * slope * gap[row] * news[row]
                to_right[row] = here[row] - (share + known * news[row]) * here[row]
        elif right < 0:
            to_left = reach[deeper]
            for row in range(len(out)):
                out[row] += here[row] * slope * gap[row] * news[row]
                to_left[row] = (share + known * news[row]) * here[row]
        else:
            to_left, to_right = reach[deeper], reach[deeper + 1]
            for row in range(len(out)):
                out[row] += here[row] * slope * gap[row] * news[row]
                going_left = (share + known * news[row]) * here[row]
                to_left[row] = going_left
                to_right[row] = here[row] - going_left
