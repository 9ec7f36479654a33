"""Strict JSON: bytes in, Python objects out, and one clear message when it is not JSON.

Stricter than ``json.loads``: only UTF-8 (with or without a byte-order mark), no
duplicate keys, no NaN or Infinity, bounded size and depth. Python's own parser
does the work; only a document that breaks a rule is parsed a second time, to
find out where.
"""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import Final, NoReturn

from cds.errors import InputError, Place

DEFAULT_MAX_BYTES: Final = 64 * 1024 * 1024
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


class _RuleBroken(Exception):
    """A duplicate key or a constant that JSON does not have was met."""


class _Flaw:
    """Stands in the second parse where the first one stopped."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RuleBroken
    return found


def _constant(text: str) -> NoReturn:
    raise _RuleBroken


def _object_with_flaw(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        twice = "this key occurs twice in one object; which value is meant is unclear"
        found[key] = _Flaw(twice) if key in found else value
    return found


def _constant_flaw(text: str) -> _Flaw:
    return _Flaw(f"{text} is not a JSON number; leave the field out or write null")


_DECODER: Final = JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def parse_json(data: bytes, source: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> object:
    """Parse one JSON document.

    ``source`` is only used in messages. Raises ``InputError`` for anything that
    is not one JSON document within the limits.
    """
    if len(data) > max_bytes:
        raise too_large(source, max_bytes)
    text = _decode(data, source)
    if not text or text.isspace():
        raise InputError("empty; expected a JSON object", Place(source))
    try:
        return _DECODER.decode(text)
    except JSONDecodeError as error:
        raise _not_json(error, text, source) from None
    except _RuleBroken:
        raise _broken_rule(text, source) from None
    except RecursionError:
        message = "nested too deeply (hundreds of levels); a patient record needs fewer than 50"
        raise InputError(message, Place(source)) from None
    except ValueError:  # an integer with more digits than Python converts
        message = "holds an integer of thousands of digits; expected ordinary numbers"
        raise InputError(message, Place(source)) from None


def too_large(source: str, max_bytes: int) -> InputError:
    """The error for a document above the size limit."""
    return InputError(
        f"larger than the limit of {_size(max_bytes)} for one JSON document; "
        "for many patients use NDJSON (one patient per line, file name ending in .ndjson), "
        "which is read line by line",
        Place(source),
    )


def escape(key: str) -> str:
    """One step of a JSON pointer, escaped (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count} bytes"


def _decode(data: bytes, source: str) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise InputError(f"is {name} text; save it as UTF-8", Place(source))
    if data.startswith(b"\x1f\x8b"):
        raise InputError("is gzip data; give the file a name ending in .gz", Place(source))
    try:
        return str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            f"not UTF-8 (byte 0x{data[error.start]:02x} in line {line}); "
            f"it looks like {_likely_encoding(data)}: save it as UTF-8"
        )
        raise InputError(message, Place(source, f"line {line}")) from None


def _likely_encoding(data: bytes) -> str:
    if b"\x00" in data[:4]:
        return "UTF-16 without a byte-order mark"
    try:
        # GBK's common core: Western text in a Windows code page hardly ever fits it.
        data.decode("gb2312")
    except UnicodeDecodeError:
        return "a Windows or Latin code page, or damaged"
    return "GBK/GB18030"


def _not_json(error: JSONDecodeError, text: str, source: str) -> InputError:
    start = text.lstrip()[:1]
    if start == "<":
        hint = "; it looks like XML or HTML, export JSON instead"
    elif error.msg == "Extra data" and text[error.pos : error.pos + 1] in "{[":
        hint = "; several JSON documents in one file: name it .ndjson, one document per line"
    else:
        hint = ""
    if text.startswith("\x00", error.pos) or text.startswith("\x00"):
        hint = "; it holds NUL characters, so it may be UTF-16: save it as UTF-8"
    what = error.msg[:1].lower() + error.msg[1:]
    where = f"line {error.lineno}, column {error.colno}"
    return InputError(f"not JSON: {what}{hint}", Place(source, where))


def _broken_rule(text: str, source: str) -> InputError:
    decoder = JSONDecoder(object_pairs_hook=_object_with_flaw, parse_constant=_constant_flaw)
    try:
        document = decoder.decode(text)
    except (ValueError, RecursionError):
        message = "a key occurs twice in one object, or NaN stands where a number belongs"
        return InputError(message, Place(source))
    pending: list[tuple[str, object]] = [("", document)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, _Flaw):
            return InputError(value.message, Place(source, _printable(pointer)))
        if isinstance(value, dict):
            pending.extend((f"{pointer}/{escape(key)}", value[key]) for key in reversed(value))
        elif isinstance(value, list):
            steps = range(len(value) - 1, -1, -1)
            pending.extend((f"{pointer}/{step}", value[step]) for step in steps)
    raise AssertionError("the second parse found no flaw")
