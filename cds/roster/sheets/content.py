"""The bytes of a roster's file, or in words why there are none."""

from __future__ import annotations

from pathlib import Path

from cds.errors import InputError, Place

_EXPECTED = "a roster as 'cds roster -o FILE' writes it: .xlsx, .csv or .json"


def file_bytes(path: Path) -> bytes:
    """What is in ``path``; raises InputError where it is not there, a folder, or not for us."""
    place = Place(str(path))
    if path.is_dir():
        raise InputError(f"is a folder; expected {_EXPECTED}", place)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"is not there; expected {_EXPECTED}", place) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read: {reason}; expected {_EXPECTED}", place) from error


def unknown_ending(path: Path) -> InputError:
    """What to raise for a file that is none of those that are read."""
    if path.is_dir():
        return InputError(f"is a folder; expected {_EXPECTED}", Place(str(path)))
    return InputError(
        f'unknown ending "{path.suffix.lower()}"; expected .csv, .xlsx or .json', Place(str(path))
    )


def text_of(path: Path) -> str:
    """The text of a CSV file. Raises InputError where it is not UTF-8."""
    try:
        return file_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError('is not UTF-8 text; save it as "CSV UTF-8"', Place(str(path))) from error
