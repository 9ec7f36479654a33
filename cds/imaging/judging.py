"""Run a model over examples and set its answers beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from cds.errors import InputError
from cds.imaging.answer import Answer
from cds.imaging.contract.model import Contract
from cds.imaging.evaluation import Judged
from cds.imaging.examples import Example
from cds.imaging.loaded import LoadedModel
from cds.imaging.predict import predict
from cds.imaging.reading import read, workers_for
from cds.imaging.result import printable

Progress = Callable[[str, int, int], None]


def label_numbers(
    examples: Sequence[Example], contract: Contract, renamed: Mapping[str, str]
) -> dict[str, int]:
    """The examples' labels → the contract's label numbers.

    ``renamed``: the examples' name → the contract's. Case does not matter where it makes no
    difference. Raises InputError where the model is no classifier or a label is not one of its.
    """
    if contract.task != "classification":
        raise InputError(f"{contract.name} is a model for {contract.task}, not classification")
    names = [label.name for label in contract.output.labels]
    folded = {name.casefold(): place for place, name in enumerate(names)}
    if len(folded) < len(names):
        folded = {}
    found: dict[str, int] = {}
    for label in sorted({example.label for example in examples}):
        wanted = renamed.get(label, label)
        place = names.index(wanted) if wanted in names else folded.get(wanted.casefold())
        if place is None:
            raise InputError(
                f"label {wanted!r} is none of {contract.name}'s: {', '.join(names)}; say which it "
                f"is with --map {label}=LABEL"
            )
        found[label] = place
    return found


def judge(
    model: LoadedModel,
    examples: Sequence[Example],
    numbers: Mapping[str, int],
    *,
    progress: Progress = lambda what, done, parts: None,
    batch: int = 16,
    workers: int = 1,
) -> Iterator[tuple[Judged, Answer]]:
    """Every image of every example, judged; images that the model keeps back too."""
    of_file = {printable(str(example.file)): example for example in examples}
    names = [label.name for label in model.contract.output.labels]
    files = [example.file for example in examples]
    with closing(read(files, workers=workers_for(len(files), workers))) as images:
        for done, answer in enumerate(predict(model, images, batch=batch, forced=True), start=1):
            progress("images", done, len(examples))
            result = answer.result
            example = of_file[result.file]
            chances = None
            said = None
            if result.probabilities is not None:
                chances = tuple(result.probabilities[name] for name in names)
                said = _said(chances, model.contract)
            yield (
                Judged(
                    file=result.file,
                    truth=numbers[example.label],
                    status=result.status,
                    said=said,
                    chances=chances,
                    patient=example.patient,
                ),
                answer,
            )


def _said(chances: tuple[float, ...], contract: Contract) -> int:
    if len(chances) == 2:
        return int(chances[1] >= contract.output.threshold)
    return max(range(len(chances)), key=lambda place: chances[place])
