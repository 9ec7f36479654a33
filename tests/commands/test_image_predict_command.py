"""``cds image predict``, end to end, on a model worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

import tiny_models as tiny
from image_runs import NOW, ROOT, checked, film, image, picture

from cds.imaging.contract.model import Measured, Scope
from cds.imaging.runtime.surroundings import Surroundings

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    tiny.gated(tmp_path / "m", output={"abstain_below": 0.6})
    picture(tmp_path / "dark.png", 0.3)
    picture(tmp_path / "light.png", 0.7)
    picture(tmp_path / "middle.png", 0.5, noise=0)
    picture(tmp_path / "glaring.png", 1.0)
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")


def predict(*words: object) -> Any:
    return image("predict", *words, "--device", "cpu", "--now", NOW)


def test_the_document_of_every_status() -> None:
    run = predict("m", "dark.png", "light.png", "middle.png", "glaring.png", "torn.png", "--json")
    assert run.code == 3
    document = checked(run.document)
    assert (document["schema"], document["model"], document["provider"]) == (
        "cds.image/1", "tiny", CPU,
    )  # fmt: skip
    got = {one["file"]: one for one in document["images"]}
    assert {name: one["status"] for name, one in got.items()} == {
        "dark.png": "ok",
        "light.png": "ok",
        "middle.png": "abstain",
        "glaring.png": "refused",
        "torn.png": "error",
    }
    assert [got[name]["label"] for name in got] == ["NORMAL", "BRIGHT", None, None, None]
    assert "probabilities" in got["middle.png"] and "0.60" in got["middle.png"]["reason"]
    assert "probabilities" not in got["glaring.png"] and got["glaring.png"]["distance"] > 4
    assert got["dark.png"]["preprocessing"] and got["dark.png"]["reason"] is None
    # What could not be read is listed at the end.
    assert run.err.startswith("cds: error: torn.png: ") and "1 of 5 images" in run.err
    # The same run gives the same bytes; another size of batch gives the same numbers.
    words = ["dark.png", "light.png", "middle.png", "glaring.png", "torn.png", "--json"]
    assert predict("m", *words).out == run.out == predict("m", *words, "--batch", 2).out


def test_forced_answers_stay_refused() -> None:
    run = predict("m", "glaring.png", "--json", "--force")
    (one,) = checked(run.document)["images"]
    assert run.code == 3 and run.document["forced"] is True
    assert one["status"] == "refused" and one["label"] is None and one["reason"]
    assert one["probabilities"]["BRIGHT"] > 0.99


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["m", "dark.png"], 0, ""),
        (["m", "torn.png"], 2, "torn.png"),
        (["m", "none.png"], 2, "cds: error: none.png: is not there; expected an image"),
        (["m", "a.png", "b.png", "c.png"], 2, "a.png: is not there, like 2 others; expected"),
        (["m", "none.png", "dark.png"], 3, "1 of 2 images"),
        (["m", "nothing-here"], 2, "nothing-here"),
        (["m", "empty"], 2, "no images in empty"),
        (["m", "dark.png", "-"], 2, "stands alone"),
        (["nosuch", "dark.png"], 2, "no imaging model is called 'nosuch'"),
        (["bare.onnx", "dark.png"], 2, "cds image pack"),
        (["m", "dark.png", "-o", "x.xyz"], 2, "unknown ending"),
        (["m", "dark.png", "-o", "nowhere/x.json"], 2, "its folder is not there"),
        (["m", "dark.png", "-o", "dark.png"], 2, "unknown ending"),
        (["m", "dark.png", "--json", "--ndjson"], 2, "exclude each other"),
        (["m", "dark.png", "--batch", "0"], 2, "between 1 and 4096"),
        (["m", "dark.png", "--lang", "fr"], 2, "en, zh"),
    ],
)
def test_exit_codes_and_messages(words: list[str], code: int, message: str) -> None:
    Path("empty").mkdir()
    Path("bare.onnx").write_bytes(tiny.brightness())
    run = predict(*words)
    assert run.code == code and message in run.err
    assert "Traceback" not in run.err and "bug" not in run.err
    # Where nothing could be answered, the errors are all there is to read.
    assert code != 2 or run.out == ""


def test_files_that_are_not_there_are_one_line_before_the_model_is_opened() -> None:
    for command in (["predict", "m"], ["inspect"]):
        for how in ([], ["--json"]):
            run = image(*command, "none.dcm", *how)
            assert (run.code, run.out) == (2, "")
            assert run.err == (
                "cds: error: none.dcm: is not there; expected an image, or a folder of them\n"
            )


def test_of_several_files_one_that_is_not_there_is_a_result_like_one_that_is_torn() -> None:
    run = predict("m", "dark.png", "none.png", "torn.png")
    assert run.code == 3 and "dark.png" in run.out
    lines = run.err.splitlines()
    assert [line.split(": ")[:3] for line in lines[:2]] == [
        ["cds", "error", "none.png"],
        ["cds", "error", "torn.png"],
    ]
    assert lines[2:] == ["cds: 2 of 3 images could not be read"]


def test_a_changed_model_is_refused() -> None:
    Path("m/model.onnx").write_bytes(tiny.brightness(opset=13))
    run = predict("m", "dark.png")
    assert run.code == 2 and "SHA-256" in run.err and run.out == ""


def test_of_a_model_whose_files_cannot_be_checked_nothing_measured_is_quoted() -> None:
    """Without its checksums a model ran with another threshold, unsaid, and kept its accuracy."""
    good = Measured({"en": "films", "zh": "胸片"}, 20, 465, (0.9, 0.87, 0.93))
    tiny.gated(Path("seen"), measured=(good,))
    sealed = predict("seen", "light.png")
    assert "Right in 90%" in sealed.out and "checksums" not in sealed.out + sealed.err
    Path("seen/checksums.json").unlink()
    contract = Path("seen/contract.toml")
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("threshold = 0.5", "threshold = 0.1"), encoding="utf-8")
    warning = "checksums.json: is missing: the model's files could not be checked"
    for language, said in (("en", "The model has no checksums"), ("zh", "模型文件未经核对")):
        run = predict("seen", "light.png", "--lang", language, "-o", "r.html", "-o", "r.json")
        assert run.code == 0 and run.err.count(warning) == 1
        assert said in run.out and "90%" not in run.out
        assert said in Path("r.html").read_text(encoding="utf-8")
    document = checked(json.loads(Path("r.json").read_text(encoding="utf-8")))
    assert (document["model_verified"], document["threshold"]) == (False, 0.1)
    assert predict("seen", "light.png", "-q").err == ""
    assert warning in image("inspect", "seen").err
    assert warning in image("inspect", "light.png", "--model", "seen").err
    for label in ("NORMAL", "BRIGHT"):
        picture(Path("judged") / label / "a.png", 0.3 if label == "NORMAL" else 0.7)
    run = image("evaluate", "seen", "judged", "--device", "cpu", "--now", NOW, "--json")
    assert warning in run.err and checked(run.document)["model_verified"] is False


def test_lines_tables_and_documents_agree() -> None:
    run = predict(
        "m", "dark.png", "glaring.png", "--ndjson", "-q",
        "-o", "r.json", "-o", "r.csv", "-o", "r.ndjson",
    )  # fmt: skip
    lines = [checked(json.loads(line)) for line in run.out.splitlines()]
    assert len(lines) == 2 and run.err == ""
    assert Path("r.ndjson").read_text(encoding="utf-8") == run.out
    whole = checked(json.loads(Path("r.json").read_text(encoding="utf-8")))
    assert whole["images"] == [line["images"][0] for line in lines]
    rows = list(csv.DictReader(io.StringIO(Path("r.csv").read_text(encoding="utf-8-sig"))))
    assert [row["status"] for row in rows] == ["ok", "refused"]
    assert float(rows[0]["p_NORMAL"]) == whole["images"][0]["probabilities"]["NORMAL"]
    assert rows[1]["p_NORMAL"] == "" and rows[1]["code"] == "distance"
    assert rows[0]["provider"] == CPU


def test_with_nothing_readable_an_older_file_is_left_alone() -> None:
    Path("r.json").write_text("old")
    assert predict("m", "torn.png", "-o", "r.json").code == 2
    assert Path("r.json").read_text() == "old"


def test_for_a_person_in_both_languages() -> None:
    run = predict("m", "dark.png", "glaring.png", "-v")
    assert "NORMAL" in run.out and "refused" in run.out and "distance" in run.out
    assert "limit 4.0" in run.out and "Not for: Not for patients." in run.out
    assert "does not replace, a clinician's judgement" in " ".join(run.out.split())
    assert "Preprocessing: range" in run.out
    assert max(map(len, run.out.splitlines())) <= 80
    chinese = predict("m", "dark.png", "light.png", "glaring.png", "--lang", "zh").out
    assert "拒绝判读" in chinese and "亮" in chinese and "不用于患者" in chinese
    assert "不能代替医生的判断" in chinese and "设备类型" in chinese  # the scope was not checked


def test_dicom_by_its_header() -> None:
    film(Path("a.dcm"), 0.3)
    film(Path("b.dcm"), 0.3, photometric="MONOCHROME1")
    film(Path("c.dcm"), 0.3, modality="MR")
    run = predict("m", "a.dcm", "b.dcm", "c.dcm", "--json")
    first, second, third = checked(run.document)["images"]
    assert (first["label"], second["label"]) == ("NORMAL", "BRIGHT")
    assert any("MONOCHROME1" in step for step in second["preprocessing"])
    assert third["code"] == "modality" and "MR" in third["reason"] and "CR, DX" in third["reason"]
    assert "scope_unchecked" not in first["findings"]


def test_a_folder_is_read_in_order_and_a_name_finds_an_installed_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(5):
        picture(tmp_path / "study" / f"{number}.png", 0.3 + 0.1 * number)
    tiny.gated(tmp_path / "home" / "models" / "tiny")
    monkeypatch.setenv("CDS_HOME", str(tmp_path / "home"))
    run = predict("tiny", "study", "--json")
    files = [Path(one["file"]).name for one in checked(run.document)["images"]]
    assert files == [f"{number}.png" for number in range(5)]


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize("kind", ["image", "list", "empty", "noise"])
def test_stdin(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {
        "image": Path("light.png").read_bytes(),
        "list": b"light.png\n\nglaring.png\n",
        "empty": b" \n",
        "noise": b"\x01\x02\x00\xff",
    }[kind]
    monkeypatch.setattr(sys, "stdin", _Stdin(content))
    run = predict("m", "-", "--json")
    if kind in ("empty", "noise"):
        assert run.code == 2
        return
    files = [one["file"] for one in checked(run.document)["images"]]
    assert files == (["-"] if kind == "image" else ["light.png", "glaring.png"])


@pytest.mark.parametrize(
    ("device", "found", "code", "lines"),
    [
        ("auto", {"driver": "no NVIDIA card was found"}, 0, 1),
        ("auto", {"missing": ("libcublasLt.so.13",)}, 0, 1),
        ("cpu", {"driver": "no NVIDIA card was found"}, 0, 0),
        ("cuda", {"driver": "no NVIDIA card was found"}, 2, 1),
        ("cuda", {"missing": ("libcudnn.so.9",)}, 2, 1),
        ("tensorrt", {"missing_tensorrt": ("libnvinfer.so.10",)}, 2, 1),
        ("quantum", {}, 2, 1),
    ],
)
def test_devices_say_one_line_and_never_on_stdout(
    device: str,
    found: dict[str, Any],
    code: int,
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build = frozenset({CPU, CUDA, "TensorrtExecutionProvider"})
    monkeypatch.setattr(
        "cds.imaging.runtime.providers.look",
        lambda **_: Surroundings(build, "13.0", **found),
    )
    run = image("predict", "m", "dark.png", "--json", "--device", device, "--now", NOW)
    assert run.code == code and len(run.err.splitlines()) == lines
    if code:
        assert run.out == ""
    else:
        assert checked(run.document)["provider"] == CPU
        assert image("predict", "m", "dark.png", "-q", "--device", device).err == ""


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "tensorrt"])
def test_the_real_package_in_a_process_of_its_own(device: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "cds", "image", "predict", "m", "dark.png", "--json", "--device", device],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )  # fmt: skip
    assert run.returncode in (0, 2) and len(run.stderr.splitlines()) <= 1
    if run.returncode == 0:
        provider = checked(json.loads(run.stdout))["provider"]
        assert device == "auto" or provider.lower().startswith(device)
    else:
        assert run.stdout == "" and device in ("cuda", "tensorrt")


def test_a_picture_loads_none_of_the_heavy_readers() -> None:
    heavy = (
        "pydicom",
        "nibabel",
        "highdicom",
        "scipy",
        "polars",
        "onnx",
        "torch",
        "rich",
        "pydantic",
    )
    script = (
        "import sys; from cds.cli.app import main; "
        "code = main(['image', 'predict', 'm', 'dark.png', '--json', '--device', 'cpu']); "
        f"print(code, [m for m in {heavy!r} if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "0 []"


def test_an_open_scope_asks_nothing() -> None:
    tiny.gated(Path("open"), scope=Scope())
    run = predict("open", "dark.png", "--json")
    assert run.code == 0 and run.document["images"][0]["findings"] == {}


@pytest.mark.parametrize("columns", [60, 72, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_narrow_terminal_loses_no_column(
    columns: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names give way first, then bars; label, probability, distance and reason stay."""
    from cds.show.layout import cells

    monkeypatch.setenv("COLUMNS", str(columns))
    folder = Path("a-folder-with-a-rather-long-name") / "and-another-one-inside-of-it"
    folder.mkdir(parents=True)
    for name in ("dark", "light", "glaring"):
        Path(f"{name}.png").rename(folder / f"{name}.png")
    run = predict("m", folder, "--lang", language)
    lines = run.out.splitlines()
    assert max(map(cells, lines)) <= columns
    heading = ("label", "probability", "distance") if language == "en" else ("结论", "概率", "距离")
    (head,) = [line for line in lines if all(word in line for word in heading)]
    place = cells(head[: head.index(heading[1])])
    for name in ("dark", "light"):
        at = next(n for n, line in enumerate(lines) if f"{name}.png" in line)
        row = lines[at] if cells(lines[at]) > place else lines[at + 1]
        assert re.search(r"0\.\d\d", row), row
    assert any("glaring.png" in line for line in lines)
    assert ("the image is unlike" if language == "en" else "差异过大") in run.out


def test_reasons_and_findings_are_said_in_the_language_asked_for() -> None:
    Path("notes.dcm").write_bytes(b"no image")
    run = predict("m", "dark.png", "torn.png", "notes.dcm", "--lang", "zh", "--json")
    reasons = {one["file"]: one["reason"] for one in run.document["images"]}
    assert reasons["torn.png"] == "开头形似 PNG、JPEG 或 TIFF，但文件头已损坏"
    assert reasons["notes.dcm"] == "不含图像：不是完整的 DICOM 对象"
    assert [one["code"] for one in run.document["images"]] == [None, "unreadable", "unreadable"]


def test_results_of_an_earlier_run_in_the_folder_are_no_images() -> None:
    """Every kind of result, heat maps among them; what else lies there is still said."""
    Path("study").mkdir()
    for name in ("dark", "light"):
        film(Path("study", f"{name}.dcm"), 0.3 if name == "dark" else 0.7)
    kinds = ("out.json", "out.ndjson", "out.csv", "out.html", "out.fhir.json", "out.dcm")
    targets = [word for kind in kinds for word in ("-o", f"study/{kind}")]
    words = ("m", "study", "--json", "--heatmap", "maps")
    first = predict(*words, *targets)
    assert first.code == 0, first.err
    Path("study/map.png").write_bytes(Path("maps/dark.png").read_bytes())
    written = sum(1 for path in Path("study").rglob("*") if path.is_file()) - 2
    assert written >= 6 + 1
    again = predict(*words)
    assert again.code == 0 and again.out == first.out
    assert f"and {written - 1} more: results of an earlier run, left out" in again.err
    assert "earlier run" not in predict(*words, "-q").err
    Path("study/list.csv").write_text("file,label\n", encoding="utf-8")
    strange = predict("m", "study", "--json")
    assert strange.code == 0 and len(strange.document["images"]) == len(first.document["images"])
    assert "list.csv: no images, left out" in strange.err
    named = predict("m", "study/out.json")
    assert named.code == 2 and "is not an image" in named.err


def test_notes_in_a_folder_are_no_images_that_could_not_be_read() -> None:
    """PROVENANCE.md counted among the images that could not be read, and asked for a person."""
    Path("study").mkdir()
    picture(Path("study/dark.png"), 0.3)
    for name in ("PROVENANCE.md", "notes.TXT"):
        Path("study", name).write_text("Where the images are from.", encoding="utf-8")
    run = predict("m", "study", "--json")
    assert run.code == 0 and len(run.document["images"]) == 1
    assert run.err == "cds: study/PROVENANCE.md and 1 more: no images, left out\n"
    assert predict("m", "study", "-q").err == ""
    # What begins like an image is one, and what says that it is one must be readable.
    picture(Path("light.png"), 0.7).rename("study/scan.txt")
    Path("study/torn.png").write_bytes(b"text")
    statuses = {o["file"]: o["status"] for o in predict("m", "study", "--json").document["images"]}
    assert statuses == {"study/dark.png": "ok", "study/scan.txt": "ok", "study/torn.png": "error"}
    assert predict("m", "study/PROVENANCE.md").code == 2  # what is named is read


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always Unicode")
def test_names_that_are_no_text_or_hold_terminal_codes() -> None:
    """A name of raw bytes once ended the run as a bug; an escape code once reached the terminal."""
    Path("odd").mkdir()
    picture(Path("odd", os.fsdecode(b"bad\xff.png")), 0.3)
    Path("odd", "ev\x1b[31mil.png").write_bytes(b"no image")
    kinds = [word for kind in ("json", "csv", "html", "fhir.json") for word in ("-o", f"r.{kind}")]
    run = predict("m", "odd", "--json", *kinds)
    assert run.code == 3 and "\x1b" not in run.err + run.out
    files = {one["file"]: one["status"] for one in run.document["images"]}
    assert files == {r"odd/bad\udcff.png": "ok", "odd/ev\x1b[31mil.png": "error"}
    for kind in ("json", "csv", "html", "fhir.json"):
        Path(f"r.{kind}").read_text(encoding="utf-8")
    assert image("inspect", "odd", "--json").code in (0, 3)


def test_many_files_in_a_new_process_with_pipes_of_its_own() -> None:
    """Decoders load here while frames come from other processes: nothing is half loaded."""
    Path("many").mkdir()
    for number in range(14):
        film(Path("many", f"{number:02d}.dcm"), 0.3)
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-m", "cds", "image", "predict", "m", "many", "--device", "cpu"]
            + ["--json", "--now", NOW],
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0 and done.stderr == b"", done.stderr.decode()
        images = json.loads(done.stdout)["images"]
        assert [one["status"] for one in images] == ["ok"] * 14


def test_the_page_for_radiologists_shows_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "radiologists.md").read_text(encoding="utf-8")
    typed = (
        "$ cds image predict chest-xray-pneumonia sample_data/imaging/drawn_film.dcm --device cpu"
    )
    shown = page.split(typed + "\n")[1].split("```")[0]
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    run = image(*typed.split()[3:])
    assert run.code == 0 and run.out.startswith(shown)
