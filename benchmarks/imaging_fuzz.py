"""Throw damaged images at the reader; only frames and reasons may come out.

``python -m benchmarks.imaging_fuzz --count 10000 --data ../shared/data/imaging/dicom-real``

Seeds are DICOM files (of ``--data``, and those that pydicom's package brings) and pictures and
volumes made here. Each is damaged (bits, bytes, blocks, its end; header values of DICOM), written
to a folder, and read and prepared by another process as ``cds image`` does. That process
must live, answer within ``--patience`` seconds a file, and print no traceback.
"""

from __future__ import annotations

import argparse
import gzip
import io
import random
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BATCH = 40
MUCH = 400  # MB by which one file may make the process grow without being named
LARGEST_SEED = 600_000
NUMBERS = (0, 1, 2, 3, 7, 8, 15, 16, 17, 255, 256, 4096, 32767, 32768, 65535)
TEXTS = ("", "0", "-1", "1", "2", "1e308", "-1e308", "nan", "1E400", "99999999", "x", "1\\2\\3")
SYNTAXES = (
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.4.100", "1.2.3",
)  # fmt: skip
WHOLE = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel",
    "PixelRepresentation", "PlanarConfiguration", "PixelPaddingValue",
)  # fmt: skip
DECIMAL = (
    "NumberOfFrames", "RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth",
    "PixelSpacing", "ImageOrientationPatient",
)  # fmt: skip
WORDS = ("PhotometricInterpretation", "VOILUTFunction", "Modality", "ImageType")


def flip(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 5, 20))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def flip_in_header(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 4))):
        data[chance.randrange(min(len(data), 2000))] = chance.choice((0, 1, 127, 128, 255))
    return data


def cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def overwrite(data: bytearray, chance: random.Random) -> bytearray:
    at, length = chance.randrange(len(data)), chance.choice((2, 4, 16, 200))
    data[at : at + length] = chance.choice((b"\0", b"\xff", chance.randbytes(1))) * length
    return data


def insert(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice((1, 2, 7, 100)))
    return data


def remove(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 8, 300))]
    return data


def repeat(data: bytearray, chance: random.Random) -> bytearray:
    at, length = chance.randrange(len(data)), chance.choice((4, 100, 2000))
    data[at:at] = data[at : at + length]
    return data


def edit_tag(data: bytearray, chance: random.Random) -> bytearray:
    """A header value of a DICOM file replaced; flipped bits where the file cannot be written."""
    import pydicom

    try:
        header = pydicom.dcmread(io.BytesIO(bytes(data)), force=True)
        kind = chance.randrange(5)
        if kind == 0 and hasattr(header, "file_meta"):
            header.file_meta.TransferSyntaxUID = chance.choice(SYNTAXES)
        elif kind == 1:
            setattr(header, chance.choice(WHOLE), chance.choice(NUMBERS))
        elif kind == 2:
            setattr(header, chance.choice(DECIMAL), chance.choice(TEXTS))
        elif kind == 3:
            setattr(header, chance.choice(WORDS), chance.choice(("", "RGB", "YBR_FULL_422", "X")))
        else:
            keyword = chance.choice((*WHOLE, *DECIMAL, *WORDS, "PixelData"))
            if keyword in header:
                delattr(header, keyword)
        stream = io.BytesIO()
        header.save_as(stream, enforce_file_format=False)
        return bytearray(stream.getvalue())
    except Exception:
        return flip(data, chance)


DAMAGE: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    flip, flip, flip_in_header, flip_in_header, cut, overwrite, insert, remove, repeat, edit_tag,
    edit_tag,
)  # fmt: skip


def seeds(folders: list[Path]) -> dict[str, bytes]:
    """Name → content."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".dcm", "") and path.name != "DICOMDIR":
                content = path.read_bytes()
                if 132 < len(content) <= LARGEST_SEED and (
                    holds_image(path) or not len(found) % 20
                ):
                    found[path.name] = content
    found.update(made_seeds())
    return found


def holds_image(path: Path) -> bool:
    import pydicom

    header = pydicom.dcmread(path, force=True)
    return any(keyword in header for keyword in ("PixelData", "FloatPixelData"))


def made_seeds() -> Iterator[tuple[str, bytes]]:
    import nibabel
    import numpy as np
    from PIL import Image

    chance = np.random.default_rng(5)
    grey = chance.integers(0, 256, (48, 40), dtype=np.uint8)
    deep = chance.integers(0, 65536, (48, 40), dtype=np.uint16)
    colour = chance.integers(0, 256, (48, 40, 3), dtype=np.uint8)
    pictures = {
        "grey": Image.fromarray(grey),
        "deep": Image.fromarray(deep),
        "rgb": Image.fromarray(colour),
        "rgba": Image.fromarray(np.dstack([colour, grey])),
        "palette": Image.fromarray(colour).quantize(16),
        "bit": Image.fromarray(grey).convert("1"),
    }
    for name, picture in pictures.items():
        for form, options in (
            ("png", {}), ("jpeg", {}), ("tiff", {}), ("tiff", {"compression": "tiff_lzw"}),
            ("tiff", {"compression": "jpeg"}), ("tiff", {"compression": "tiff_deflate"}),
        ):  # fmt: skip
            stream = io.BytesIO()
            try:
                picture.save(stream, form, **options)
            except (OSError, ValueError):
                continue
            yield f"{name}-{options.get('compression', 'plain')}.{form}", stream.getvalue()
    stream = io.BytesIO()
    pages = [Image.fromarray(grey)] * 3
    pages[0].save(stream, "tiff", save_all=True, append_images=pages[1:])
    yield "pages.tiff", stream.getvalue()
    volume = chance.integers(-1000, 1000, (12, 14, 5)).astype(np.int16)
    for name, array in {"flat": grey, "volume": volume, "real": volume / 7}.items():
        for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image):
            image = kind(array, np.diag([-0.5, -0.5, 2, 1]))
            yield f"{name}-{kind.__name__}.nii", image.to_bytes()
            yield f"{name}-{kind.__name__}.nii.gz", gzip.compress(image.to_bytes())


def subject() -> None:
    """Read and prepare what is in the folders named on stdin, a line a result."""
    from cds.imaging.contract.model import Intake
    from cds.imaging.frame import Unreadable
    from cds.imaging.pixels import CannotPrepare, prepare
    from cds.imaging.reading import ReadLimits, read

    intake = Intake("x", "NCHW", 32, 32, 3, resize="letterbox", interpolation="area")
    for folder in iter(lambda: Path(sys.stdin.readline().strip()), Path()):
        for image in read(announced(folder), limits=ReadLimits(seconds=10.0)):
            if isinstance(image, Unreadable):
                print("refused", image.reason.encode("ascii", "replace").decode(), flush=True)
                continue
            try:
                prepare(image, intake)
                print("read", image.encoding, flush=True)
            except CannotPrepare as refusal:
                print("unfit", refusal.reason, flush=True)
        print("done", most_memory(), flush=True)


def announced(folder: Path) -> Iterator[Path]:
    """The files, each named on stdout before it is read; said if it took much memory."""
    for file in sorted(folder.iterdir()):
        before = most_memory()
        print("start", file.name, flush=True)
        yield file
        if most_memory() - before > MUCH:
            print("grew", most_memory() - before, file.name, flush=True)


def most_memory() -> int:
    """MB that this process has had at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Subject:
    """The process that reads; replaced when it dies or does not answer."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.process: subprocess.Popen[str] | None = None
        self.stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as this

    def lines(self, folder: Path) -> Iterator[str]:
        """What it says of ``folder``; ends early where it died, with ``hang`` where killed."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.imaging_fuzz", "--subject"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.stderr, text=True,
            )  # fmt: skip
        process = self.process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{folder}\n")
        process.stdin.flush()
        late = threading.Event()
        while True:
            watch = threading.Timer(self.patience, lambda: (late.set(), process.kill()))
            watch.start()
            line = process.stdout.readline().rstrip("\n")
            watch.cancel()
            if not line:
                yield "hang" if late.is_set() else f"died {process.wait()}"
                return
            yield line
            if line.startswith("done"):
                return

    def said(self) -> str:
        self.stderr.seek(0)
        return self.stderr.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--only", action="store_true", help="not the seeds of pydicom")
    parser.add_argument("--patience", type=float, default=30.0)
    parser.add_argument("--keep", type=Path, help="where files that broke something are kept")
    parser.add_argument("--subject", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.subject:
        subject()
        return
    warnings.simplefilter("ignore")
    import pydicom.data

    packaged = Path(pydicom.data.__file__).parent / "test_files"
    originals = seeds([*arguments.data, *([] if arguments.only else [packaged])])
    names = sorted(originals)
    chance = random.Random(arguments.seed)
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    broken: list[str] = []
    reader = Subject(arguments.patience)
    started, memory = time.perf_counter(), 0
    for first in range(0, arguments.count, BATCH):
        with tempfile.TemporaryDirectory() as place:
            for number in range(first, min(first + BATCH, arguments.count)):
                name = chance.choice(names)
                damage = chance.choice(DAMAGE)
                damaged = damage(bytearray(originals[name]), chance)
                Path(place, f"{number:06d}-{damage.__name__}-{name}").write_bytes(damaged)
            while any(Path(place).iterdir()):
                last, ended = run_folder(reader, Path(place), outcomes, reasons, arguments.keep)
                memory = max(memory, ended) if isinstance(ended, int) else memory
                if isinstance(ended, int):
                    break
                broken.append(f"{last}: {ended}")
                print(f"BROKEN {last}: {ended}", flush=True)
                keep(Path(place), last, arguments.keep)
        if first // BATCH % 25 == 24:
            print(f"{first + BATCH} in {time.perf_counter() - started:.0f} s", flush=True)
    report(arguments, names, outcomes, reasons, broken, reader.said(), memory)
    raise SystemExit(1 if broken or outcomes["stray"] or reader.said().strip() else 0)


def run_folder(
    reader: Subject, folder: Path, outcomes: Counter[str], reasons: Counter[str], place: Path | None
) -> tuple[str, int | str]:
    """The last file that was begun, and the memory in MB at the end, or how it broke."""
    last = ""
    for line in reader.lines(folder):
        word, _, rest = line.partition(" ")
        if word in ("hang", "died"):
            return last, line
        if word == "done":
            return last, int(rest)
        if word == "grew":
            print(f"memory grew by {rest} MB", flush=True)
            keep_copy(folder, rest.split()[1], place)
            continue
        if word == "start":
            last = rest
            continue
        if word not in ("read", "refused", "unfit"):
            print(f"STRAY {line!r} on stdout: {last}", flush=True)
            keep_copy(folder, last, place)
            word = "stray"
        outcomes[word] += 1
        if word != "read":
            reasons["".join(c for c in rest if not c.isdigit())[:90]] += 1
    return last, "no answer"


def keep(folder: Path, last: str, place: Path | None) -> None:
    """Set aside the file that broke it, and those before it, which were read."""
    for path in sorted(folder.iterdir()):
        if path.name > last:
            return
        if path.name == last:
            keep_copy(folder, last, place)
        path.unlink()


def keep_copy(folder: Path, name: str, place: Path | None) -> None:
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes((folder / name).read_bytes())


def report(
    arguments: Any, names: list[str], outcomes: Counter[str], reasons: Counter[str],
    broken: list[str], said: str, memory: int,
) -> None:  # fmt: skip
    print(f"{arguments.count} damaged files of {len(names)} seeds, seed {arguments.seed}")
    print(f"frames read {outcomes['read']}, refused {outcomes['refused']}, "
          f"read but unfit {outcomes['unfit']}")  # fmt: skip
    print(f"crashes and hangs of the process {len(broken)}, stray lines {outcomes['stray']}, "
          f"bytes on its stderr {len(said)}, its memory at most {memory} MB")  # fmt: skip
    for reason, count in reasons.most_common(25):
        print(f"  {count:6d}  {reason}")
    if said:
        print(said[:3000])


if __name__ == "__main__":
    main()
