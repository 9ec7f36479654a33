"""The page and the FHIR report of images: whole, careful, in both languages."""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

from fhir.resources.R4B.bundle import Bundle
from reported_studies import box, frame, radiograph, region, result, run
from test_predict_html import parsed

from cds.cli.image.heatmaps import Pictures
from cds.imaging.documents.filed import Filed, filed
from cds.imaging.result import Heatmap
from cds.show.image import words as table_words
from cds.show.image.diagnosticreport import bundle, heat_words
from cds.show.image.heat import heat_numbers, heat_verdict
from cds.show.image.html import page
from cds.show.image.page_words import catalogue

BELIEVED = Heatmap("m.png", "cam", 0.31, 0.12, "PNEUMONIA", (0.10, 0.14), True, 0, 19)
NOT_BELIEVED = Heatmap("m.png", "cam", 0.11, 0.12, "PNEUMONIA", (0.10, 0.14), False, 2, 19)
SMALL = b"\x89PNG\r\n"


def images() -> list[Filed]:
    return [
        filed(result(heatmap=BELIEVED), frame(radiograph(1))),
        filed(result("abstain"), frame(radiograph(2))),
        filed(result("refused", findings={"burned_in": "letters in the image"}), frame(radiograph(3))),
        filed(result(file="b.png"), frame(None)),
    ]  # fmt: skip


def made(language: str = "en", task: str = "classification", of: list[Filed] | None = None) -> Any:
    document = bundle(run(task), of or images(), language)
    Bundle.model_validate(document)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in document["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


# --- FHIR -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_study_is_one_report_and_a_picture_another(language: str) -> None:
    found = made(language)
    assert {kind: len(each) for kind, each in found.items()} == {
        "Device": 1, "DiagnosticReport": 2, "Observation": 4,
    }  # fmt: skip
    study, picture = found["DiagnosticReport"]
    assert study["subject"]["identifier"]["value"] == "P0042"
    assert study["effectiveDateTime"] == "2026-11-27"
    assert study["identifier"][0]["value"] == "A77"
    assert len(study["result"]) == 3
    assert "subject" not in picture and "effectiveDateTime" not in picture
    support = {"en": "does not replace", "zh": "不能代替"}[language]
    assert all(support in report["conclusion"] for report in (study, picture))


def test_everything_is_preliminary() -> None:
    found = made()
    assert {r["status"] for r in found["DiagnosticReport"] + found["Observation"]} == {
        "preliminary"
    }


STATUSES = [
    (0, "valueCodeableConcept", None),
    (1, "dataAbsentReason", "unknown"),
    (2, "dataAbsentReason", "not-performed"),
]


@pytest.mark.parametrize(("at", "key", "code"), STATUSES)
def test_what_is_not_said_has_a_reason(at: int, key: str, code: str | None) -> None:
    observation = made()["Observation"][at]
    assert (key in observation) and (
        {"valueCodeableConcept", "dataAbsentReason"} - {key}
    ).isdisjoint(observation)
    if code is None:
        assert observation[key] == {
            "text": "pneumonia",
            "coding": [{"system": "http://snomed.info/sct", "code": "233604007", "display": "Pneumonia"}],
        }  # fmt: skip
    else:
        assert observation[key]["coding"][0]["code"] == code
    components = observation["component"]
    assert [c["code"]["text"] for c in components] == [
        "Probability of no pneumonia",
        "Probability of pneumonia",
    ]
    if at == 2:
        assert all("dataAbsentReason" in c and "valueQuantity" not in c for c in components)
    else:
        assert components[1]["valueQuantity"] == {
            "value": 0.968765, "system": "http://unitsofmeasure.org", "code": "1",
        }  # fmt: skip


def test_notes_tell_how_far_to_believe_what_was_missing_and_what_it_is_not_for() -> None:
    looked, _, refused, _ = made()["Observation"]
    told = " ".join(note["text"] for note in looked["note"])
    assert "not a finding. Faithfulness 0.31, random orders 0.12 on average; 0 of 19" in told
    assert "Not for: adults" in told and "window: centre 40" in told
    assert "letters in the image" in " ".join(note["text"] for note in refused["note"])


def test_sizes_are_in_millimetres_only_where_they_are_known() -> None:
    boxes = result(boxes=(box(), box(width_mm=None, height_mm=None)), regions=(region(),))
    (observation,) = made(task="detection", of=[filed(boxes, frame(radiograph()))])["Observation"]
    sizes = [
        (c["valueQuantity"]["value"], c["valueQuantity"]["code"])
        for c in observation["component"]
        if c.get("valueQuantity", {}).get("code", "1") != "1"
    ]
    assert sizes == [(3.0, "mm"), (4.0, "mm"), (12.0, "mm2")]
    assert "at the detector" in " ".join(note["text"] for note in observation["note"])


# --- the page -------------------------------------------------------------------------------------


def html(language: str = "en", of: list[Filed] | None = None, task: str = "classification") -> str:
    shown = of or images()
    return page(run(task), shown, [Pictures(SMALL, SMALL)] * len(shown), language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_whole_and_needs_nothing_from_outside(language: str) -> None:
    text = html(language)
    from test_predict_html import VOID

    VOID.add("img")
    assert set(parsed(text).seen).isdisjoint({"script", "link", "iframe", "object"})
    assert not re.search(r"https?:|url\(|@import", text)
    assert set(re.findall(r'src="([^,]*),', text)) == {"data:image/png;base64"}
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in text
    assert "size: A4" in text and text.count("<main>") == 4


def test_a_map_that_is_not_believed_is_to_be_ignored() -> None:
    text = html(of=[filed(result(heatmap=NOT_BELIEVED), frame(radiograph()))])
    assert "to be ignored" in text and "not better than random" in text
    assert "is to be ignored" not in html()


VERDICTS = [  # score, random orders as good: what is said in the same breath
    (0.31, 0, True, "0 of 19 did as well or better: better than random", "有 0 次不低于热图：优于"),
    # The mean of the orders was -0.08 (-0.17 to 0.00), and a map of 0.04 "not better".
    (0.04, 3, False, "3 of 19 did as well or better, where none may: not", "有 3 次不低于热图（须"),
    (-0.04, 0, False, "does not lower the probability", "概率并未下降"),
    (0.04, None, False, "it is the same everywhere", "各处相同"),
]


@pytest.mark.parametrize(("score", "as_good", "better", "english", "chinese"), VERDICTS)
def test_the_verdict_on_a_map_stands_beside_the_numbers_that_it_follows_from(
    score: float, as_good: int | None, better: bool, english: str, chinese: str
) -> None:
    heatmap = Heatmap("m.png", "cam", score, -0.08, "P", (-0.17, 0.0), better, as_good, 19)
    for language, expected in (("en", english), ("zh", chinese)):
        told = heat_words(heatmap, language)
        assert expected in told and "0.17" not in told
        short = table_words.say(heat_verdict(heatmap), language, **heat_numbers(heatmap))
        assert ("19" in short) == ("19" in told)


def test_each_sheet_says_what_the_model_is_and_is_not_for() -> None:
    text = html()
    assert text.count("Not for: adults") == text.count("Supports, and does not replace") == 4
    for words in ("97 %", "Distance from the training images 4.2, limit 12.0", "not sure", "refused",
                  "PneumoniaMNIST", "not calibrated", "P0042"):  # fmt: skip
        assert words in text


def test_names_from_files_cannot_write_html() -> None:
    evil = result(file="<script>alert(1)</script>.png")
    assert "<script>" not in html(of=[filed(evil, frame(None))])


def test_boxes_without_spacing_say_so() -> None:
    found = result(boxes=(box(), box(width_mm=None, height_mm=None)))
    text = html(of=[filed(found, frame(radiograph()))], task="detection")
    assert "3.0 × 4.0 mm" in text and "size in mm not known" in text


@pytest.mark.parametrize(("key", "texts"), catalogue().items())
def test_both_languages_have_the_same_places(key: str, texts: tuple[str, str]) -> None:
    english, chinese = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts
    )
    assert english == chinese
