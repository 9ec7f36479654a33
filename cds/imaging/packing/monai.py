"""Reads the ``metadata.json`` of a MONAI bundle, which says something of what goes in and out.

It cannot say polarity, window, resize rule, activation or threshold, and it drifts from the
graph: what it says is only taken where the graph does not contradict it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cds.errors import InputError, Place
from cds.imaging.packing.graph import Axis, Tensor

METADATA: Final = "metadata.json"
_MODALITIES: Final = {
    "CT": ("CT",), "MR": ("MR",), "MRI": ("MR",), "XR": ("CR", "DX"), "XRAY": ("CR", "DX"),
    "X-RAY": ("CR", "DX"), "CR": ("CR",), "DX": ("DX",), "MG": ("MG",), "US": ("US",),
    "MAMMOGRAPHY": ("MG",), "MAMMO": ("MG",), "ULTRASOUND": ("US",), "PT": ("PT",), "PET": ("PT",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says; None or empty where it says nothing."""

    name: str
    version: str
    purpose: str
    data: str
    licence: str
    modalities: tuple[str, ...]
    channels: int | None
    shape: tuple[int | None, ...]
    kind: str
    value_range: tuple[float, float] | None
    classes: tuple[str, ...]


def read_metadata(path: Path) -> Metadata:
    """The metadata in ``path``; raises InputError where it is no JSON object."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as JSON: {error}", Place(str(path))) from error
    if not isinstance(document, Mapping):
        raise InputError("is not a JSON object", Place(str(path)))
    network = _inner(document, "network_data_format")
    image = _first(_inner(network, "inputs"))
    output = _first(_inner(network, "outputs"))
    channels = image.get("num_channels")
    return Metadata(
        name=_text(document, "name"),
        version=_text(document, "version"),
        purpose=_text(document, "intended_use") or _text(document, "description"),
        data=_text(document, "data_source"),
        licence=_text(document, "copyright"),
        modalities=_MODALITIES.get(_text(image, "modality").upper(), ()),
        channels=channels if isinstance(channels, int) else None,
        shape=tuple(_whole(side) for side in _list(image, "spatial_shape")),
        kind=_text(image, "dtype"),
        value_range=_range(image.get("value_range")),
        classes=_classes(output.get("channel_def")),
    )


def contradictions(metadata: Metadata, image: Tensor, layout: str) -> list[str]:
    """In words, where the metadata says otherwise than the graph's input; the graph is right."""
    if len(image.shape) != 4:
        return []
    nchw = layout == "NCHW"
    channels: Axis = image.shape[1 if nchw else 3]
    sides = image.shape[2:4] if nchw else image.shape[1:3]
    found = []
    if isinstance(channels, int) and metadata.channels not in (None, channels):
        found.append(f"{METADATA} says {metadata.channels} channels, the graph takes {channels}")
    if metadata.shape and len(metadata.shape) != 2:
        found.append(f"{METADATA} says {len(metadata.shape)} axes of space, the graph takes 2")
    for said, there in zip(metadata.shape, sides, strict=False):
        if isinstance(said, int) and isinstance(there, int) and said != there:
            spoken = " x ".join(str(side) for side in metadata.shape)
            taken = " x ".join(str(side) for side in sides)
            found.append(f"{METADATA} says a size of {spoken}, the graph takes {taken}")
            break
    if metadata.kind and metadata.kind not in (image.kind, "float") and image.kind:
        found.append(f"{METADATA} says {metadata.kind}, the graph takes {image.kind}")
    return found


def _inner(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, Mapping) else {}


def _first(table: Mapping[str, Any]) -> Mapping[str, Any]:
    value: Any = next(iter(table.values()), {})
    return value if isinstance(value, Mapping) else {}


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _whole(value: Any) -> int | None:
    """A side; expressions such as ``16*n`` say nothing definite."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _range(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    low, high = value
    if not all(isinstance(side, int | float) for side in value) or not low < high:
        return None
    return float(low), float(high)


def _classes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Mapping):
        return ()
    try:
        order = sorted(value, key=int)
    except ValueError:
        return ()
    return tuple(str(value[key]) for key in order)
