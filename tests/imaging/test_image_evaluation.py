"""Answers of a classifier against the truth: what is counted, what is left out, what is warned."""

from __future__ import annotations

import numpy as np
import pytest

from cds.imaging.evaluation import Judged, evaluate

TWO = ("NORMAL", "PNEUMONIA")


def case(truth: int, chance: float, status: str = "ok", patient: str = "") -> Judged:
    return Judged("x.png", truth, status, int(chance >= 0.5), (1 - chance, chance), patient)


CASES = [
    # truth, probability of pneumonia, status
    case(1, 0.9),
    case(1, 0.8),
    case(1, 0.3),
    case(0, 0.2),
    case(0, 0.6),
    case(0, 0.1, "refused"),
    case(1, 0.4, "abstain"),
    Judged("broken.dcm", 0, "error"),
]


def test_the_figures_are_those_of_the_confusion_matrix() -> None:
    found = evaluate(CASES, TWO, rounds=50)
    assert found.counts == {"ok": 5, "abstain": 1, "refused": 1, "error": 1}
    assert found.everything is not None and found.answered is not None
    assert found.everything.images == 7 and found.answered.images == 5
    assert found.everything.confusion == ((2, 1), (2, 2))
    assert found.answered.confusion == ((1, 1), (1, 2))
    (pneumonia,) = found.answered.labels
    assert pneumonia.label == "PNEUMONIA" and pneumonia.images == 3
    values = {key: figure.value for key, figure in pneumonia.figures.items()}
    assert values["recall"] == pytest.approx(2 / 3)
    assert values["specificity"] == pytest.approx(1 / 2)
    assert values["precision"] == pytest.approx(2 / 3)
    assert values["f1"] == pytest.approx(2 / 3)
    assert values["auroc"] == pytest.approx(5 / 6)
    assert found.answered.accuracy.value == pytest.approx(3 / 5)
    assert found.answered.balanced_accuracy.value == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_of_three_labels_each_stands_against_the_others() -> None:
    cases = [
        Judged("a", 0, "ok", 0, (0.8, 0.1, 0.1)),
        Judged("b", 1, "ok", 2, (0.1, 0.3, 0.6)),
        Judged("c", 2, "ok", 2, (0.1, 0.2, 0.7)),
    ]
    found = evaluate(cases, ("a", "b", "c"), rounds=20)
    assert found.everything is not None
    assert [one.label for one in found.everything.labels] == ["a", "b", "c"]
    recalls = [one.figures["recall"].value for one in found.everything.labels]
    assert recalls == [1.0, 0.0, 1.0]


def test_patients_are_resampled_only_where_every_image_names_one() -> None:
    rng = np.random.default_rng(0)
    cases = [case(int(n % 2), float(rng.random()), patient=f"p{n // 10}") for n in range(60)]
    by_patient = evaluate(cases, TWO, rounds=50)
    assert by_patient.by_patient and by_patient.everything is not None
    assert by_patient.everything.patients == 6
    one_unknown = evaluate([*cases, case(1, 0.7)], TWO, rounds=50)
    assert not one_unknown.by_patient and one_unknown.everything is not None
    assert one_unknown.everything.patients is None


@pytest.mark.parametrize(
    ("positives", "expected", "codes"),
    [
        (50, 0.5, []),
        (80, 0.5, ["prevalence"]),
        (55, 0.5, []),  # within chance
        (0, 0.5, ["prevalence", "label_absent"]),
    ],
)
def test_another_prevalence_is_warned_about(
    positives: int, expected: float, codes: list[str]
) -> None:
    cases = [case(int(n < 3 * positives), 0.5) for n in range(300)]
    found = evaluate(cases, TWO, prevalence={"PNEUMONIA": expected}, rounds=10)
    assert [caution.code for caution in found.cautions] == codes


@pytest.mark.parametrize(
    ("normal", "pneumonia", "expected"),
    [
        (2, 1, [("few_images", "", 3)]),
        (20, 9, [("few_images", "", 29)]),
        (200, 29, [("few_of_label", "PNEUMONIA", 29)]),
        (30, 30, []),
        (3, 0, [("few_images", "", 3), ("label_absent", "PNEUMONIA", 0)]),
    ],
)
def test_figures_of_few_images_are_marked(
    normal: int, pneumonia: int, expected: list[tuple[str, str, int]]
) -> None:
    cases = [case(0, 0.2)] * normal + [case(1, 0.8)] * pneumonia
    found = evaluate(cases, TWO, rounds=10)
    assert [(one.code, one.label, one.found) for one in found.cautions] == expected


def test_nothing_answered_gives_no_figures() -> None:
    found = evaluate([Judged("broken.dcm", 0, "error")], TWO)
    assert found.answered is None and found.everything is None and found.counts["error"] == 1
