"""What goes into a graph, by what graph, metadata and owner say."""

from __future__ import annotations

from typing import Any

from cds.errors import InputError, Place
from cds.imaging.contract.model import Intake, Layout
from cds.imaging.frame import Window
from cds.imaging.packing.graph import GraphFacts, Tensor, layouts
from cds.imaging.packing.monai import Metadata
from cds.imaging.packing.wishes import Notes, Wishes


def image_of(facts: GraphFacts, source: str) -> Tensor:
    """The graph's one image input; raises InputError where it has none or several."""
    if len(facts.inputs) != 1:
        names = ", ".join(map(str, facts.inputs)) or "none"
        raise InputError(
            f"has {len(facts.inputs)} inputs ({names}); export it with one image input",
            Place(source),
        )
    image = facts.inputs[0]
    if len(image.shape) != 4:
        raise InputError(
            f"takes {image}; expected four axes: a batch of two-dimensional images", Place(source)
        )
    if image.kind not in ("float32", "float16", "uint8"):
        raise InputError(f"takes {image.kind}; expected float32, float16 or uint8", Place(source))
    return image


def intake_of(
    image: Tensor, metadata: Metadata | None, wishes: Wishes, notes: Notes, source: str
) -> Intake:
    """What goes in; flags that are missing are added to ``notes``."""
    layout = _layout(image, wishes, notes, source)
    nchw = layout == "NCHW"
    axis = image.shape[1 if nchw else 3]
    channels = axis if isinstance(axis, int) else (metadata.channels if metadata else None)
    if channels is None:
        notes.missing.append("--layout NCHW|NHWC with a graph that states its channels")
        channels = 1
    if channels not in (1, 3):
        raise InputError(f"takes {channels} channels; expected 1 or 3", Place(source))
    height, width = _size(image, nchw, metadata, wishes, notes, source)
    value_range = wishes.value_range
    if value_range is None and metadata is not None and metadata.value_range is not None:
        value_range = metadata.value_range
        notes.known.append(f"range {value_range}: from metadata.json")
    if value_range is None:
        notes.missing.append("--range 0,1  (pixels before mean and deviation; often 0,1 or 0,255)")
    if wishes.mean is None or wishes.deviation is None:
        notes.missing.append("--mean 0 --std 1  (or what training subtracted and divided by)")
    if wishes.polarity is None:
        notes.missing.append("--polarity bright|dark  (is dense tissue bright, as usual, or dark?)")
    if wishes.resize is None:
        notes.missing.append("--resize stretch|letterbox|crop  (what training did)")
    if wishes.window is None:
        notes.missing.append("--window header|none|CENTRE,WIDTH")
    _check_lengths(wishes, channels)
    return Intake(
        name=image.name,
        layout=layout,
        height=height,
        width=width,
        channels=channels,
        dtype=_dtype(image.kind),
        resize=wishes.resize or "stretch",
        interpolation=wishes.interpolation,
        polarity=wishes.polarity or "bright",
        window=wishes.window if isinstance(wishes.window, Window) else None,
        display=wishes.window == "header",
        value_range=value_range or (0.0, 1.0),
        mean=wishes.mean or (0.0,),
        deviation=wishes.deviation or (1.0,),
    )


def _dtype(kind: str) -> Any:
    return kind


def _check_lengths(wishes: Wishes, channels: int) -> None:
    for flag, numbers in (("--mean", wishes.mean), ("--std", wishes.deviation)):
        if numbers is not None and len(numbers) not in (1, channels):
            raise InputError(
                f"{flag} has {len(numbers)} numbers; the graph takes {channels} channels"
            )


def _layout(image: Tensor, wishes: Wishes, notes: Notes, source: str) -> Layout:
    possible = layouts(image.shape)
    if wishes.layout is not None:
        if wishes.layout not in possible:
            raise InputError(
                f"takes {image}, which cannot be --layout {wishes.layout}", Place(source)
            )
        return wishes.layout
    if len(possible) == 1:
        notes.known.append(f"layout {possible[0]}: from the graph's input {image}")
        return possible[0]
    if not possible:
        raise InputError(f"takes {image}; expected 1 or 3 channels", Place(source))
    notes.missing.append(f"--layout NCHW|NHWC  (the graph's input {image} may be either)")
    return possible[0]


def _size(
    image: Tensor,
    nchw: bool,
    metadata: Metadata | None,
    wishes: Wishes,
    notes: Notes,
    source: str,
) -> tuple[int, int]:
    sides = image.shape[2:4] if nchw else image.shape[1:3]
    if wishes.size is not None:
        for said, there in zip(wishes.size, sides, strict=True):
            if isinstance(there, int) and there != said:
                raise InputError(
                    f"takes {image}, which is not --size {wishes.size[0]}x{wishes.size[1]}",
                    Place(source),
                )
        return wishes.size
    height, width = sides
    if isinstance(height, int) and isinstance(width, int):
        notes.known.append(f"size {height}x{width}: from the graph's input")
        return height, width
    shape = metadata.shape if metadata is not None else ()
    if len(shape) == 2 and isinstance(shape[0], int) and isinstance(shape[1], int):
        notes.known.append(f"size {shape[0]}x{shape[1]}: from metadata.json; the graph takes any")
        return shape[0], shape[1]
    notes.missing.append(f"--size HEIGHTxWIDTH  (the graph takes any: {image})")
    return 1, 1
