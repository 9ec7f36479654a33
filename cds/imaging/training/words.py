"""What a contract must say in words, for recipes that do not say it."""

from __future__ import annotations

from dataclasses import replace

from cds.imaging.training.recipe import Recipe

_PURPOSE = {
    "en": "Not stated. Complete it in contract.toml before anybody uses this model.",
    "zh": "未说明。在任何人使用本模型之前，请在 contract.toml 中补充。",
}
_NOT_FOR = {
    "en": "Diagnosis, and pictures other than those it was trained on.",
    "zh": "不得用于诊断，也不得用于与训练图像不同的图像。",
}


def with_words(recipe: Recipe, name: str) -> Recipe:
    """``recipe`` with a name, purpose and limits, where it has none."""
    words = recipe.description
    return replace(
        recipe,
        description=replace(
            words,
            name=words.name or name,
            purpose=words.purpose or _PURPOSE,
            not_for=words.not_for or _NOT_FOR,
            source=words.source or {"title": "not stated", "licence": "not stated"},
        ),
    )
