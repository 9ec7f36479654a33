"""Tables in the encodings that spreadsheets write."""

from __future__ import annotations

import pytest

from cds.encoding import decode
from cds.errors import InputError


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("item,50μg", "utf-8"),
        ("item,50μg", "utf-8-sig"),
        ("item,50μg", "utf-16"),
        ("item,50μg", "gb18030"),
        ("item,mg×10,0.5g片", "gb18030"),
        ("护士,王芳,João", "utf-8"),
        ("姓名,合同\n王芳,全职", "gb18030"),
        ("plain", "ascii"),
        ("", "utf-8"),
    ],
)
def test_text_reads_back_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "t.csv") == text


@pytest.mark.parametrize(
    "content",
    [
        "name,Renée".encode("cp1252"),  # GBK would read a Chinese sign into the name
        b"a,b\xff",
        "a,b".encode("utf-16")[:-1],
        b"a\0b",
    ],
)
def test_other_encodings_are_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(InputError, match="CSV UTF-8"):
        decode(content, "t.csv")
