"""Where a contract and the graph that it is of do not fit together, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cds.imaging.contract.model import Contract, Intake

if TYPE_CHECKING:
    from cds.imaging.runtime.session import Port


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that does not fit: a code, what was found, and what to do."""

    code: str
    message: str
    remedy: str


def disagreements(
    contract: Contract, inputs: Sequence[Port], outputs: Sequence[Port]
) -> Iterator[Disagreement]:
    """Every way in which the contract contradicts what the graph says of itself."""
    yield from _input(contract.intake, inputs)
    yield from _outputs(contract, outputs)


def image_shape(intake: Intake) -> tuple[int, int, int]:
    """The shape of one image as the contract says, without the batch axis."""
    if intake.layout == "NCHW":
        return intake.channels, intake.height, intake.width
    return intake.height, intake.width, intake.channels


def _input(intake: Intake, inputs: Sequence[Port]) -> Iterator[Disagreement]:
    names = [port.name for port in inputs]
    if intake.name not in names or len(inputs) > 1:
        yield Disagreement(
            "input",
            f"the graph's inputs are {', '.join(names)}; the contract feeds {intake.name} alone",
            f"set input.name to {names[0]!r}, or export the graph with one input",
        )
        return
    port = inputs[0]
    if port.kind != intake.dtype:
        yield Disagreement(
            "dtype",
            f"the graph takes {port.kind}, the contract says {intake.dtype}",
            f"set input.dtype to {port.kind!r}",
        )
    if len(port.shape) != 4:
        yield Disagreement(
            "layout",
            f"the graph's input has {len(port.shape)} axes {_shape(port.shape)}; 4 were expected",
            "export the graph for batches of two-dimensional images",
        )
        return
    batch = port.shape[0]
    if isinstance(batch, int) and batch > 1:
        yield Disagreement(
            "dynamic_axis",
            f"the graph takes exactly {batch} images at once {_shape(port.shape)}",
            "export it again with axis 0 of the input dynamic (torch.onnx: dynamic_axes)",
        )
    yield from _sizes(intake, port.shape)


def _sizes(intake: Intake, shape: Sequence[int | str | None]) -> Iterator[Disagreement]:
    nchw = intake.layout == "NCHW"
    channels = shape[1] if nchw else shape[3]
    spatial = (shape[2], shape[3]) if nchw else (shape[1], shape[2])
    if isinstance(channels, int) and channels != intake.channels:
        other = shape[3] if nchw else shape[1]
        if other in (1, 3) and channels not in (1, 3):
            turned = "NHWC" if nchw else "NCHW"
            yield Disagreement(
                "layout",
                f"the graph's input is {_shape(shape)}, which is {turned}; the contract says "
                f"{intake.layout}",
                f"set input.layout to {turned!r}",
            )
            return
        yield Disagreement(
            "channels",
            f"the graph takes {channels} channels {_shape(shape)}, the contract says "
            f"{intake.channels}",
            f"set input.channels to {channels}",
        )
    for axis, found, said in zip(
        ("height", "width"), spatial, (intake.height, intake.width), strict=True
    ):
        if isinstance(found, int) and found != said:
            yield Disagreement(
                "size",
                f"the graph takes a {axis} of {found} {_shape(shape)}, the contract says {said}",
                f"set input.{axis} to {found}",
            )


def _outputs(contract: Contract, outputs: Sequence[Port]) -> Iterator[Disagreement]:
    output = contract.output
    shapes = {port.name: port.shape for port in outputs}
    for key in ("name", "features", "feature_map", "boxes", "scores", "masks"):
        name = getattr(output, key)
        if name and name not in shapes:
            yield Disagreement(
                "output",
                f"the graph has no output {name!r}; it has {', '.join(shapes)}",
                f"correct output.{key}, or export the graph with that output",
            )
    labels = len(output.labels)
    if contract.task in ("classification", "multilabel") and output.name in shapes:
        shape = shapes[output.name]
        width = shape[-1] if len(shape) > 1 else 1
        fits = (labels,) if contract.task == "multilabel" or labels > 2 else (1, labels)
        if isinstance(width, int) and width not in fits:
            yield Disagreement(
                "classes",
                f"the graph gives {width} values {_shape(shape)}, the contract names {labels} "
                "labels",
                f"name {width} labels under [[output.labels]], in the order of training",
            )
    if contract.task == "segmentation" and output.masks in shapes:
        shape = shapes[output.masks]
        count = shape[1] if len(shape) == 4 else None
        if isinstance(count, int) and count not in (labels, labels + 1):
            yield Disagreement(
                "classes",
                f"the graph gives {count} masks {_shape(shape)}, the contract names {labels} "
                "labels",
                f"name {count} labels, or {count - 1} where the first mask is the background",
            )


def _shape(shape: Sequence[int | str | None]) -> str:
    return f"({' x '.join('?' if isinstance(n, str | None) else str(n) for n in shape)})"
