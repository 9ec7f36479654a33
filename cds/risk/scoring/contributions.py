"""Exact contributions (path-dependent SHAP values) of every row of a table.

The values are those of LightGBM's ``pred_contrib`` (Lundberg et al. 2020,
Nature Machine Intelligence 2:56, "tree_path_dependent"), many times faster on a
table. LightGBM redoes the combinatorics for each row and leaf; we use Owen's
formula (Owen 1972, Management Science 18:64): let each feature be present on
its own with probability t, and let f(t) be the expected score. Then feature i's
Shapley value is the integral over t from 0 to 1 of df/dt_i, the derivative by
that feature's presence alone.

At a split, a row goes left with the probability

    share + known · (goes left - share),

where ``share`` is the share of training rows that went left and ``known`` the
probability that the feature is present: t at its first split on a path, and
t / (t + (1 - t) · weight) at a later one, given that the row has come so far
(``weight``: the product of that feature's shares on the path). So f is one sum
upwards through the tree and its derivatives one walk downwards, plain
arithmetic over a block of rows. The derivative is a polynomial in t of a degree
below the number d of features on a path, which Gauss-Legendre quadrature with
d / 2 points integrates exactly, at any depth, with nothing tabulated. The same
idea is in Quadrature-TreeSHAP (Wettenstein, Mitchell and Yu 2026, arXiv
2605.04497). Tables of each leaf's values by which of its conditions hold (Fast
TreeSHAP v2, Yang 2021, arXiv 2109.09847) are the other way to be fast; they
double with every feature on the path.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cds.risk.scoring import Scorer, load_scorer
from cds.risk.scoring.tree_model import ModelTextError, TreeModel, parse_tree_model

if TYPE_CHECKING:
    from cds.risk.scoring.contributions_layout import ForestLayout

Floats = npt.NDArray[np.float64]

# Up to here LightGBM is done before our machine code is loaded.
SMALL_TABLE = 200
# Rows copied at a time, and rows walked together: two megabytes of buffers for 31 leaves.
_CHUNK_ROWS = 65_536
_BLOCK_ROWS = 256
_BUFFER_VALUES = 2**20


def contributions_of(scorer: Scorer, rows: Floats, threads: int = 1) -> Floats:
    """Contributions of a table's rows by ``scorer``'s model: exact, by the fastest way.

    ``rows`` is (n, num_features), NaN missing; the result (n, num_features + 1)
    has the base value in its last column, and each row adds up to its raw score.
    """
    if len(rows) <= SMALL_TABLE:
        return scorer.contributions_array(np.ascontiguousarray(rows, np.float64), threads)
    try:
        model = _parsed(scorer.text)
    except ModelTextError:  # LightGBM knows kinds of trees that we do not
        return scorer.contributions_array(np.ascontiguousarray(rows, np.float64), threads)
    return contributions_table(model, rows, threads)


def contributions_table(model: TreeModel, rows: Floats, threads: int = 1) -> Floats:
    """Exact SHAP values (n, num_features + 1) of ``rows`` (n, num_features).

    NaN is missing; the last column is the base value. Memory beyond the result
    is bounded, whatever the number of rows and the depth of the trees. Where
    numba is missing, for a few rows, and for a model whose trees do not say how
    many training rows went where, LightGBM itself does the work.
    Raises ValueError for rows of another width.
    """
    if rows.ndim != 2 or rows.shape[1] != model.num_features:
        raise ValueError(f"rows have shape {rows.shape}, expected (n, {model.num_features})")
    if threads < 1:
        raise ValueError(f"threads is {threads}, expected at least 1")
    if len(rows) <= SMALL_TABLE or find_spec("numba") is None or not counts_agree(model):
        scorer = load_scorer(model.text)
        try:
            return scorer.contributions_array(np.ascontiguousarray(rows, np.float64), threads)
        finally:
            scorer.close()
    return _walk_table(model, rows, threads)


def base_value(model: TreeModel) -> float:
    """The mean raw score over the training rows that the trees' counts tell of."""
    total = 0.0
    for tree in range(model.num_trees):
        leaves = slice(model.leaf_start[tree], model.leaf_start[tree + 1])
        counts = model.leaf_count[leaves]
        single = len(counts) == 1
        shares = np.ones(1) if single else counts / model.node_count[model.node_start[tree]]
        total += float((shares * model.leaf_value[leaves]).sum())
    return total


def counts_agree(model: TreeModel) -> bool:
    """Has every child training rows, and has every split as many as its children?"""
    splits = np.diff(model.node_start)
    first = np.repeat(model.node_start[:-1], splits)
    first_leaf = np.repeat(model.leaf_start[:-1], splits)
    below = np.zeros(len(first), np.int64)
    for child in (model.left_child, model.right_child):
        is_leaf = child < 0
        rows = np.empty(len(child), np.int64)
        rows[is_leaf] = model.leaf_count[(first_leaf + ~child)[is_leaf]]
        rows[~is_leaf] = model.node_count[(first + child)[~is_leaf]]
        if (rows <= 0).any():
            return False
        below += rows
    return bool(np.array_equal(below, model.node_count))


def _walk_table(model: TreeModel, rows: Floats, threads: int) -> Floats:
    from cds.risk.scoring.contributions_kernel import add_contributions

    forest = _laid_out(model)
    nodes, weights = _quadrature(set(forest.points.tolist()))
    deepest = int(np.diff(model.node_start).max(initial=1))
    block = max(16, min(_BLOCK_ROWS, _BUFFER_VALUES // deepest))
    result = np.empty((len(rows), model.num_features + 1))
    result[:, -1] = base_value(model)

    def walk(start: int) -> None:
        chunk = slice(start, start + step)
        values = np.ascontiguousarray(rows[chunk], np.float64)
        add_contributions(forest, nodes, weights, values, block, result[chunk])

    step = min(_CHUNK_ROWS, -(-len(rows) // threads))
    with ThreadPoolExecutor(threads) as pool:  # the kernel runs without the interpreter's lock
        list(pool.map(walk, range(0, len(rows), step)))
    return result


@lru_cache(maxsize=4)
def _parsed(text: str) -> TreeModel:
    return parse_tree_model(text)


@lru_cache(maxsize=4)
def _laid_out(model: TreeModel) -> ForestLayout:
    from cds.risk.scoring.contributions_layout import lay_out

    return lay_out(model)


def _quadrature(sizes: set[int]) -> tuple[Floats, Floats]:
    """Gauss-Legendre rules on (0, 1): row ``p`` holds that of ``p`` points."""
    largest = max(sizes, default=0)
    nodes, weights = np.zeros((2, largest + 1, largest))
    for size in sizes - {0}:
        points, point_weights = np.polynomial.legendre.leggauss(size)
        nodes[size, :size] = (points + 1.0) / 2.0
        weights[size, :size] = point_weights / 2.0
    return nodes, weights
