"""Every sentence of the readers has its Chinese one, found by the sentence itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cds.imaging
from cds.imaging.reading_words import SENTENCES, in_language

HOME = Path(cds.imaging.__file__).parent
SAYING = ("CannotRead", "CannotPrepare", "Unreadable")


def said() -> Iterator[tuple[str, str]]:
    """Of each refusal in the code, where it is and its sentence with {} for what it quotes."""
    for file in sorted([*HOME.glob("reading/*.py"), HOME / "pixels.py", HOME / "display.py"]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in SAYING and node.args:
                sentence = pattern(node.args[-1])
                if sentence:
                    yield file.name, sentence


def pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def test_every_refusal_in_the_code_has_a_chinese_sentence() -> None:
    found = dict.fromkeys(said())
    assert len(found) > 40
    missing = [
        (file, sentence)
        for file, sentence in found
        if in_language(sentence.replace("{}", "7"), "zh") == sentence.replace("{}", "7")
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("is cut off: 1,024 bytes of pixels of 2,048", "文件被截断：像素仅有 1,024 字节，应为 2,048 字节"),
        ("is damaged: it crashed its decoder", "文件损坏：解码程序因此崩溃"),
        ("is damaged: KeyError", "文件损坏：KeyError"),
        ("took more than 60 s to decode", "解码超过 60 秒"),
        ("says 99,999 × 12 pixels; at most 67,108,864 of one frame are read",
         "注明 99,999 × 12 像素，每帧最多读取 67,108,864 像素"),
        ("holds no image: it is Basic Text SR Storage (SOP class 1.2)",
         "不含图像：该文件为 Basic Text SR Storage (SOP class 1.2)"),
        ("what nobody foresaw", "what nobody foresaw"),
    ],
)  # fmt: skip
def test_numbers_and_quotations_stay(english: str, chinese: str) -> None:
    assert in_language(english, "zh") == chinese
    assert in_language(english, "en") == english


def test_both_sentences_have_the_same_holes() -> None:
    for english, chinese in SENTENCES.items():
        assert english.count("{}") == chinese.count("{}"), english
