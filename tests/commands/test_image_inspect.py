"""``cds image inspect``, end to end, on the sample images and on damaged ones."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

from phantom import chest, dicom, eight_bits, save
from roster_runs import ROOT, Run
from tiny_models import brightness, contract, folder

from cds.cli.app import main

SAMPLES = ROOT / "sample_data" / "imaging"
FILM = eight_bits(chest(64, 48))


@pytest.fixture(autouse=True)
def _plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def inspect(*words: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["image", "inspect", *map(str, words)])
    return Run(code, out.getvalue(), err.getvalue())


def checked(run: Run) -> dict[str, Any]:
    schema = json.loads((ROOT / "cds/schemas/inspect-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(run.document)
    return run.document


def test_what_a_film_is() -> None:
    run = inspect(SAMPLES / "phantom.dcm")
    assert run.code == 0 and run.err == ""
    lines = [line.split(maxsplit=1) for line in run.out.splitlines() if line.startswith("  ")]
    assert ["size", "256 x 224 pixels, 8 bits"] in lines
    assert ["modality", "CR"] in lines
    assert ["view", "PA"] in lines
    assert ["spacing", "1.5 x 1.5 mm"] in lines
    assert ["orientation", "L\\F"] in lines


def test_nobody_is_named(tmp_path: Path) -> None:
    path = save(
        dicom(FILM, PatientName="Secret^Name", PatientID="S3CR3T", PatientBirthDate="19610423"),
        tmp_path / "film.dcm",
    )
    for words in ((path,), (path, "--json"), (path, "--lang", "zh")):
        out = inspect(*words).out
        assert not any(secret in out for secret in ("Secret", "S3CR3T", "19610423"))


def test_the_document_of_every_kind_of_file() -> None:
    document = checked(inspect(SAMPLES, "--json"))
    entries = {Path(entry["file"]).name: entry for entry in document["files"]}
    assert entries["phantom_frames.dcm"]["frames_read"] == 3
    assert [one["code"] for one in entries["phantom_frames.dcm"]["findings"]] == [
        "secondary_capture"
    ]
    assert entries["phantom_mono1.dcm"]["image"]["photometric"] == "MONOCHROME1"
    assert entries["phantom.png"]["image"] | {"rescale": 0} == {
        "kind": "picture", "encoding": "PNG", "transfer_syntax": None, "frames": 1, "rows": 256,
        "columns": 224, "bits": 8, "signed": False, "photometric": "MONOCHROME2",
        "photometric_stored": None, "modality": None, "body_part": None, "view": None,
        "laterality": None, "sop_class": None, "spacing_mm": None, "orientation": None,
        "rescale": 0, "modality_table": False, "voi_table": False, "windows": [], "padding": None,
    }  # fmt: skip


def test_a_damaged_file_among_others_needs_a_look(tmp_path: Path) -> None:
    Path("cut.dcm").write_bytes((SAMPLES / "phantom.dcm").read_bytes()[:5000])
    run = inspect("cut.dcm", SAMPLES / "phantom.png", "--json")
    assert run.code == 3
    broken, good = checked(run)["files"]
    assert (broken["status"], good["status"]) == ("unreadable", "ok")
    assert broken["image"] is None and "cut off" in broken["damaged"][0]["reason"]
    shown = inspect("cut.dcm", SAMPLES / "phantom.png")
    assert "cannot be read: is cut off" in shown.out
    assert "2 files, 1 unreadable" in shown.out


@pytest.mark.parametrize("words", [("nowhere.dcm",), ("empty.dcm",)])
def test_nothing_that_can_be_read_is_your_input(words: tuple[str, ...]) -> None:
    Path("empty.dcm").touch()
    assert inspect(*words).code == 2


def test_a_name_of_no_model_and_no_file() -> None:
    run = inspect("chest")
    assert run.code == 2 and run.out == "" and "chest" in run.err


def test_chinese_all_through() -> None:
    text = inspect(SAMPLES / "phantom_frames.dcm", "--lang", "zh").out
    assert "共 3 帧，已读 3 帧" in text and "二次采集图像" in text and "像素间距" in text
    model = inspect("chest-xray-pneumonia", "--lang", "zh").out
    assert "致密组织为亮" in model and "阈值" in model and "岁" in model
    assert not any(word in model for word in ("channel", "dense tissue", "threshold"))


def test_what_does_not_fit_a_model(tmp_path: Path) -> None:
    model = folder(tmp_path / "model", brightness(), contract(brightness())).folder
    good = inspect(SAMPLES / "phantom.dcm", "--model", model, "--json")
    assert good.code == 0
    fit = checked(good)["files"][0]["fit"]
    assert fit == {"good": True, "mismatches": [], "unknown": [], "refusal": None}
    save(dicom(FILM, Modality="MR", BodyPartExamined="BREAST"), tmp_path / "mr.dcm")
    run = inspect("mr.dcm", "--model", model, "--json")
    assert run.code == 3
    fit = checked(run)["files"][0]["fit"]
    assert [one["code"] for one in fit["mismatches"]] == ["modality", "body_part"]
    assert "does not fit" in inspect("mr.dcm", "--model", model).out
    picture = checked(inspect(SAMPLES / "phantom.png", "--model", model, "--json"))
    assert "modality" in picture["files"][0]["fit"]["unknown"]
    assert np.all(FILM >= 0)
