"""Several LightGBM models of the same inputs as one, whose score is the mean of theirs.

Averaging boosters that were trained with different seeds steadies a model of a
small table; merged, they stay one text file, one load and one set of exact
contributions (Shapley values are linear in the model). What a tree's text says
for the trainer's eyes only is left out, which nearly halves it and its loading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# A leaf's value is in the units of the score. ("shrinkage" is only a record of the learning
# rate; LightGBM scales nothing by it.)
_SCORES = re.compile(r"^(leaf_value)=(.*)$", re.MULTILINE)
# LightGBM reads trees without these; neither scores nor contributions use them.
_FOR_THE_TRAINER = re.compile(
    r"^(?:split_gain|leaf_weight|internal_weight|internal_value)=.*\n", re.MULTILINE
)
_INPUTS = re.compile(r"^feature_names=.*$", re.MULTILINE)
_TREE = re.compile(r"^Tree=\d+\n", re.MULTILINE)
_SIZES = re.compile(r"^tree_sizes=.*$", re.MULTILINE)
_END = "end of trees"


def merge_models(texts: Sequence[str]) -> str:
    """The text model whose raw score is the mean of the raw scores of ``texts``.

    The header and the footer are the first model's. LightGBM folds the mean
    log-odds into the first tree's leaves, so that is averaged with them.
    Raises ValueError where the models do not read the same inputs.
    """
    if not texts:
        raise ValueError("expected at least one model")
    if len({_INPUTS.search(text)[0] for text in texts}) > 1:  # type: ignore[index]
        raise ValueError("the models to merge do not read the same inputs")
    trees = [_scaled(tree, len(texts)) for text in texts for tree in _trees(text)]
    trees = [f"Tree={number}\n{tree}" for number, tree in enumerate(trees)]
    first = texts[0]
    head = first[: _TREE.search(first).start()]  # type: ignore[union-attr]
    sizes = " ".join(str(len(tree.encode("utf-8"))) for tree in trees)
    foot = first[first.index(f"\n{_END}") + 1 :]
    return _SIZES.sub(f"tree_sizes={sizes}", head) + "".join(trees) + foot


def _trees(text: str) -> list[str]:
    """The bodies of a model's trees, without their ``Tree=`` lines."""
    if "average_output" in text.partition("Tree=")[0]:
        raise ValueError("random forests (average_output) cannot be merged")
    body = text[: text.index(f"\n{_END}") + 1]
    return _TREE.split(body)[1:]


def _scaled(tree: str, count: int) -> str:
    def scale(found: re.Match[str]) -> str:
        values = (repr(float(value) / count) for value in found[2].split())
        return f"{found[1]}={' '.join(values)}"

    return _SCORES.sub(scale, _FOR_THE_TRAINER.sub("", tree))
