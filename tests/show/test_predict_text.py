"""The page a clinician sees: what is on it, and that it fits."""

from __future__ import annotations

import copy
from typing import Any

import predict_results as results
import pytest

from cds.show.layout import Terminal, cells
from cds.show.predict.text import patient_text


def shown(
    patient: dict[str, Any], language: str = "en", *, columns: int = 80, **choices: Any
) -> str:
    terminal = Terminal(columns, symbols=choices.pop("symbols", False))
    return patient_text(patient, results.FACTS, language=language, terminal=terminal, **choices)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("symbols", [True, False])
def test_no_line_is_wider_than_the_terminal(language: str, columns: int, symbols: bool) -> None:
    page = shown(results.icu(language), language, columns=columns, symbols=symbols, top=20)
    assert max(cells(line) for line in page.splitlines()) <= columns


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_a_pipe_only_the_words_are_beyond_ascii(language: str) -> None:
    page = shown(results.icu(language), language, verbose=True)
    assert "\x1b" not in page
    drawing = [
        c for c in page if not c.isascii() and not "\u3000" <= c <= "\uffef" and c not in "“”"
    ]
    assert not drawing


@pytest.mark.parametrize(
    "words",
    [
        "Patient 病人-007 <b>",
        "42 items used, 12 not needed, 1 warned about",
        "Risk 23 %   high risk   95 % interval 14 % to 35 %",
        "About 23 in 100 patients with findings like these.",
        "model icu-mortality 1.0.0",
        "3.14 mg/dL H  0.6-1.3",
        "9 L  >= 15",
        "? Lactate, last                                        Risk 19-38 %",
        "readmission within 30 days (readmission-30d): needs days in hospital",
        "coronary heart disease (heart-disease) refused: made for outpatients",
        "/entry/3/resource/valueQuantity: temperature 98.6 Cel is implausible",
        "Supports, and does not replace, a clinician's judgement.",
    ],
)
def test_the_page_says(words: str) -> None:
    assert words in shown(results.icu())


def test_reasons_are_on_their_side_strongest_first() -> None:
    page = shown(results.icu())
    raises, lowers = page.index("Raises"), page.index("Lowers")
    assert raises < page.index("Glasgow") < page.index("Creatinine") < page.index("Age  ") < lowers
    assert lowers < page.index("Urine output") < page.index("Mechanical")
    assert "Sex" not in page  # weighs a thousandth of the strongest


def test_top_limits_the_reasons() -> None:
    page = shown(results.icu(), top=1)
    assert "Glasgow" in page and "Creatinine, highest" not in page


def test_columns_line_up_in_chinese() -> None:
    page = shown(results.icu("zh"), "zh", symbols=True)
    rows = [line for line in page.splitlines() if line.startswith(("  ▲", "  ▼"))]
    starts = {cells(row[: row.index("█")]) for row in rows if "█" in row}
    assert len(rows) == 5 and len(starts) == 1


def test_a_rare_outcome_is_told_in_thousands() -> None:
    patient = copy.deepcopy(results.icu())
    patient["predictions"][0].update(risk=0.004, interval=[0.002, 0.006], band="low")
    page = shown(patient)
    assert "Risk 0.4 %   low risk   95 % interval 0.2 % to 0.6 %" in page
    assert "About 4 in 1,000 patients" in page


def test_a_vanishing_risk_is_never_none() -> None:
    patient = copy.deepcopy(results.icu())
    patient["predictions"][0].update(risk=1e-6, interval=[0.0, 1e-4], band="low")
    assert "Fewer than 1 in 10,000 patients" in shown(patient)


def test_nothing_to_say_is_said() -> None:
    patient = copy.deepcopy(results.icu())
    patient["predictions"] = patient["predictions"][1:]
    page = shown(patient)
    assert "No model could give a risk for this patient." in page
    assert "not a cause" not in page


def test_many_warnings_are_cut_short_unless_asked_for() -> None:
    patient = copy.deepcopy(results.icu())
    patient["record"]["warnings"] *= 9
    assert "4 more; --json or -v lists all." in shown(patient)
    assert shown(patient, verbose=True).count("implausible") == 9


def test_an_id_cannot_steer_the_terminal() -> None:
    patient = results.icu()
    patient["id"] = "\x1b]0;owned\x07"
    assert "\x1b" not in shown(patient)
