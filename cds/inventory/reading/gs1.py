"""GS1 element strings, as a scanner or an export gives them, for lots and receipts.

Application identifiers (GS1 General Specifications, section 3): 01 GTIN and 02 GTIN of the
contained trade items, 10 batch or lot, 17 expiration date (day 00: the month's last day),
21 serial number, 30 variable count of items (taken as units), 37 count of trade items
contained (taken as packs).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

_SEPARATORS: Final = ("\x1d", "<GS>", "{GS}", "<FNC1>", "{FNC1}", "[FNC1]", "␝", "\\x1d", "\\u001d")
_SYMBOLOGIES: Final = ("]C1", "]d2", "]e0", "]Q3", "]J1")


@dataclass(frozen=True, slots=True)
class Element:
    """What an element string says; ``error`` says why it cannot be read."""

    gtin: str | None = None
    lot: str | None = None
    expiry: date | None = None
    units: float | None = None
    packs: float | None = None
    serial: str | None = None
    error: str | None = None


def parse_element(text: str) -> Element:
    """The parts of ``(01)…(17)…(10)…``, or of the raw string with FNC1 as GS between parts."""
    from biip import ParseError
    from biip.gs1_messages import GS1Message

    cleaned = text.strip()
    for symbology in _SYMBOLOGIES:
        cleaned = cleaned.removeprefix(symbology)
    try:
        if cleaned.startswith("("):
            message = GS1Message.parse_hri(cleaned.replace(" ", ""))
        else:
            for separator in _SEPARATORS:
                cleaned = cleaned.replace(separator, "\x1d")
            message = GS1Message.parse(cleaned.strip("\x1d"))
    except (ParseError, ValueError) as error:
        return Element(error=_first_line(str(error)))
    if not message.element_strings:
        return Element(error="is empty")
    found: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for part in message.element_strings:
        code, value = part.ai.ai, part.value
        if found.get(code, value) != value:
            return Element(error=f"gives ({code}) twice, as {found[code]} and {value}")
        found[code], days[code] = value, part.date
        if code in ("01", "02") and part.gtin is None:
            return Element(error=f"({code}){value} is no GTIN: its check digit is wrong")
    expiry = days.get("17")
    if "17" in found and expiry is None:
        return Element(error=f"(17){found['17']} is a day that no calendar has")
    return Element(
        gtin=found.get("01") or found.get("02"),
        lot=found.get("10"),
        expiry=expiry,
        units=_count(found.get("30")),
        packs=_count(found.get("37")),
        serial=found.get("21"),
    )


def gtin_14(text: str) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits as 14; None where its check digit is wrong.

    The digit makes the sum of the digits, weighted 3 and 1 in turn from the right, a multiple
    of 10 (GS1 General Specifications, section 7.9).
    """
    if not text.isascii() or not text.isdigit() or len(text) not in (8, 12, 13, 14):
        return None
    digits = [int(digit) for digit in text]
    total = sum(digit * (3 if index % 2 == 0 else 1) for index, digit in enumerate(digits[-2::-1]))
    return text.zfill(14) if (total + digits[-1]) % 10 == 0 else None


def _count(text: str | None) -> float | None:
    return None if text is None else float(int(text))


def _first_line(message: str) -> str:
    line = message.strip().splitlines()[0] if message.strip() else "cannot be read"
    return line if len(line) <= 160 else line[:159] + "…"
