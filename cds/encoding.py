"""Text of tables as spreadsheets write it: UTF-8, UTF-16, or GB18030 (GBK) in China."""

from __future__ import annotations

import codecs
import re

from cds.errors import InputError, Place

_TOUCHES_LATIN = re.compile(r"(?<=[a-z])[^\x00-\x7f]|[^\x00-\x7f](?=[a-z])")
_REMEDY = 'in the spreadsheet, save it as "CSV UTF-8"'


def decode(content: bytes, source: str) -> str:
    """``content`` as text without a byte-order mark.

    From UTF-8, UTF-16 with a mark, or GB18030. Raises InputError where it is none of them.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise InputError(f"holds null bytes: it is no text; {_REMEDY}", Place(source))
        if encoding != "gb18030" or not _misread(text):
            return text
    raise InputError(f"is neither UTF-8 nor GB18030 (GBK); {_REMEDY}", Place(source))


def _misread(text: str) -> bool:
    """Whether ``text`` from GB18030 was written in another encoding, as "Ren閑" for "René,".

    An accented letter and the letter after it make a rare character, whose second byte is below
    0xA1, amid small Latin letters; "μg", "mg×12" and "0.5g片" are of common ones (GB 2312).
    """
    touching = (found.group().encode("gb18030") for found in _TOUCHES_LATIN.finditer(text))
    return any(len(written) == 2 and written[1] < 0xA1 for written in touching)
