"""Which images are meant: files, folders, one image on stdin, or a list of paths on stdin."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds.cli.output import warn
from cds.errors import InputError, Place
from cds.show.grammar import fill
from cds.show.layout import clean

if TYPE_CHECKING:
    from cds.imaging.reading import Images

_OTHERS: Final = ", like {count} other[|s]"


@dataclass(frozen=True, slots=True)
class Meant:
    """Files and folders to read or, where ``image`` is not None, the bytes of one image."""

    paths: tuple[Path, ...]
    image: bytes | None = None

    def files(self) -> tuple[list[Path], list[Path], list[Path]]:
        """The files to read; and, of folders, those that earlier runs left there as results, and
        those that say by their endings that they are no images."""
        from cds.cli.image.own_results import is_own_result
        from cds.imaging.reading.files import files_of, is_no_image

        named = set(self.paths)
        read: list[Path] = []
        results: list[Path] = []
        others: list[Path] = []
        for path in files_of(self.paths):
            if path in named:
                read.append(path)
            elif is_own_result(path):
                results.append(path)
            else:
                (others if is_no_image(path) else read).append(path)
        return read, results, others

    def reads(self, path: Path) -> bool:
        """Whether ``path`` is a file that is read: given by name, or an image of a folder."""
        wanted = path.resolve()
        if any(wanted == given.resolve() for given in self.paths):
            return True
        return self.within(path) and wanted.is_file() and _is_image(wanted)

    def within(self, path: Path) -> bool:
        """Whether ``path`` is a folder that is read, or lies in one."""
        wanted = path.resolve()
        return any(wanted.is_relative_to(given.resolve()) for given in self.paths if given.is_dir())

    def spare(self, path: Path) -> None:
        """Raises InputError where writing ``path`` would write over an image that is read."""
        if self.reads(path):
            raise InputError("is an input; expected another file to write to", Place(str(path)))


def meant(inputs: Sequence[str]) -> Meant:
    """What ``inputs`` name. ``-`` is stdin: an image's bytes, or paths, one a line.

    Raises InputError where stdin is empty or does not stand alone.
    """
    if "-" not in inputs:
        return Meant(tuple(Path(name) for name in inputs))
    if len(inputs) > 1:
        raise InputError("- (stdin) stands alone; expected it or files, not both")
    data = sys.stdin.buffer.read()
    paths = listed(data)
    return Meant((), data) if paths is None else Meant(tuple(paths))


def images_of(what: Meant, workers: int, *, quiet: bool = False) -> Images:
    """The images in order; raises InputError where there is nothing to read, as where none of
    what was named is there.

    Results of earlier runs in folders and files that are no images by their endings are left
    out, which is said unless ``quiet``. Where there are many files, processes start to read them
    at once: close it, come what may.
    """
    from cds.imaging.reading import read, read_bytes, workers_for

    if what.image is not None:
        return read_bytes("-", what.image)
    _see_that_one_is_there(what.paths)
    files, results, others = what.files()
    for left_out, why in ((results, "results of an earlier run"), (others, "no images")):
        if left_out and not quiet:
            more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
            warn(f"{clean(left_out[0])}{more}: {why}, left out")
    if not files:
        raise InputError(f"no images in {', '.join(map(str, what.paths)) or 'the list on stdin'}")
    return read(files, workers=workers_for(len(files), workers))


def listed(data: bytes) -> list[Path] | None:
    """The paths that ``data`` lists, one a line; None where it is an image's bytes."""
    from cds.imaging.reading.files import kind_of

    if not data.strip():
        raise InputError("stdin is empty; expected an image, or paths, one a line")
    if kind_of("-", data) is not None or b"\0" in data:
        return None
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return None
    return [Path(line.strip()) for line in lines if line.strip()]


def _see_that_one_is_there(paths: Sequence[Path]) -> None:
    """InputError where there is none of them: of several, one that is missing is a result."""
    if paths and not any(map(_is_there, paths)):
        others = "" if len(paths) == 1 else fill(_OTHERS, count=len(paths) - 1)
        place = Place(clean(str(paths[0])))
        raise InputError(f"is not there{others}; expected an image, or a folder of them", place)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # whatever it is, reading it says so
    return True


def _is_image(path: Path) -> bool:
    from cds.imaging.reading.files import kind_of

    with path.open("rb") as stream:
        return kind_of(path.name, stream.read(132)) is not None
