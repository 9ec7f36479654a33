"""``cds image predict --heatmap``, pages, DICOM and FHIR, end to end on a graph made by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

import bright_blob
import numpy as np
import pydicom
import pytest
import tiny_models
from fhir.resources.R4B.bundle import Bundle
from highdicom.sr import srread
from image_runs import NOW, checked, film, image
from PIL import Image

from cds.cli.image.heatmaps import Illustrations, _name
from cds.imaging.contract.model import Contract, Intake, Label, Output, Scope
from cds.imaging.result import ImageResult
from cds.model_folder import sha256


def folder(path: Path, head: str = "gemm") -> Path:
    content = bright_blob.blob_net(head, expose=False)
    contract = Contract(
        name="blob",
        version="1.0.0",
        task="classification",
        file="model.onnx",
        sha256=sha256(content),
        scope=Scope(),
        intake=Intake("image", "NCHW", 32, 32, 1, resize="letterbox"),
        output=Output(
            "logit",
            (
                Label("CLEAR", {"en": "no blob", "zh": "无"}),
                Label("BLOB", {"en": "blob", "zh": "斑块"}),
            ),
            "logit",
        ),
        purpose={"en": "tests", "zh": "测试"},
        not_for={"en": "patients", "zh": "患者"},
        source={"title": "made by hand", "licence": "MIT"},
    )
    tiny_models.folder(path, content, contract)
    return path


def dicom(path: Path) -> Path:
    """A film with a blob at the left, below the middle; 2 mm a pixel."""
    header = pydicom.dcmread(film(path, 0.2))
    pixels = (bright_blob.image(20, 9)[0] * 255).astype(np.uint8)
    header.Rows, header.Columns = pixels.shape
    header.PixelSpacing = [2.0, 2.0]
    header.PixelData = pixels.tobytes()
    header.save_as(path, enforce_file_format=True)
    return path


def png(path: Path) -> Path:
    Image.fromarray((bright_blob.image(20, 9)[0] * 255).astype(np.uint8)).save(path)
    return path


def predicted(tmp_path: Path, *words: object, of: str = "gemm") -> Any:
    model = tmp_path / "model"
    if not model.exists():
        folder(model, of)
    return image("predict", model, *words, "--now", NOW, "--device", "cpu")


def test_the_map_points_at_the_blob_and_says_how_far_to_believe_it(tmp_path: Path) -> None:
    run = predicted(tmp_path, png(tmp_path / "a.png"), "--heatmap", tmp_path / "maps", "--json")
    assert run.code == 0
    (entry,) = checked(run.document)["images"]
    assert entry["heatmap"] == str(tmp_path / "maps" / "a.png")
    told = entry["faithfulness"]
    assert (told["method"], told["label"], told["better_than_random"]) == ("cam", "BLOB", True)
    assert told["score"] > told["chance_interval"][1]
    assert (told["random_as_good"], told["random_orders"]) == (0, 19)
    picture = np.asarray(Image.open(entry["heatmap"]).convert("RGB")).astype(int)
    colourful = picture[:640].max(axis=2) - picture[:640].min(axis=2)
    rows, columns = np.nonzero(colourful > 0.8 * colourful.max())
    blob = 660 + 9.5 * 20, 10 + 20.5 * 20  # in the right-hand panel: 20 pixels to a pixel
    assert abs(columns.mean() - blob[0]) < 100 and abs(rows.mean() - blob[1]) < 100


def test_occlusion_where_the_graph_allows_no_exact_map(tmp_path: Path) -> None:
    source = png(tmp_path / "a.png")
    run = predicted(tmp_path, source, "--heatmap", tmp_path / "maps", "--json", of="max")
    assert run.document["images"][0]["faithfulness"]["method"] == "occlusion"
    assert "occlusion maps instead of class activation maps" in run.err
    refused = predicted(tmp_path, source, "--heatmap", tmp_path / "maps", "--heatmap-method", "cam")
    assert refused.code == 2 and "use occlusion" in refused.err


def test_a_method_that_is_none_is_named_before_any_work(tmp_path: Path) -> None:
    run = predicted(tmp_path, "a.png", "--heatmap", tmp_path / "m", "--heatmap-method", "grad")
    assert run.code == 2
    assert "expected one of auto, cam, occlusion" in run.err


def test_no_folder_no_map(tmp_path: Path) -> None:
    run = predicted(tmp_path, png(tmp_path / "a.png"), "--json")
    (entry,) = run.document["images"]
    assert entry["heatmap"] is None and entry["faithfulness"] is None


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([("x/a.dcm", 1), ("y/a.dcm", 1)], ["a", "a-2"]),
        ([("clip.dcm", 1), ("clip.dcm", 2)], ["clip", "clip-frame-2"]),
        ([("brain.nii.gz", 1), ("-", 1)], ["brain", "stdin"]),
    ],
)
def test_no_two_images_share_a_picture(files: list[tuple[str, int]], names: list[str]) -> None:
    maps = Path("maps")
    asked = Illustrations(maps)
    assert [_name(ImageResult(file, frame, "ok"), maps, asked) for file, frame in files] == names


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["study", "-o", "study/a.dcm"], 2, "is an input"),
        (["study/b.dcm", "study/a.dcm", "-o", "study/b.dcm"], 2, "is an input"),
        (["study", "--heatmap", "study"], 2, "lies in a folder that is read"),
        (["study", "--heatmap", "study/maps"], 2, "lies in a folder that is read"),
        (["study/a.png", "study/a.dcm", "--heatmap", "study", "-o", "r.dcm"], 0, "wrote r.dcm"),
        # Two studies make two reports; as r-2.dcm the second would take an input's place.
        (["r-2.dcm", "study/b.dcm", "-o", "r.dcm"], 0, "wrote r.dcm\ncds: wrote r-3.dcm\n"),
    ],
)
def test_no_image_that_is_read_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study").mkdir()
    dicom(Path("study/a.dcm"))
    png(Path("study/a.png"))
    for path, study in (("study/b.dcm", "1.2.3.1"), ("r-2.dcm", "1.2.3.2")):
        header = pydicom.dcmread(dicom(Path(path)))
        header.StudyInstanceUID = study
        header.save_as(path)
    before = {path: path.read_bytes() for path in Path().rglob("*.[dp][cn][mg]")}
    run = predicted(tmp_path, *words)
    assert run.code == code and message in run.err
    assert {path: path.read_bytes() for path in before} == before
    assert Path("r.dcm").exists() == (code == 0)
    assert Path("study/a-2.png").exists() == (code == 0 and "--heatmap" in words)


def test_a_name_that_nobody_typed_takes_only_an_earlier_result_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second report and a map were written over another patient's image."""
    monkeypatch.chdir(tmp_path)
    Path("maps").mkdir()
    for path, study in (("a.dcm", "1.2.3.1"), ("b.dcm", "1.2.3.2")):
        header = pydicom.dcmread(dicom(Path(path)))
        header.StudyInstanceUID = study
        header.save_as(path)
    others = [dicom(Path(name)) for name in ("rep-2.dcm", "maps/a.dcm", "maps/a-2.dcm")]
    others.append(png(Path("maps/b.png")))
    Path("maps/b-2.png").symlink_to("nowhere")
    before = [path.read_bytes() for path in others]
    words = ("a.dcm", "b.dcm", "-o", "rep.dcm", "--heatmap", "maps")
    written = "cds: wrote 2 heat maps into maps\ncds: wrote rep.dcm\ncds: wrote rep-3.dcm\n"
    for _ in range(2):  # the second run replaces the first one's results, and nothing else
        run = predicted(tmp_path, *words)
        assert (run.code, run.err) == (0, written)
        assert [path.read_bytes() for path in others] == before
        assert Path("maps/b-2.png").is_symlink()
        mine = {"a-3.png", "a-3.dcm", "b-3.png", "b-3.dcm"}
        theirs = {"a.dcm", "a-2.dcm", "b.png", "b-2.png"}
        assert {path.name for path in Path("maps").iterdir()} == mine | theirs
        assert {path.name for path in Path().glob("rep*")} == {"rep.dcm", "rep-2.dcm", "rep-3.dcm"}


def test_reports_and_maps_of_one_run_spare_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, study in (("a.dcm", "1.2.3.1"), ("b.dcm", "1.2.3.2")):
        header = pydicom.dcmread(dicom(Path(path)))
        header.StudyInstanceUID = study
        header.save_as(path)
    run = predicted(tmp_path, "a.dcm", "b.dcm", "-o", "o/b.dcm", "--heatmap", "o")
    assert run.code == 2 and "its folder is not there" in run.err
    Path("o").mkdir()
    run = predicted(tmp_path, "a.dcm", "b.dcm", "-o", "o/b.dcm", "--heatmap", "o")
    assert run.code == 0
    kinds = {p.name: pydicom.dcmread(p).Modality for p in sorted(Path("o").glob("*.dcm"))}
    assert kinds == {"a.dcm": "OT", "b-2.dcm": "OT", "b-3.dcm": "SR", "b.dcm": "SR"}


def test_dicom_report_and_capture_of_the_same_patient(tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm")
    words = ("--heatmap", tmp_path / "maps", "-o", tmp_path / "out.dcm")
    run = predicted(tmp_path, source, png(tmp_path / "b.png"), *words)
    assert run.code == 0
    assert "b.png: the source is no DICOM file" in run.err
    report = srread(tmp_path / "out.dcm")
    (group,) = report.content.get_image_measurement_groups()
    original = pydicom.dcmread(source)
    assert group.source_images[0].referenced_sop_instance_uid == original.SOPInstanceUID
    capture = pydicom.dcmread(tmp_path / "maps" / "a.dcm")
    assert {capture.PatientID, report.PatientID} == {original.PatientID}
    assert capture.StudyInstanceUID == original.StudyInstanceUID
    assert "Faithfulness" in capture.DerivationDescription
    assert not (tmp_path / "maps" / "b.dcm").exists()  # a picture names no patient


def test_a_caption_in_chinese_stands_beside_a_picture_without_words(tmp_path: Path) -> None:
    """Words under a map were English whatever language was asked for: the built-in type of the
    pictures has no Chinese."""
    source, maps = dicom(tmp_path / "a.dcm"), tmp_path / "maps"
    (tmp_path / "maps").mkdir()
    (maps / "a.txt").write_text("a person's report")
    words = ("--heatmap", maps, "-o", tmp_path / "out.dcm", "-q")
    assert predicted(tmp_path, source, *words).code == 0
    with Image.open(maps / "a.png") as picture:
        english = picture.height
    assert not list(maps.glob("*.caption.txt"))
    run = predicted(tmp_path, source, *words, "--lang", "zh")
    assert (run.code, run.err) == (0, "")
    told = (maps / "a.caption.txt").read_text(encoding="utf-8")
    assert told.splitlines()[0].startswith("无 ") and told.splitlines()[1] == "blob 1.0.0"
    for said in ("模型判断斑块时关注的区域：类激活图", "不是病灶", "优于随机", "紫色", "不能代替"):
        assert said in told
    assert "Faithfulness" not in told
    # No letters under the panels: the picture ends after the strip of colours.
    with Image.open(maps / "a.png") as picture:
        assert picture.height == 640 + 2 * 10 + 30 + 10 < english
    assert "优于随机" in pydicom.dcmread(maps / "a.dcm").DerivationDescription
    assert (maps / "a.txt").read_text() == "a person's report"
    # Read again as a folder, neither picture nor caption is an image.
    again = predicted(tmp_path, maps, "--json", "--lang", "zh")
    assert "a.caption.txt and 2 more: results of an earlier run" in again.err


def test_pictures_alone_give_no_dicom(tmp_path: Path) -> None:
    run = predicted(tmp_path, png(tmp_path / "b.png"), "-o", tmp_path / "out.dcm")
    assert run.code == 2
    assert "names no patient" in run.err
    assert not (tmp_path / "out.dcm").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_for_a_radiologist(tmp_path: Path, language: str) -> None:
    out = tmp_path / "out.html"
    run = predicted(tmp_path, dicom(tmp_path / "a.dcm"), "-o", out, "--lang", language)
    assert run.code == 0
    page = out.read_text(encoding="utf-8")
    assert page.count('src="data:image/png;base64,') == 2
    assert "http" not in page.replace("data:image", "")
    for words in {"en": ("Where the model looked for blob", "Not for: patients", "does not replace",
                         "better than random", "resize: 32 x 32"),
                  "zh": ("模型判断斑块时关注的区域", "不适用于：患者", "不能代替", "优于随机")}[language]:  # fmt: skip
        assert words in page


def test_fhir_validates_and_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    source, found = dicom(tmp_path / "a.dcm"), []
    names = ("out.fhir.json", "out.dcm", "out.html", "maps/a.png", "maps/a.dcm")
    for _ in range(2):
        words = [word for name in names[:3] for word in ("-o", tmp_path / name)]
        predicted(tmp_path, source, "--heatmap", tmp_path / "maps", *words)
        found.append([(tmp_path / name).read_bytes() for name in names])
    assert found[0] == found[1]
    Bundle.model_validate(json.loads(found[0][0]))


def test_what_a_detector_found_is_drawn_and_measured(tmp_path: Path) -> None:
    content = tiny_models.detector()
    contract = tiny_models.contract(
        content,
        task="detection",
        output={
            "name": "scores",
            "boxes": "boxes",
            "scores": "scores",
            "labels": (Label("NODULE"),),
            "activation": "probability",
            "features": "",
            "feature_map": "",
        },
    )
    tiny_models.folder(tmp_path / "model", content, contract)
    words = ("--heatmap", tmp_path / "maps", "-o", tmp_path / "out.dcm", "--json")
    run = predicted(tmp_path, dicom(tmp_path / "a.dcm"), *words)
    (entry,) = checked(run.document)["images"]
    assert entry["faithfulness"]["method"] == "boxes"
    assert Path(entry["heatmap"]).stat().st_size > 1000
    groups = srread(tmp_path / "out.dcm").content.get_planar_roi_measurement_groups()
    widths = [group.get_measurements()[0].value for group in groups]
    assert widths == pytest.approx([box["width_mm"] for box in entry["boxes"]], abs=1e-3)
