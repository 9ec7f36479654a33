"""How much of a file that nobody vouches for is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST = 300  # characters of a sentence that quotes a file


def one_line(text: str) -> str:
    """``text`` that may quote a damaged file, without line breaks and control characters, short."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _LONGEST])
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + " ..."


class CannotRead(Exception):
    """The file, or the frame, gives no image: ``reason`` is one sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = one_line(reason)


class NeedsOwnProcess(Exception):
    """The pixels are in a form whose decoder only runs in a process of its own."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds on one file.

    ``pixels``: of one frame; ``unpacked_bytes``: of what a compressed file may hold, whole;
    ``seconds``: that one frame may take in the decoding process; ``memory_bytes``: of the address
    space of that process.
    """

    file_bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 31
    frames: int = 4096
    pixels: int = 1 << 26  # 8192 x 8192
    seconds: float = 60.0
    memory_bytes: int = 6 << 30

    def check_file(self, size: int) -> None:
        """Raise CannotRead where a file of ``size`` bytes is empty or too large."""
        if size == 0:
            raise CannotRead("the file is empty")
        if size > self.file_bytes:
            raise CannotRead(f"has {size:,} bytes; at most {self.file_bytes:,} are read")

    def check_shape(self, rows: int, columns: int, frames: int = 1) -> None:
        """Raise CannotRead where an image of this size is empty or too large."""
        if rows < 1 or columns < 1 or frames < 1:
            raise CannotRead(f"says {rows} × {columns} pixels and {frames} frames; expected some")
        if rows * columns > self.pixels:
            raise CannotRead(
                f"says {rows} × {columns} pixels; at most {self.pixels:,} of one frame are read"
            )
        if frames > self.frames:
            raise CannotRead(f"says {frames:,} frames; at most {self.frames:,} are read")


DEFAULT_LIMITS = ReadLimits()
