"""What was noticed, and done, while a table was made into a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know: ``code`` never changes; ``sentence`` says it in English.

    ``unique_id`` is empty where the whole table is meant; ``values`` are the numbers of it.
    """

    code: str
    sentence: str
    unique_id: str = ""
    values: Mapping[str, float | str] = field(default_factory=dict)

    def entry(self) -> dict[str, object]:
        """For JSON."""
        return {
            "code": self.code,
            "unique_id": self.unique_id or None,
            "message": self.sentence,
            **({"values": dict(self.values)} if self.values else {}),
        }


def counted(count: int, one: str, many: str) -> str:
    """The number with the words that agree with it: ``1 row is``, ``1,204 rows are``."""
    return f"{count:,} {one if count == 1 else many}"
