"""What our pictures say of themselves, so that they are not taken for films later."""

from __future__ import annotations

from typing import Final

MARK: Final = "drawn by cds image predict"
