"""Golden vectors: raw sample images with what must come out of the whole pipeline for them.

They are stored as they were read (stored values, photometric interpretation, modality
transform), so that a contract with the wrong polarity, range or window is caught, and not only
another graph. Names, dates and identifiers of the samples are not stored.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.imaging.contract.model import Contract
from cds.imaging.frame import Frame, GreyScale, Identity, LookupTable, Photometric, Window

GOLDEN: Final = "golden.npz"
BLOCKS: Final = 8
_LONGEST_SIDE: Final = 512

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Golden:
    """``fingerprints``: (n, channels, blocks, blocks), see ``fingerprint``. ``expected``: (n, k),
    see ``outcome.summary``. ``distances``: (n,), not a number where there is no gate.
    ``labels``, ``modalities`` and ``size`` (height, width) are those of the contract when the
    vectors were made."""

    frames: tuple[Frame, ...]
    fingerprints: Numbers
    expected: Numbers
    distances: Numbers
    labels: tuple[str, ...]
    modalities: tuple[str, ...]
    size: tuple[int, int]


def fingerprint(pixels: NDArray[Any], layout: str) -> Numbers:
    """Prepared pixels without batch axis → means of 8 × 8 blocks, (channels, rows, columns).

    Blocks and not every pixel: small, and the same on computers whose resizing differs in the
    last bit, yet another for a flip, an inversion, another range or another order of channels.
    """
    planes = np.asarray(pixels, dtype=np.float64)
    if layout == "NHWC":
        planes = np.moveaxis(planes, -1, 0)
    rows, columns = (
        np.linspace(0, side, min(BLOCKS, side), endpoint=False).astype(int)
        for side in planes.shape[1:]
    )
    sums = np.add.reduceat(np.add.reduceat(planes, rows, axis=1), columns, axis=2)
    heights = np.diff([*rows, planes.shape[1]])[:, None]
    widths = np.diff([*columns, planes.shape[2]])[None, :]
    means: Numbers = sums / (heights * widths)
    return means


def thinned(frame: Frame) -> Frame:
    """The frame as golden vectors keep it: large ones with fewer pixels, without identifiers."""
    step = -(-max(frame.stored.shape[:2]) // _LONGEST_SIDE)
    identity = frame.identity
    return replace(
        frame,
        source="golden",
        number=0,
        stored=np.ascontiguousarray(frame.stored[::step, ::step]),
        spacing=None
        if frame.spacing is None
        else (frame.spacing[0] * step, frame.spacing[1] * step),
        identity=Identity(
            modality=identity.modality,
            body_part=identity.body_part,
            view=identity.view,
            laterality=identity.laterality,
            sop_class=identity.sop_class,
        ),
        findings={},
        header=None,
    )


def golden_bytes(
    frames: Sequence[Frame],
    fingerprints: NDArray[Any],
    expected: NDArray[Any],
    distances: NDArray[Any],
    contract: Contract,
) -> bytes:
    """The content of ``golden.npz`` for frames that were ``thinned``."""
    about = {
        "frames": [_described(frame) for frame in frames],
        "labels": [label.name for label in contract.output.labels],
        "modalities": list(contract.scope.modalities),
        "size": [contract.intake.height, contract.intake.width],
    }
    stream = io.BytesIO()
    arrays: dict[str, Any] = {f"frame_{n}": frame.stored for n, frame in enumerate(frames)}
    np.savez_compressed(
        stream,
        about=np.array(json.dumps(about)),
        fingerprints=np.asarray(fingerprints, dtype=np.float32),
        expected=np.asarray(expected, dtype=np.float32),
        distances=np.asarray(distances, dtype=np.float32),
        **arrays,
    )
    return stream.getvalue()


def read_golden(content: bytes, source: str) -> Golden:
    """The golden vectors in ``content``; raises InputError where it is no such file."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            frames = tuple(
                _frame(one, arrays[f"frame_{n}"]) for n, one in enumerate(about["frames"])
            )
            golden = Golden(
                frames,
                np.asarray(arrays["fingerprints"], dtype=np.float64),
                np.asarray(arrays["expected"], dtype=np.float64),
                np.asarray(arrays["distances"], dtype=np.float64),
                tuple(about["labels"]),
                tuple(about["modalities"]),
                (int(about["size"][0]), int(about["size"][1])),
            )
    except Exception as error:
        raise InputError(
            "is not a file of golden vectors; make it again: cds image pack --samples FOLDER",
            Place(source),
        ) from error
    sizes = {len(frames), len(golden.fingerprints), len(golden.expected), len(golden.distances)}
    if len(sizes) > 1 or not frames:
        raise InputError("holds arrays of different lengths, or none", Place(source))
    return golden


def _described(frame: Frame) -> dict[str, Any]:
    grey, identity = frame.grey, frame.identity
    return {
        "photometric": frame.photometric,
        "kind": frame.kind,
        "spacing": frame.spacing,
        "row_axis": frame.row_axis,
        "column_axis": frame.column_axis,
        "identity": {
            "modality": identity.modality,
            "body_part": identity.body_part,
            "view": identity.view,
            "laterality": identity.laterality,
            "sop_class": identity.sop_class,
        },
        "grey": {
            "bits_stored": grey.bits_stored,
            "slope": grey.slope,
            "intercept": grey.intercept,
            "unit": grey.unit,
            "padding": grey.padding,
            "windows": [[one.centre, one.width, one.function] for one in grey.windows],
            "modality_table": _table(grey.modality_table),
            "voi_table": _table(grey.voi_table),
        },
    }


def _table(table: LookupTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {"first": table.first, "bits": table.bits, "values": table.values.tolist()}


def _frame(about: Mapping[str, Any], stored: NDArray[Any]) -> Frame:
    grey = about["grey"]
    return Frame(
        source="golden",
        number=0,
        stored=stored,
        photometric=cast(Photometric, about["photometric"]),
        grey=GreyScale(
            bits_stored=grey["bits_stored"],
            slope=grey["slope"],
            intercept=grey["intercept"],
            unit=grey["unit"],
            modality_table=_read_table(grey["modality_table"]),
            windows=tuple(Window(*one) for one in grey["windows"]),
            voi_table=_read_table(grey["voi_table"]),
            padding=_tuple(grey["padding"]),
        ),
        identity=Identity(**about["identity"]),
        spacing=_tuple(about["spacing"]),
        row_axis=_tuple(about["row_axis"]),
        column_axis=_tuple(about["column_axis"]),
        kind=about["kind"],
    )


def _read_table(about: Mapping[str, Any] | None) -> LookupTable | None:
    if about is None:
        return None
    return LookupTable(about["first"], np.array(about["values"], dtype=np.float64), about["bits"])


def _tuple(value: Any) -> Any:
    return None if value is None else tuple(value)
