"""The tables that others refer to: items, places, suppliers, conversions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cds.inventory.description import (
    STORAGE_CLASSES,
    Item,
    Place,
    Substitute,
    Supplier,
)
from cds.inventory.reading.gs1 import gtin_14
from cds.inventory.reading.names import did_you_mean
from cds.inventory.reading.rows import Rows

MAIN: Final = "main"
"""The place of a pharmacy whose tables name none."""

_VEN = {
    "v": "V", "e": "E", "n": "N", "vital": "V", "essential": "E", "non-essential": "N",
    "nonessential": "N", "非必需": "N", "必需": "E", "生命必需": "V", "抢救": "V",
}  # fmt: skip
_STORAGE = {
    "ambient": "ambient", "room": "ambient", "cool": "ambient", "常温": "ambient",
    "阴凉": "ambient", "cold": "cold", "fridge": "cold", "refrigerated": "cold", "2-8": "cold",
    "冷藏": "cold", "frozen": "frozen", "freezer": "frozen", "冷冻": "frozen",
}  # fmt: skip
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_DAYS = "一二三四五六日"
_LIST = re.compile(r"[;；、|,，]")
_SUBSTITUTE = re.compile(r"(\S+)(?:\s+(\d+(?:\.\d+)?))?")


def read_items(rows: Rows) -> tuple[dict[str, Item], set[str]]:
    """The items by code, and the codes whose row was set aside."""
    named = "name" if rows.has("name") or not rows.has("name_zh") else "name_zh"
    if not rows.require("item", named, "unit", "pack", "ven"):
        return {}, set()
    for column in ("item", "unit"):
        rows.text(column, required=True)
    for column in ("name", "name_zh", "atc", "form", "substitutes", "gtin"):
        rows.text(column)
    # A Chinese export has Chinese names only: they are then the names.
    rows.put("name", rows.column("name").fill_null(rows.column("name_zh")))
    rows.refuse(rows.column("name").is_null(), named, lambda _: "is empty; expected a name")
    rows.number("pack", above=True, required=True)
    rows.choice("ven", _VEN, required=True)
    rows.choice("abc", {"a": "A", "b": "B", "c": "C"})
    rows.choice("storage", _STORAGE, default="ambient")
    rows.yes("controlled")
    for column in ("volume_l", "monthly_quota", "minimum", "maximum", "shortage_cost"):
        rows.number(column)
    rows.number("shelf_life_days", above=True, whole=True)
    atc = rows.column("atc")
    rows.refuse(
        ~atc.str.to_uppercase().str.contains(r"^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$"),
        "atc",
        lambda value: f"is '{value}'; expected an ATC code such as N02BE01",
    )
    rows.refuse(
        rows.column("minimum") > rows.column("maximum"),
        "minimum",
        lambda value: f"is {value}, more than the maximum",
    )
    codes = rows.column("item")
    rows.refuse(
        codes.is_duplicated() & codes.is_not_null(),
        "item",
        lambda value: f"'{value}' stands in more than one row; which is right cannot be known",
    )
    _check_lists(rows)
    items = {entry["item"]: _item(entry) for entry in rows.sound().iter_rows(named=True)}
    _check_substitutes(rows, items)
    return items, set(codes.drop_nulls()) - set(items)


def read_places(rows: Rows) -> dict[str, Place]:
    """The places by code."""
    if not rows.require("place"):
        return {}
    rows.text("place", required=True)
    for column in ("name", "name_zh", "site", "stores"):
        rows.text(column)
    has_controlled = rows.has("controlled")
    rows.yes("controlled")
    codes = rows.column("place")
    rows.refuse(
        codes.is_duplicated() & codes.is_not_null(),
        "place",
        lambda value: f"'{value}' stands in more than one row; expected each place once",
    )
    kept = rows.column("stores")
    unknown = [bool(text) and None in _storages(text) for text in kept]
    rows.refuse(
        _flags(unknown),
        "stores",
        lambda value: f"is '{value}'; expected of {', '.join(STORAGE_CLASSES)}, set off by ;",
    )
    found = {}
    for entry in rows.sound().iter_rows(named=True):
        stores = _storages(entry["stores"]) if entry["stores"] else ["ambient"]
        found[entry["place"]] = Place(
            code=entry["place"],
            name=entry["name"] or entry["place"],
            site=entry["site"] or "",
            name_zh=entry["name_zh"],
            stores=frozenset(one for one in STORAGE_CLASSES if one in stores),
            controlled=entry["controlled"] or not has_controlled,
        )
    return found


def read_suppliers(rows: Rows) -> dict[str, Supplier]:
    """The suppliers by code."""
    if not rows.require("supplier"):
        return {}
    rows.text("supplier", required=True)
    for column in ("name", "name_zh", "delivery_days"):
        rows.text(column)
    rows.number("lead_time_days", whole=True)
    rows.number("minimum_order_value")
    codes = rows.column("supplier")
    rows.refuse(
        codes.is_duplicated() & codes.is_not_null(),
        "supplier",
        lambda value: f"'{value}' stands in more than one row; expected each supplier once",
    )
    days = [_weekdays(text) if text else () for text in rows.column("delivery_days")]
    rows.refuse(
        _flags([found is None for found in days]),
        "delivery_days",
        lambda value: f"is '{value}'; expected weekdays such as mon;thu",
    )
    return {
        entry["supplier"]: Supplier(
            code=entry["supplier"],
            name=entry["name"] or entry["supplier"],
            name_zh=entry["name_zh"],
            lead_time_days=_whole(entry["lead_time_days"]),
            delivery_days=_weekdays(entry["delivery_days"] or "") or (),
            minimum_order_value=entry["minimum_order_value"],
        )
        for entry in rows.sound().iter_rows(named=True)
    }


def read_conversions(rows: Rows, items: Mapping[str, Item]) -> dict[tuple[str, str], float]:
    """(item, unit in small letters) → how many of the item's units one of it is."""
    if not rows.require("item", "unit", "factor"):
        return {}
    rows.text("item", required=True)
    rows.text("unit", required=True)
    rows.number("factor", above=True, required=True)
    rows.known("item", "item", items)
    pair = rows.column("item") + "\n" + rows.column("unit").str.to_lowercase()
    rows.refuse(
        pair.is_duplicated() & pair.is_not_null(),
        "unit",
        lambda value: f"'{value}' stands twice for its item; expected one factor",
    )
    return {
        (entry["item"], entry["unit"].casefold()): entry["factor"]
        for entry in rows.sound().iter_rows(named=True)
    }


def _item(entry: Mapping[str, Any]) -> Item:
    gtins = _parts(entry["gtin"])
    return Item(
        code=entry["item"],
        name=entry["name"],
        unit=entry["unit"],
        pack=entry["pack"],
        ven=entry["ven"],
        storage=entry["storage"],
        name_zh=entry["name_zh"],
        atc=entry["atc"].upper() if entry["atc"] else None,
        form=entry["form"],
        abc=entry["abc"],
        volume=entry["volume_l"],
        controlled=entry["controlled"],
        monthly_quota=entry["monthly_quota"],
        shelf_life_days=_whole(entry["shelf_life_days"]),
        substitutes=_substitutes(entry["substitutes"]) or (),
        minimum=entry["minimum"],
        maximum=entry["maximum"],
        shortage_cost=entry["shortage_cost"],
        gtins=tuple(code for gtin in gtins if (code := gtin_14(gtin)) is not None),
    )


def _check_lists(rows: Rows) -> None:
    """Substitutes must be codes with ratios; GTINs must have their check digit."""
    wrong = [_substitutes(text) is None for text in rows.column("substitutes")]
    rows.refuse(
        _flags(wrong),
        "substitutes",
        lambda value: f"is '{value}'; expected codes, each with a ratio, as in 'B17 2; C04'",
    )
    wrong = [any(gtin_14(one) is None for one in _parts(text)) for text in rows.column("gtin")]
    rows.refuse(
        _flags(wrong), "gtin", lambda value: f"is '{value}', no GTIN: its check digit is wrong"
    )


def _check_substitutes(rows: Rows, items: Mapping[str, Item]) -> None:
    """A substitute that is not stocked is told of; the item is used without it."""

    def unknown(text: str | None) -> list[str]:
        return [one.item for one in _substitutes(text) or () if one.item not in items]

    def message(value: object) -> str:
        first = unknown(str(value))[0]
        return f"names '{first}', which is no item; it is not used{did_you_mean(first, items)}"

    rows.warn(
        _flags([bool(unknown(text)) for text in rows.column("substitutes")]), "substitutes", message
    )
    for code, item in items.items():
        kept = tuple(one for one in item.substitutes if one.item in items and one.item != code)
        if kept != item.substitutes:
            object.__setattr__(item, "substitutes", kept)


def _substitutes(text: str | None) -> tuple[Substitute, ...] | None:
    """``B17 2; C04`` → two of them; None where it is no such list."""
    found = []
    for part in _parts(text):
        match = _SUBSTITUTE.fullmatch(part)
        if match is None or (match[2] is not None and float(match[2]) <= 0):
            return None
        found.append(Substitute(match[1], float(match[2] or 1)))
    return tuple(found)


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in _LIST.split(text or "") if part.strip()]


def _storages(text: str) -> list[str | None]:
    return [_STORAGE.get(part.casefold()) for part in _parts(text)]


def _weekdays(text: str) -> tuple[int, ...] | None:
    found = set()
    for part in _parts(text):
        word = part.casefold().removeprefix("周").removeprefix("星期")
        if word in _CHINESE_DAYS:
            found.add(_CHINESE_DAYS.index(word))
        elif word[:3] in _DAYS:
            found.add(_DAYS.index(word[:3]))
        else:
            return None
    return tuple(sorted(found))


def _flags(values: list[bool]) -> Any:
    import polars as pl

    return pl.Series(values, dtype=pl.Boolean)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
