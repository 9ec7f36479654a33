"""What a model says of an image, and when it keeps silent, by a graph worked out by hand."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny_models as tiny
from tiny_models import SIDE, frame

from cds.errors import InputError
from cds.imaging.contract.model import Calibration, Label, Scope
from cds.imaging.frame import Frame, Identity, Unreadable
from cds.imaging.loaded import LoadedModel, load_model
from cds.imaging.predict import predict
from cds.imaging.result import ImageResult, image_json


def model(path: Path, content: bytes | None = None, **changes: Any) -> LoadedModel:
    content = content or tiny.brightness()
    return load_model(tiny.folder(path, content, tiny.contract(content, **changes)), "cpu")


def results(loaded: LoadedModel, *images: Frame | Unreadable, **how: Any) -> list[ImageResult]:
    return [answer.result for answer in predict(loaded, images, **how)]


@pytest.mark.parametrize(
    ("level", "label", "status"),
    # logit = 20 (level - 0.5): 0.2 → p = 0.0025, 0.8 → 0.9975, 0.52 → 0.60
    [(0.2, "NORMAL", "ok"), (0.8, "BRIGHT", "ok"), (0.522, None, "abstain")],
)
def test_a_label_a_probability_or_silence(
    tmp_path: Path, level: float, label: str | None, status: str
) -> None:
    loaded = model(tmp_path / "m", output={"abstain_below": 0.8})
    (result,) = results(loaded, frame(level))
    assert (result.label, result.status) == (label, status)
    assert result.probabilities is not None
    expected = 1 / (1 + math.exp(-20 * (round(level * 255) / 255 - 0.5)))
    assert result.probabilities["BRIGHT"] == pytest.approx(expected, abs=1e-5)
    assert sum(result.probabilities.values()) == pytest.approx(1)
    if status == "abstain":
        assert "0.80" in result.reason and "0.6" in result.reason


def test_the_threshold_of_two_labels_and_the_calibration_of_the_logit(tmp_path: Path) -> None:
    loaded = model(
        tmp_path / "m",
        output={"threshold": 0.9, "calibration": Calibration(0.5, 1.0, "by hand")},
    )
    (result,) = results(loaded, frame(0.6))
    logit = 20 * (153 / 255 - 0.5)
    expected = 1 / (1 + math.exp(-(0.5 * logit + 1)))
    assert result.probabilities is not None
    assert result.probabilities["BRIGHT"] == pytest.approx(expected, abs=1e-5)
    assert result.label == "NORMAL"  # 0.88 is below 0.9


@pytest.mark.parametrize(
    ("identity", "code", "words"),
    [
        (Identity(modality="MR", body_part="CHEST"), "modality", ("MR", "CR, DX")),
        (Identity(modality="DX", body_part="KNEE"), "body_part", ("KNEE", "CHEST")),
        (Identity(modality="DX", body_part="THORAX", view="LL"), "view", ("LL", "PA, AP")),
        (Identity(modality="DX", view="PA", age=62.0), "age", ("62", "1 to 5")),
        (Identity(modality="DX", view="PA", age=6.0), "age", ("6 years", "1 to 5")),
        (Identity(modality="DX", view="PA", age=0.9), "age", ("0.9", "1 to 5")),
        (Identity(modality="DX", view="PA", age=5.99), "", ()),
        (Identity(modality="dx", body_part="Chest PA", view="pa", age=3.0), "", ()),
        (Identity(), "", ()),
    ],
)
def test_the_header_may_say_that_it_is_something_else(
    tmp_path: Path, identity: Identity, code: str, words: tuple[str, ...]
) -> None:
    loaded = model(tmp_path / "m", scope=Scope(("CR", "DX"), ("CHEST",), ("PA", "AP"), (1, 5)))
    (result,) = results(loaded, frame(0.8, identity=identity))
    assert result.code == code
    assert all(word in result.reason for word in words)
    assert (result.status == "refused") is bool(code)
    assert (result.probabilities is None) is bool(code)
    unsaid = identity.view == "" or identity.body_part == "" or identity.age is None
    assert ("scope_unchecked" in result.findings) is unsaid


def test_a_refused_image_says_nothing_unless_forced_and_keeps_its_reason(tmp_path: Path) -> None:
    loaded = load_model(tiny.gated(tmp_path / "m"), "cpu")
    far = frame(1.0)
    (plain,) = results(loaded, far)
    assert plain.status == "refused" and plain.code == "distance"
    assert plain.probabilities is None and "probabilities" not in image_json(plain)
    assert plain.distance is not None and plain.distance > 4
    assert f"{plain.distance:.1f}" in plain.reason and "4.0" in plain.reason
    (forced,) = results(loaded, far, forced=True)
    assert forced.status == "refused" and forced.reason == plain.reason
    assert forced.label is None and forced.probabilities is not None
    (near,) = results(loaded, frame(0.55))
    assert near.status == "ok" and near.distance is not None and near.distance < 4
    (other,) = results(loaded, frame(0.55, modality="MR"))
    assert other.code == "modality" and other.distance is not None  # is known all the same


def test_chinese_reasons(tmp_path: Path) -> None:
    loaded = load_model(tiny.gated(tmp_path / "m"), "cpu")
    (far, other) = results(loaded, frame(1.0), frame(0.5, modality="MR"), language="zh")
    assert "距离" in far.reason and "MR" in other.reason and "适用于" in other.reason


def test_localizers_and_unreadable_files_keep_their_place_in_line(tmp_path: Path) -> None:
    loaded = model(tmp_path / "m")
    scout = replace(frame(0.8, source="scout"), findings={"localizer": "Is a localizer."})
    images: list[Frame | Unreadable] = []
    for number in range(11):
        images.append(frame(0.2 if number % 2 else 0.8, source=str(number)))
    images.insert(3, Unreadable("torn", 0, "the file ends too early"))
    images.insert(7, scout)
    got = results(loaded, *images, batch=4)
    assert [result.file for result in got] == [image.source for image in images]
    assert [result.status for result in got].count("ok") == 11
    assert (got[3].status, got[3].reason) == ("error", "the file ends too early")
    assert (got[7].status, got[7].code) == ("refused", "localizer")
    said = [result.label for result in got if result.status == "ok"]
    assert said == ["BRIGHT", "NORMAL"] * 5 + ["BRIGHT"]
    assert all(result.preprocessing for result in got if result.status == "ok")


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_the_size_of_the_batch_changes_nothing(tmp_path: Path, batch: int) -> None:
    loaded = model(tmp_path / "m")
    images = [frame(level) for level in np.linspace(0, 1, 10)]
    assert results(loaded, *images, batch=batch) == results(loaded, *images, batch=10)


def test_large_images_come_one_by_one_and_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = model(tmp_path / "m")
    images = [frame(level) for level in np.linspace(0, 1, 10)]
    expected = results(loaded, *images)
    monkeypatch.setattr("cds.imaging.predict._ROOM", 1)
    assert results(loaded, *images) == expected


def test_a_graph_for_one_image_is_run_image_by_image(tmp_path: Path) -> None:
    loaded = model(tmp_path / "m", tiny.brightness(batch=1))
    got = results(loaded, *(frame(level) for level in (0.1, 0.9, 0.2)), batch=8)
    assert [result.label for result in got] == ["NORMAL", "BRIGHT", "NORMAL"]


def test_colour_where_grey_is_asked_for_is_prepared_and_a_window_is_refused(tmp_path: Path) -> None:
    from cds.imaging.frame import Window

    loaded = model(tmp_path / "m", intake={"window": Window(40, 400)})
    colour = frame(0.5, stored=np.zeros((8, 8, 3), np.uint8), photometric="RGB")
    (result,) = results(loaded, colour)
    assert result.status == "refused" and result.code == "cannot_prepare"
    assert "window" in result.reason


def test_three_labels_by_softmax_of_probabilities(tmp_path: Path) -> None:
    content = tiny.brightness(softmax=True, outputs=3)
    loaded = model(
        tmp_path / "m",
        content,
        output={"labels": (Label("A"), Label("B"), Label("C")), "activation": "probability"},
    )
    (result,) = results(loaded, frame(0.9))
    assert result.label == "C" and result.probabilities is not None
    # logits are 0, 0 and 20 (0.902 - 0.5)
    odds = math.exp(20 * (230 / 255 - 0.5))
    assert result.probabilities["C"] == pytest.approx(odds / (2 + odds), abs=1e-5)


def test_logits_said_to_be_probabilities_stop_the_run(tmp_path: Path) -> None:
    loaded = model(tmp_path / "m", output={"activation": "probability"})
    with pytest.raises(InputError, match="activation"):
        results(loaded, frame(0.9))


def test_a_graph_that_contradicts_its_contract_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"height of 8.*set input\.height to 8"):
        model(tmp_path / "m", intake={"height": 28})


def test_multilabel(tmp_path: Path) -> None:
    content = tiny.brightness(outputs=3)
    loaded = model(
        tmp_path / "m",
        content,
        task="multilabel",
        output={"labels": (Label("A"), Label("B"), Label("C")), "threshold": 0.6},
    )
    (bright, dark) = results(loaded, frame(0.9), frame(0.1))
    assert bright.labels == ("C",) and bright.label == "C"
    assert dark.labels == () and dark.label is None and dark.status == "ok"
    assert bright.probabilities is not None and bright.probabilities["A"] == pytest.approx(0.5)


def test_boxes_are_in_source_pixels_and_millimetres(tmp_path: Path) -> None:
    loaded = model(
        tmp_path / "m",
        tiny.detector(),
        task="detection",
        output={
            "name": "",
            "features": "",
            "feature_map": "",
            "boxes": "boxes",
            "scores": "scores",
            "labels": (Label("LESION"),),
            "activation": "probability",
        },
    )
    # 32 rows of 0.5 mm, 16 columns of 2 mm, shrunk to 8 × 8
    wide = frame(0.5, stored=np.zeros((32, 16), np.uint8), spacing=(0.5, 2.0))
    (result,) = results(loaded, wide)
    (box,) = result.boxes  # the second nearly covers it, the third is below the threshold
    assert (box.left, box.top, box.width, box.height) == (4, 8, 8, 8)
    assert (box.width_mm, box.height_mm) == (16.0, 4.0)
    assert result.label == "LESION" and box.score == pytest.approx(0.9)
    assert image_json(result)["boxes"][0]["width_mm"] == 16.0


def test_regions_have_an_area_where_spacing_is_known(tmp_path: Path) -> None:
    loaded = model(
        tmp_path / "m",
        tiny.segmenter(),
        task="segmentation",
        output={
            "name": "",
            "features": "",
            "feature_map": "",
            "masks": "masks",
            "labels": (Label("LESION"),),
            "activation": "probability",
        },
    )
    stored = np.zeros((16, 32), np.uint8)
    stored[4:12, 8:16] = 255
    known, unknown, empty = results(
        loaded,
        frame(0, stored=stored, spacing=(0.5, 0.25)),
        frame(0, stored=stored),
        frame(0),
    )
    (region,) = known.regions
    assert region.mask.shape == (16, 32)
    assert region.pixels == pytest.approx(64, abs=16)
    assert region.area_mm2 == pytest.approx(region.pixels * 0.125)
    assert (region.mask & (stored == 255)).sum() >= 56
    assert unknown.regions[0].area_mm2 is None
    assert empty.regions == () and empty.label is None and empty.status == "ok"


def test_an_output_that_is_not_a_number_is_an_error_of_that_image(tmp_path: Path) -> None:
    loaded = model(tmp_path / "m")
    from cds.imaging.decide import decide, probabilities

    chances = probabilities(np.array([[np.nan], [0.0]]), loaded.contract)
    said = decide(chances[0], loaded.contract)
    assert said.code == "not_finite" and said.label is None
    assert decide(chances[1], loaded.contract).label == "BRIGHT"
    assert SIDE == 8
