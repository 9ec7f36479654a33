"""What formulas come to, stored beside them: previewers and other programs do not calculate.

openpyxl writes a formula or a value, never both. A spreadsheet stores both, and
so do we: the values are put into the written sheets (``<v>`` beside ``<f>``,
ECMA-376 part 1, section 18.3.1.96). A spreadsheet still calculates anew when
it opens the file, and when somebody edits the roster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Values = dict[tuple[str, str], int | float]
"""(title of the sheet, cell such as "C5") → what its formula comes to."""

_FORMULA = re.compile(
    rb'(<c r="([A-Z]+[0-9]+)"[^>]*>)(<f>[^<]*</f>)<v ?(?:/>|></v>)', flags=re.DOTALL
)


def stored(content: bytes, title: str, values: Mapping[tuple[str, str], int | float]) -> bytes:
    """A sheet's XML with the value of each of its formulas."""

    def with_value(match: re.Match[bytes]) -> bytes:
        value = values.get((title, match[2].decode()))
        if value is None:
            return match[0]
        return b"%s%s<v>%s</v>" % (match[1], match[3], repr(value).encode())

    return _FORMULA.sub(with_value, content)
