"""``pharmacy.toml``: what a pharmacy says of itself, of its targets and of its costs."""

from __future__ import annotations

import contextlib
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from cds.errors import Place
from cds.inventory.description import VEN_CLASSES, Settings, Ven
from cds.inventory.problems import Findings
from cds.inventory.reading.cells import DATE_ORDERS
from cds.inventory.reading.names import did_you_mean

FILE: Final = "pharmacy.toml"
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "pharmacy": ("name", "name_zh", "language", "currency", "timezone", "stock_date"),
    "review": ("period_days", "recent_days"),
    "service": VEN_CLASSES,
    "costs": ("holding_per_year", "expiry_factor", "order_line", "shortage"),
    "cold_room": ("capacity_l",),
    "limits": ("stale_days", "price_days"),
    "transfers": ("minimum_cover_days", "days", "line_cost"),
    "files": ("dates",),
}


@dataclass(frozen=True, slots=True)
class FileSettings:
    """How the tables are written."""

    date_order: str = DATE_ORDERS[0]


def read_settings(folder: Path, findings: Findings) -> tuple[Settings, FileSettings]:
    """The settings; what is wrong with them goes to ``findings``, and defaults stand in."""
    document = _Document(folder / FILE, findings)
    zone = document.zone()
    language = document.text("pharmacy", "language")
    if language not in (None, "en", "zh"):
        document.wrong("pharmacy", "language", "en or zh")
        language = None
    order = document.text("files", "dates") or DATE_ORDERS[0]
    if order not in DATE_ORDERS:
        document.wrong("files", "dates", " or ".join(DATE_ORDERS))
        order = DATE_ORDERS[0]
    plain = Settings("", "", zone)
    settings = Settings(
        name=document.text("pharmacy", "name", required=True) or "",
        currency=document.text("pharmacy", "currency", required=True) or "",
        zone=zone,
        name_zh=document.text("pharmacy", "name_zh"),
        language=language,
        review_days=document.whole("review", "period_days", 1, plain.review_days),
        service=document.by_class("service", "", plain.service, 0, 1),
        holding_rate=document.number("costs", "holding_per_year", 0, plain.holding_rate),
        expiry_factor=document.number("costs", "expiry_factor", 0, plain.expiry_factor),
        shortage_factor=document.by_class("costs", "shortage", plain.shortage_factor, 0, math.inf),
        order_line_cost=document.number("costs", "order_line", 0, plain.order_line_cost),
        cold_capacity=document.optional_number("cold_room", "capacity_l", 0),
        stale_days=document.whole("limits", "stale_days", 0, plain.stale_days),
        price_days=document.whole("limits", "price_days", 1, plain.price_days),
        stock_date=document.day("pharmacy", "stock_date"),
        recent_days=document.whole("review", "recent_days", 14, plain.recent_days),
        minimum_cover_days=document.number(
            "transfers", "minimum_cover_days", 0, plain.minimum_cover_days
        ),
        transfer_days=document.whole("transfers", "days", 0, plain.transfer_days),
        transfer_line_cost=document.number("transfers", "line_cost", 0, plain.transfer_line_cost),
    )
    return settings, FileSettings(order)


class _Document:
    """Getters complain of what is not as expected and give the default instead."""

    def __init__(self, path: Path, findings: Findings) -> None:
        self._file, self._findings = path.name, findings
        self._lines: list[str] = []
        self._content: dict[str, dict[str, Any]] = {}
        self._there = False
        try:
            text = path.read_text(encoding="utf-8-sig")
            content = tomllib.loads(text)
        except OSError as error:
            reason = error.strerror or str(error)
            findings.broken(
                Place(path.name), f"cannot be read: {reason}; expected a pharmacy's settings"
            )
            return
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            findings.broken(Place(path.name), f"is not TOML: {error}")
            return
        self._there = True
        self._lines = text.splitlines()
        for name, section in content.items():
            if name not in _KEYS or not isinstance(section, dict):
                wanted = ", ".join(f"[{one}]" for one in _KEYS)
                findings.broken(
                    self._place(name, ""),
                    f"'{name}' is not a section; expected {wanted}{did_you_mean(name, _KEYS)}",
                )
                continue
            self._content[name] = section
            for key in section:
                if key not in _KEYS[name]:
                    findings.broken(
                        self._place(name, key),
                        f"unknown setting '{key}'; expected {', '.join(_KEYS[name])}"
                        f"{did_you_mean(key, _KEYS[name])}",
                    )

    def text(self, section: str, key: str, *, required: bool = False) -> str | None:
        found = self._value(section, key)
        if found is None:
            if required and self._there:
                self._findings.broken(self._place(section, ""), f"has no '{key}'; expected a text")
            return None
        if not isinstance(found, str) or not found.strip():
            self.wrong(section, key, "a text")
            return None
        return found.strip()

    def number(self, section: str, key: str, low: float, default: float) -> float:
        found = self.optional_number(section, key, low)
        return default if found is None else found

    def optional_number(self, section: str, key: str, low: float) -> float | None:
        found = self._value(section, key)
        if found is None:
            return None
        if not _number(found) or found < low:
            self.wrong(section, key, f"a number, {low:g} or more")
            return None
        return float(found)

    def whole(self, section: str, key: str, low: int, default: int) -> int:
        found = self._value(section, key)
        if found is None:
            return default
        if not isinstance(found, int) or isinstance(found, bool) or found < low:
            self.wrong(section, key, f"a whole number, {low} or more")
            return default
        return found

    def day(self, section: str, key: str) -> date | None:
        found = self._value(section, key)
        if isinstance(found, str):
            with contextlib.suppress(ValueError):
                found = date.fromisoformat(found)
        if found is None or (isinstance(found, date) and not isinstance(found, datetime)):
            return found
        self.wrong(section, key, "a date such as 2026-12-25")
        return None

    def by_class(
        self, section: str, key: str, defaults: Mapping[Ven, float], low: float, high: float
    ) -> dict[Ven, float]:
        """A number for each of V, E and N, those not given being the defaults."""
        given = self._value(section, key) if key else self._content.get(section, {})
        found = dict(defaults)
        if given is None:
            return found
        if not isinstance(given, dict):
            self.wrong(section, key, "{ V = …, E = …, N = … }")
            return found
        for word, value in given.items():
            if word not in VEN_CLASSES or not _number(value) or not low <= value <= high:
                bound = f"from {low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
                self.wrong(section, key or word, f"for each of V, E and N a number, {bound}")
            else:
                found[word] = float(value)
        return found

    def zone(self) -> ZoneInfo:
        name = self.text("pharmacy", "timezone", required=True)
        try:
            return ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError):
            self.wrong("pharmacy", "timezone", "a time zone such as Europe/London")
            return ZoneInfo("UTC")

    def wrong(self, section: str, key: str, wanted: str) -> None:
        """Complain of a value."""
        value = self._value(section, key)
        self._findings.broken(self._place(section, key), f"is {value!r}; expected {wanted}")

    def _value(self, section: str, key: str) -> Any:
        return self._content.get(section, {}).get(key)

    def _place(self, section: str, key: str) -> Place:
        """``line 12, [costs] shortage``."""
        name = f"[{section}] {key}".strip()
        head = next(
            (
                number
                for number, line in enumerate(self._lines)
                if re.match(rf"\s*\[\s*{re.escape(section)}\s*\]", line)
            ),
            None,
        )
        if head is None:
            return Place(self._file, name)
        for number in range(head + 1 if key else head, len(self._lines)):
            if key and re.match(r"\s*\[", self._lines[number]):
                break
            if not key or re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", self._lines[number]):
                return Place(self._file, f"line {number + 1}, {name}")
        return Place(self._file, f"line {head + 1}, {name}")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
