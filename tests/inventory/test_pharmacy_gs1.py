"""GS1 element strings, against GS1's General Specifications and its own example GTIN."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_pharmacy import GTIN, read, said

from cds.inventory.reading.gs1 import gtin_14, parse_element

WITH_ALL = {
    "gtin": GTIN,
    "lot": "ABC123",
    "expiry": date(2027, 3, 31),
}


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(17)270300(10)ABC123",
        f"(01) {GTIN} (10) ABC123 (17) 270331",
        f"01{GTIN}17270331" + "10ABC123",
        f"01{GTIN}10ABC123\x1d17270300",
        f"]d201{GTIN}10ABC123\x1d17270300",
        f"\x1d01{GTIN}10ABC123<GS>17270300",
        f"02{GTIN}10ABC123\x1d17270300\x1d3712",
    ],
)
def test_forms_of_the_same_string(text: str) -> None:
    found = parse_element(text)
    assert found.error is None
    assert {key: getattr(found, key) for key in WITH_ALL} == WITH_ALL


def test_counts_and_serial_numbers() -> None:
    assert parse_element(f"(01){GTIN}(37)12(21)S7").packs == 12
    assert parse_element(f"(01){GTIN}(37)12(21)S7").serial == "S7"
    assert parse_element(f"(01){GTIN}(30)240").units == 240


@pytest.mark.parametrize("text", ["", "hello", "(01)09506000134353", "(17)271301", "01123"])
def test_what_is_no_element_string(text: str) -> None:
    assert parse_element(text).error


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4006381333931", "04006381333931"),  # EAN-13, Wikipedia's example
        ("96385074", "00000096385074"),  # EAN-8, the same
        ("4006381333932", None),
        ("12345", None),
        ("abc", None),
    ],
)
def test_check_digits(text: str, code: str | None) -> None:
    assert gtin_14(text) == code


def test_a_string_fills_what_the_columns_leave_out(tmp_path: Path) -> None:
    lots = f"item,lot,quantity,expiry,gs1\n,,,,(01){GTIN}(17)270300(10)Z9(37)3\n"
    pharmacy, problems = read(tmp_path, lots=lots)
    assert said(problems) == []
    (lot,) = pharmacy.lots
    assert (lot.item, lot.lot, lot.quantity, lot.expiry) == ("A1", "Z9", 60, date(2027, 3, 31))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"A1,Z8,5,,(01){GTIN}(17)270300(10)Z9", "is 'Z8', but the GS1 string says otherwise"),
        (f"A1,,5,2027-04-30,(01){GTIN}(17)270300(10)Z9", "but the GS1 string says otherwise"),
        (f"A1,,5,,(01){GTIN}(17)270300(10)Z9(37)3", "but the GS1 string counts otherwise"),
        (f"B1,,5,,(01){GTIN}(17)270300(10)Z9", "the GTIN is another item's"),
        (",,5,,(01)04006381333931(17)270300(10)Z9", "no item has this GTIN"),
        ("A1,,5,,(01)123", "is no GS1 element string"),
    ],
)
def test_a_string_that_contradicts_its_row(tmp_path: Path, row: str, message: str) -> None:
    lots = f"item,lot,quantity,expiry,gs1\n{row}\nA1,L,1,2027-01-01,\n"
    pharmacy, problems = read(tmp_path, lots=lots)
    assert message in said(problems)[0]
    assert [lot.lot for lot in pharmacy.lots] == ["L"]
