"""Runs a model over images: prepared while others are computed, answered in the input's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from numpy.typing import NDArray

from cds.imaging import scope
from cds.imaging.answer import Answer, answered, unanswered
from cds.imaging.contract.agreement import image_shape
from cds.imaging.contract.model import Contract
from cds.imaging.frame import Frame, Unreadable
from cds.imaging.loaded import LoadedModel
from cds.imaging.pixels import CannotPrepare, Prepared, prepare

_ROOM: Final = 256 << 20  # bytes of images on their way; large films come one by one
_NOT_FOR_READING: Final = ("localizer", "segmentation", "quality_control")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an image gets no answer: a code of ``reasons`` with its numbers."""

    code: str
    numbers: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An image on its way: ``prepared`` is None where it cannot go into the graph."""

    image: Frame | Unreadable
    prepared: Prepared | None
    refusal: Refusal | None

    @property
    def size(self) -> int:
        """About how many bytes it takes: as read, and as shown (``Prepared.shown``)."""
        return _bytes_of(self.image)


def predict(
    model: LoadedModel,
    images: Iterable[Frame | Unreadable],
    *,
    batch: int = 8,
    forced: bool = False,
    maps: bool = False,
    language: str = "en",
    workers: int = 2,
) -> Iterator[Answer]:
    """One answer an image, in order; batches of ``batch``, prepared by ``workers`` threads.

    Refused images go through the graph too, so that their distance is known, but their
    probabilities are given only where ``forced``. ``maps``: keep the feature map. Raises
    ImplausibleOutput where the graph's numbers contradict the contract, InputError where the
    device fails.
    """
    size = max(1, model.largest_batch(batch))
    intake = model.contract.intake
    buffer = model.session.buffer((size, *image_shape(intake)), intake.dtype)
    group: list[_Waiting] = []
    ready = room = 0
    for waiting in _prepared(model.contract, images, workers, 2 * size):
        group.append(waiting)
        if waiting.prepared is not None:
            buffer[ready] = waiting.prepared.pixels
            ready += 1
        room += waiting.size
        if ready == size or room > _ROOM or (ready == 0 and len(group) >= size):
            yield from _answers(model, group, buffer, ready, forced, maps, language)
            group, ready, room = [], 0, 0
    yield from _answers(model, group, buffer, ready, forced, maps, language)


def refusal_of(frame: Frame, contract: Contract) -> Refusal | None:
    """Why the header alone keeps the frame from being answered; None where it does not."""
    for code in _NOT_FOR_READING:
        if code in frame.findings:
            return Refusal(code)
    for found in scope.mismatches(frame.identity, contract.scope):
        return Refusal(found.code, {"found": found.found, "expected": found.expected})
    return None


def _prepared(
    contract: Contract, images: Iterable[Frame | Unreadable], workers: int, ahead: int
) -> Iterator[_Waiting]:
    """The images in order, each made ready by a thread while others are waited for."""
    pool = ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="prepare")
    line: deque[tuple[int, Future[_Waiting]]] = deque()
    room = 0
    try:
        for image in images:
            room += _bytes_of(image)
            line.append((_bytes_of(image), pool.submit(_make_ready, image, contract)))
            while line and (len(line) > ahead or room > _ROOM or line[0][1].done()):
                taken, waiting = line.popleft()
                room -= taken
                yield waiting.result()
        while line:
            yield line.popleft()[1].result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _bytes_of(image: Frame | Unreadable) -> int:
    return 0 if isinstance(image, Unreadable) else image.stored.nbytes + 4 * image.stored.size


def _make_ready(image: Frame | Unreadable, contract: Contract) -> _Waiting:
    if isinstance(image, Unreadable):
        return _Waiting(image, None, Refusal("unreadable", {"message": image.reason}))
    refusal = refusal_of(image, contract)
    try:
        prepared = prepare(image, contract.intake)
    except CannotPrepare as error:
        return _Waiting(
            image, None, refusal or Refusal("cannot_prepare", {"message": error.reason})
        )
    return _Waiting(image, prepared, refusal)


def _too_far(distance: float, limit: float) -> Refusal | None:
    # Written so that a distance which is no number is too far.
    if distance <= limit:
        return None
    return Refusal("distance", {"distance": distance, "limit": limit})


def _answers(
    model: LoadedModel,
    group: list[_Waiting],
    buffer: NDArray[Any],
    ready: int,
    forced: bool,
    maps: bool,
    language: str,
) -> Iterator[Answer]:
    outputs: Mapping[str, NDArray[Any]] = {}
    distances = None
    if ready:
        # The whole buffer, where it is full: its memory is known to the device.
        outputs = model.run(buffer if ready == len(buffer) else buffer[:ready], maps=maps)
        distances = model.distances(outputs)
    row = 0
    for waiting in group:
        refusal = waiting.refusal
        if isinstance(waiting.image, Unreadable) or waiting.prepared is None:
            assert refusal is not None
            yield unanswered(waiting.image, refusal.code, refusal.numbers, model.contract, language)
            continue
        gate = model.contract.gate
        distance = None if distances is None else float(distances[row])
        if refusal is None and gate is not None and distance is not None:
            refusal = _too_far(distance, gate.threshold)
        yield answered(
            waiting.image,
            waiting.prepared,
            {name: array[row] for name, array in outputs.items()},
            model.contract,
            distance=distance,
            refused=None if refusal is None else (refusal.code, refusal.numbers),
            forced=forced,
            language=language,
        )
        row += 1
