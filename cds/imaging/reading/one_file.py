"""Reads one file, whatever it is: the place where every fault of a decoder becomes a sentence."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.files import kind_of
from cds.imaging.reading.limits import CannotRead, NeedsOwnProcess, ReadLimits, one_line

# What these say of a damaged file, the reason says; findings say what matters of a header.
for _library in ("pydicom", "PIL", "nibabel"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read_path(path: Path, limits: ReadLimits, *, isolated: bool) -> Iterator[Frame | Unreadable]:
    """As ``read_data``, of a file."""
    try:
        limits.check_file(path.stat().st_size)
        data = path.read_bytes()
    except CannotRead as refusal:
        yield Unreadable(str(path), 0, refusal.reason)
    except OSError as error:
        yield Unreadable(str(path), 0, f"cannot be opened: {error.strerror or error}")
    else:
        yield from read_data(str(path), data, limits, isolated=isolated)


def read_data(
    name: str, data: bytes, limits: ReadLimits, *, isolated: bool
) -> Iterator[Frame | Unreadable]:
    """The frames of a file's bytes; what cannot be read is said and never raised.

    ``isolated``: this is the decoding process. Elsewhere NeedsOwnProcess is raised, before
    any frame, where the file belongs there.
    """
    frames = _frames(name, data, limits, isolated)
    while True:
        try:
            # Decoders warn on stderr of what a header has wrong; findings say what matters.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame = next(frames)
        except StopIteration:
            return
        except NeedsOwnProcess:
            raise
        except CannotRead as refusal:
            yield Unreadable(name, 0, refusal.reason)
            return
        except MemoryError:
            yield Unreadable(name, 0, "needs more memory than there is")
            return
        # Damaged input makes decoders raise nearly anything.
        except Exception as error:
            yield Unreadable(name, 0, fault(error))
            return
        yield frame


def fault(error: BaseException) -> str:
    """One sentence for what a decoder raised."""
    said = one_line(str(error))
    return f"is damaged: {said or type(error).__name__}"


def _frames(
    name: str, data: bytes, limits: ReadLimits, isolated: bool
) -> Iterator[Frame | Unreadable]:
    limits.check_file(len(data))
    kind = kind_of(name, data)
    if kind == "dicom":
        from cds.imaging.reading.dicom import read_dicom

        yield from read_dicom(name, data, limits, isolated=isolated)
    elif kind == "picture":
        from cds.imaging.reading.picture import read_picture

        yield from read_picture(name, data, limits, isolated=isolated)
    elif kind == "nifti":
        from cds.imaging.reading.nifti import read_nifti

        yield from read_nifti(name, data, limits)
    else:
        raise CannotRead("is not an image: expected DICOM, PNG, JPEG, TIFF or NIfTI")
