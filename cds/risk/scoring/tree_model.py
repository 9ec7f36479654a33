"""LightGBM's text model as flat arrays: what every tree asks, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Bits of LightGBM's decision_type (include/LightGBM/tree.h, LightGBM 4).
CATEGORICAL_BIT = 1
DEFAULT_LEFT_BIT = 2
MISSING_SHIFT = 2
MISSING_NONE, MISSING_ZERO, MISSING_NAN = 0, 1, 2

# |value| up to this is a zero for LightGBM (kZeroThreshold, a float32 there).
ZERO_THRESHOLD = float(np.float32(1e-35))


class ModelTextError(ValueError):
    """The text is not a LightGBM model that this package can score."""


@dataclass(frozen=True, slots=True, eq=False)
class TreeModel:
    """All trees of one model, their nodes and leaves laid end to end.

    Tree ``t`` owns the split nodes ``node_start[t]:node_start[t + 1]`` and the
    leaves ``leaf_start[t]:leaf_start[t + 1]``; a tree of a single leaf has no
    node. ``left_child`` and ``right_child`` are numbered within their tree:
    ``c >= 0`` is split node ``c``, ``c < 0`` is leaf ``~c``. A categorical node
    sends the categories of its bit set to the left: bit ``k`` of word ``w`` of
    ``category_words[category_start[node]:][:category_length[node]]`` stands for
    the category ``32 w + k``. Counts are numbers of training rows.
    """

    text: str
    num_features: int
    feature_names: tuple[str, ...]
    node_start: npt.NDArray[np.int32]
    leaf_start: npt.NDArray[np.int32]
    split_feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float64]
    decision_type: npt.NDArray[np.uint8]
    left_child: npt.NDArray[np.int32]
    right_child: npt.NDArray[np.int32]
    node_count: npt.NDArray[np.int64]
    leaf_value: npt.NDArray[np.float64]
    leaf_count: npt.NDArray[np.int64]
    category_start: npt.NDArray[np.int32]
    category_length: npt.NDArray[np.int32]
    category_words: npt.NDArray[np.uint32]

    @property
    def num_trees(self) -> int:
        """How many trees the model adds up."""
        return len(self.node_start) - 1

    @property
    def missing_type(self) -> npt.NDArray[np.uint8]:
        """Per split node: MISSING_NONE, MISSING_ZERO or MISSING_NAN."""
        return ((self.decision_type >> MISSING_SHIFT) & 3).astype(np.uint8)

    @property
    def default_left(self) -> npt.NDArray[np.bool_]:
        """Per split node: does a missing value go to the left?"""
        return (self.decision_type & DEFAULT_LEFT_BIT).astype(np.bool_)

    @property
    def is_categorical(self) -> npt.NDArray[np.bool_]:
        """Per split node: does it ask for a set of categories?"""
        return (self.decision_type & CATEGORICAL_BIT).astype(np.bool_)


def parse_tree_model(text: str) -> TreeModel:
    """The arrays of a LightGBM text model (``Booster.model_to_string``).

    Raises ModelTextError for a text that is none, for several outputs per row
    (multiclass), for averaged outputs (random forest) and for linear trees.
    """
    header_text, *tree_texts = text.partition("\nend of trees")[0].split("\nTree=")
    header = _fields(header_text)
    _check_header(header_text, header)
    columns: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _COLUMNS}
    node_start, leaf_start, word_count = [0], [0], 0
    for number, tree_text in enumerate(tree_texts):
        try:
            tree = _parse_tree(_fields(tree_text), word_count)
        except (KeyError, ValueError, IndexError) as error:
            raise ModelTextError(f"tree {number} of the model cannot be read: {error}") from error
        for name, values in tree.items():
            columns[name].append(values)
        node_start.append(node_start[-1] + len(tree["split_feature"]))
        leaf_start.append(leaf_start[-1] + len(tree["leaf_value"]))
        word_count += len(tree["category_words"])
    joined: dict[str, Any] = {
        name: np.concatenate([np.zeros(0, dtype), *columns[name]], dtype=dtype)
        for name, dtype in _COLUMNS.items()
    }
    model = TreeModel(
        text=text,
        num_features=int(header["max_feature_idx"]) + 1,
        feature_names=tuple(header["feature_names"].split()),
        node_start=np.array(node_start, np.int32),
        leaf_start=np.array(leaf_start, np.int32),
        **joined,
    )
    _check_references(model)
    return model


_COLUMNS: dict[str, Any] = {
    "split_feature": np.int32,
    "threshold": np.float64,
    "decision_type": np.uint8,
    "left_child": np.int32,
    "right_child": np.int32,
    "node_count": np.int64,
    "leaf_value": np.float64,
    "leaf_count": np.int64,
    "category_start": np.int32,
    "category_length": np.int32,
    "category_words": np.uint32,
}


def _fields(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines())
    return {key: value for key, equals, value in lines if equals}


def _check_header(text: str, header: dict[str, str]) -> None:
    if not text.startswith("tree") or "max_feature_idx" not in header:
        raise ModelTextError("not a LightGBM text model: it must start with the line 'tree'")
    if header.get("num_tree_per_iteration", "1") != "1":
        raise ModelTextError("the model has several outputs per row; only one is supported")
    if "average_output" in text.splitlines():
        raise ModelTextError(
            "the model averages its trees (average_output, boosting=rf); "
            "only models that add their trees up are supported"
        )


def _parse_tree(fields: dict[str, str], word_offset: int) -> dict[str, npt.NDArray[Any]]:
    """One tree's columns; a tree of a single leaf has leaf columns only."""
    if fields.get("is_linear", "0") != "0":
        raise ValueError("linear trees have no exact contributions")
    leaves = int(fields["num_leaves"])
    nodes = leaves - 1

    def numbers(key: str, dtype: Any, length: int) -> npt.NDArray[Any]:
        values = np.array(fields[key].split(), dtype) if length else np.zeros(0, dtype)
        if len(values) != length:
            raise ValueError(f"{key} has {len(values)} values, expected {length}")
        return values

    tree = {
        "split_feature": numbers("split_feature", np.int32, nodes),
        "threshold": numbers("threshold", np.float64, nodes),
        "decision_type": numbers("decision_type", np.uint8, nodes),
        "left_child": numbers("left_child", np.int32, nodes),
        "right_child": numbers("right_child", np.int32, nodes),
        "node_count": numbers("internal_count", np.int64, nodes),
        "leaf_value": numbers("leaf_value", np.float64, leaves),
        "category_start": np.zeros(nodes, np.int32),
        "category_length": np.zeros(nodes, np.int32),
        "category_words": np.zeros(0, np.uint32),
    }
    # A single leaf may come without its count; it needs none.
    counted = nodes > 0 or bool(fields.get("leaf_count", "").split())
    tree["leaf_count"] = (
        numbers("leaf_count", np.int64, leaves) if counted else np.ones(1, np.int64)
    )
    if int(fields.get("num_cat", "0")):
        boundaries = np.array(fields["cat_boundaries"].split(), np.int32)
        asks = (tree["decision_type"] & CATEGORICAL_BIT) != 0
        bit_set = tree["threshold"][asks].astype(np.int32)
        tree["category_words"] = numbers("cat_threshold", np.uint32, int(boundaries[-1]))
        tree["category_start"][asks] = boundaries[bit_set] + word_offset
        tree["category_length"][asks] = boundaries[bit_set + 1] - boundaries[bit_set]
    return tree


def _check_references(model: TreeModel) -> None:
    """Indices that compiled code will follow must stay inside the arrays."""
    if len(model.feature_names) != model.num_features:
        raise ModelTextError(
            f"the model names {len(model.feature_names)} features, expected {model.num_features}"
        )
    features = model.split_feature
    if features.size and not 0 <= int(features.min()) <= int(features.max()) < model.num_features:
        raise ModelTextError("the model splits on a feature that it does not have")
    for tree in range(model.num_trees):
        nodes = slice(model.node_start[tree], model.node_start[tree + 1])
        children = np.concatenate([model.left_child[nodes], model.right_child[nodes]])
        node_total = nodes.stop - nodes.start
        expected = np.concatenate([np.arange(-node_total - 1, 0), np.arange(1, node_total)])
        if node_total and not np.array_equal(np.sort(children), expected):
            raise ModelTextError(f"tree {tree} of the model is not a tree: its children are wrong")
