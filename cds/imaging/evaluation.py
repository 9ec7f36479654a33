"""Hold a classifier's answers against the truth, with and without what the gate keeps back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.imaging import metrics
from cds.imaging.metrics import Figure, Numbers, Rows, Truths

_CONSPICUOUS = 0.05
"""A difference of prevalence from the training's that is worth a warning, if beyond chance."""
_FEWER = 5
FEW = 30
"""Fewer images than this: a share of a half has an interval of 36 points and more."""

STATUSES = ("ok", "abstain", "refused", "error")


@dataclass(frozen=True, slots=True)
class Judged:
    """One image with its truth.

    ``status`` as in results. ``said``: the label that the probabilities give, also where the
    model kept it back. ``chances``: a probability a label; None where the image never reached
    the graph. ``patient``: empty where nobody knows.
    """

    file: str
    truth: int
    status: str
    said: int | None = None
    chances: tuple[float, ...] | None = None
    patient: str = ""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label against all others. ``reliability``: of each tenth of the probability that has
    images, how many, their mean probability, the share that has the label."""

    label: str
    images: int
    figures: Mapping[str, Figure]
    reliability: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Figures over one choice of images. ``confusion``: [truth][said] counts."""

    images: int
    patients: int | None
    accuracy: Figure
    balanced_accuracy: Figure
    confusion: tuple[tuple[int, ...], ...]
    labels: tuple[LabelFigures, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader of the figures must know: a code and its numbers."""

    code: str
    label: str
    found: float
    expected: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``counts``: status → images. ``answered``: figures over the images on which the model
    spoke. ``everything``: over all that reached the graph, as if it kept nothing back. None
    where there are none. ``by_patient``: intervals resample patients and not images."""

    labels: tuple[str, ...]
    counts: Mapping[str, int]
    answered: Block | None
    everything: Block | None
    cautions: tuple[Caution, ...]
    by_patient: bool


def evaluate(
    cases: Sequence[Judged],
    labels: Sequence[str],
    *,
    prevalence: Mapping[str, float] | None = None,
    rounds: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Every measure of ``cases``.

    Of two labels the second is looked at (the first is its mirror image); of more, each against
    the others. ``prevalence``: label → share that the model's probabilities are made for, for a
    warning where it is another here. Where every image names a patient, patients are resampled.
    """
    counts = dict.fromkeys(STATUSES, 0)
    for case in cases:
        counts[case.status] += 1
    reached = [case for case in cases if case.chances is not None]
    spoken = [case for case in reached if case.status == "ok"]
    by_patient = bool(cases) and all(case.patient for case in cases)
    everything = _block(reached, labels, by_patient, rounds, seed) if reached else None
    return Evaluation(
        labels=tuple(labels),
        counts=counts,
        answered=_block(spoken, labels, by_patient, rounds, seed) if spoken else None,
        everything=everything,
        cautions=tuple(_cautions(everything, labels, prevalence or {})) if everything else (),
        by_patient=by_patient,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """Images as arrays, and how their figures get intervals."""

    truth: NDArray[np.int64]
    said: NDArray[np.int64]
    chances: Numbers
    groups: Rows
    rounds: int
    seed: int

    def drawn(self, measure: Callable[[Rows], float], *, slow: bool = False) -> Figure:
        """A measure of row numbers, with the interval of resampled groups; a fifth of the rounds
        where it is ``slow``."""
        rounds = self.rounds // _FEWER if slow else self.rounds
        return metrics.resampled(measure, self.groups, rounds=rounds, seed=self.seed)

    def share(self, hit: Truths, among: Truths) -> Figure:
        """The share of ``hit`` among ``among``: Wilson's interval where images stand alone."""
        if len(np.unique(self.groups)) == len(self.groups):
            return metrics.wilson(int((hit & among).sum()), int(among.sum()))
        return self.drawn(lambda rows: _ratio(hit[rows] & among[rows], among[rows]))


def _block(
    cases: Sequence[Judged], labels: Sequence[str], by_patient: bool, rounds: int, seed: int
) -> Block:
    names = [case.patient if by_patient else str(row) for row, case in enumerate(cases)]
    sample = _Sample(
        np.array([case.truth for case in cases], dtype=np.int64),
        np.array([case.said for case in cases], dtype=np.int64),
        np.array([case.chances for case in cases], dtype=np.float64),
        np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.int64),
        rounds,
        seed,
    )
    right = sample.truth == sample.said
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (sample.truth, sample.said), 1)
    looked_at = (1,) if len(labels) == 2 else range(len(labels))
    return Block(
        images=len(cases),
        patients=len(np.unique(sample.groups)) if by_patient else None,
        accuracy=sample.share(right, np.ones(len(cases), dtype=np.bool_)),
        balanced_accuracy=sample.drawn(lambda rows: _balanced(sample.truth[rows], right[rows])),
        confusion=tuple(tuple(map(int, row)) for row in confusion),
        labels=tuple(_one_label(sample, labels[number], number) for number in looked_at),
    )


def _one_label(sample: _Sample, label: str, number: int) -> LabelFigures:
    positive, said = sample.truth == number, sample.said == number
    chance = sample.chances[:, number]

    def of(measure: Callable[[Numbers, Truths], float], *, slow: bool = False) -> Figure:
        return sample.drawn(lambda rows: measure(chance[rows], positive[rows]), slow=slow)

    figures = {
        "recall": sample.share(said, positive),
        "specificity": sample.share(~said, ~positive),
        "precision": sample.share(positive, said),
        "f1": sample.drawn(lambda rows: _f1(positive[rows], said[rows])),
        "auroc": of(metrics.auroc),
        "brier": of(metrics.brier),
        "ece": of(metrics.calibration_error),
        "calibration_slope": of(lambda p, y: metrics.calibration_line(p, y)[0], slow=True),
        "calibration_intercept": of(lambda p, y: metrics.calibration_line(p, y)[1], slow=True),
    }
    bins = tuple(metrics.reliability(chance, positive))
    return LabelFigures(label, int(positive.sum()), figures, bins)


def _cautions(
    block: Block, labels: Sequence[str], prevalence: Mapping[str, float]
) -> Iterator[Caution]:
    for one in block.labels:
        here = metrics.wilson(one.images, block.images)
        expected = prevalence.get(one.label)
        if here.value is None or here.low is None or here.high is None or expected is None:
            continue
        outside = not here.low <= expected <= here.high
        if outside and abs(here.value - expected) >= _CONSPICUOUS:
            yield Caution("prevalence", one.label, here.value, expected)
    if block.images < FEW:
        yield Caution("few_images", "", block.images, FEW)
    else:
        for label, row in zip(labels, block.confusion, strict=True):
            if 0 < sum(row) < FEW:
                yield Caution("few_of_label", label, sum(row), FEW)
    present = {label for label, row in zip(labels, block.confusion, strict=True) if sum(row)}
    for label in labels:
        if label not in present:
            yield Caution("label_absent", label, 0, 1)


def _ratio(hits: Truths, among: Truths) -> float:
    total = int(among.sum())
    return float(hits.sum()) / total if total else float("nan")


def _balanced(truth: NDArray[np.int64], right: Truths) -> float:
    """The mean over the labels of the share of each that is right."""
    total = np.bincount(truth)
    hits = np.bincount(truth, weights=right)
    return float(np.mean(hits[total > 0] / total[total > 0]))


def _f1(positive: Truths, said: Truths) -> float:
    named = int(positive.sum()) + int(said.sum())
    return 2 * float((positive & said).sum()) / named if named else float("nan")
