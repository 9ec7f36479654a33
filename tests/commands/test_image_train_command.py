"""``cds image train``, ``evaluate`` and ``quantize``, end to end on drawn pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

import tiny_models as tiny
from image_runs import NOW, checked, image, picture

from cds.imaging.contract.model import Calibration
from cds.imaging.phantoms import trunk


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def drawn(folder: str, count: int = 24) -> None:
    """Trunks with a bright spot, and without."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(count):
        for label, variant in (("clear", 0), ("spot", 1)):
            grey = trunk(40, 36, variant) * rng.uniform(0.8, 1.1) + rng.normal(0, 5, (40, 36))
            path = Path(folder, label, f"{number}.png")
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(path)


def need_torch() -> None:
    """Skip without it; one thread, so that other work on the machine does not hold it up."""
    pytest.importorskip("torch").set_num_threads(1)


RECIPE = """
seed = 3
[network]
size = 16
widths = [4, 4, 8, 8]
[schedule]
epochs = 2
finale = 1
batch = 16
teachers = 1
[description]
modalities = ["DX"]
purpose = {en = "Tells drawings with a spot.", zh = "识别带斑点的图画。"}
titles = {spot = {en = "a spot", zh = "斑点"}}
"""


def test_from_pictures_to_a_model_that_is_checked_and_predicts() -> None:
    need_torch()
    drawn("pictures")
    Path("r.toml").write_text(RECIPE, encoding="utf-8")
    first = image("train", "pictures", "-o", "m/toy", "--recipe", "r.toml", "--json")
    assert first.code == 0, first.err
    document = checked(json.loads(first.out))
    assert document["pictures"]["train"] == {"clear": 16, "spot": 16}
    assert document["model"] == "toy" and document["test"] is not None
    assert {one.name for one in Path("m/toy").iterdir()} == {
        "model.onnx", "contract.toml", "gate.npz", "golden.npz", "card.md", "recipe.toml",
        "checksums.json",
    }  # fmt: skip
    card = Path("m/toy/card.md").read_text(encoding="utf-8")
    assert "Tells drawings with a spot." in card and "### test (never chosen on)" in card
    check = json.loads(image("check", "m/toy", "--json").out)
    faults = {one["check"] for one in check["checks"] if one["verdict"] == "fault"}
    assert faults <= {"gate"}  # so few pictures give no mean picture to lie within it
    said = image("predict", "m/toy", "pictures/spot/1.png", "--json", "--device", "cpu")
    assert said.code in (0, 3) and json.loads(said.out)["model"] == "toy"


def test_the_textbooks_network_trains_too_and_on_three_labels() -> None:
    need_torch()
    drawn("pictures")
    for number in range(24):
        picture(Path(f"pictures/flat/{number}.png"), 0.5, seed=number)
    run = image(
        "train", "pictures", "-o", "m", "--network", "classic", "--size", "16", "--epochs", "1"
    )
    assert run.code == 0, run.err
    assert "classic network, 16 x 16 pixels" in run.out and "card.md" in run.out
    assert "flat: recall" in run.out and "spot: AUROC" in run.out
    said = image("predict", "m", "pictures/flat/1.png", "--force", "--json", "--device", "cpu")
    assert set(json.loads(said.out)["images"][0]["probabilities"]) == {"clear", "flat", "spot"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone", "-o", "m"], "does not exist"),
        (["pictures", "-o", "m", "--network", "vit"], "expected one of pooled, classic"),
        (["pictures", "-o", "m", "--device", "tpu"], "expected auto, cpu or cuda"),
        (["pictures", "-o", "a.txt"], "is a file"),
    ],
)
def test_what_cannot_be_trained_says_why_and_writes_nothing(words: list[str], message: str) -> None:
    need_torch()
    drawn("pictures", 5)
    Path("a.txt").write_text("x")
    run = image("train", *words)
    assert run.code == 2 and message in run.err and not Path("m").exists()


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds.cli.image.train.find_spec", lambda name: None)
    run = image("train", "pictures", "-o", "m")
    assert run.code == 2 and "pip install 'cds[train-image]'" in run.err


def bright_and_normal(folder: str, count: int = 30) -> None:
    for number in range(count):
        level = 0.3 + 0.4 * (number % 10) / 9
        label = "BRIGHT" if level > 0.5 else "NORMAL"
        picture(Path(folder, label, f"{number}.png"), level, seed=number)


def test_evaluating_counts_what_the_gate_refuses_and_gives_intervals() -> None:
    tiny.gated(Path("m"))
    bright_and_normal("pictures")
    picture(Path("pictures/NORMAL/odd.png"), 0.99)
    run = image("evaluate", "m", "pictures", "--json", "--now", NOW, "-o", "e.md", "-o", "e.csv")
    assert run.code == 0, run.err
    document = checked(json.loads(run.out))
    assert sum(document["counts"].values()) == 31
    block = document["everything"]
    (label,) = block["by_label"]
    assert label["label"] == "BRIGHT" and 0 <= label["auroc"]["low"] <= label["auroc"]["value"]
    rows = Path("e.csv").read_text().splitlines()
    assert len(rows) == 32 and rows[0].startswith("file,patient,label,said,status,p_")
    assert "AUROC" in Path("e.md").read_text()
    text = image("evaluate", "m", "pictures", "--lang", "zh", "--now", NOW)
    assert "准确率" in text.out
    assert image("evaluate", "m", "pictures", "--json", "--now", NOW).out == run.out


def test_three_images_are_too_few_to_judge_and_the_prevalence_is_the_contracts() -> None:
    """The warning comes from the contract's field, whatever language its sentences are in."""
    tiny.gated(Path("m"), output={"calibration": Calibration(1.0, 0.0, "数据", (0.5, 0.5))})
    rows = [f"{picture(Path(f'{n}.png'), 0.6, seed=n)},BRIGHT" for n in range(12)]
    Path("few.csv").write_text("\n".join(["file,label", *rows[:3]]), encoding="utf-8")
    Path("more.csv").write_text("\n".join(["file,label", *rows]), encoding="utf-8")
    english = image("evaluate", "m", "few.csv", "--now", NOW, "-o", "e.md")
    assert "3 images: too few to judge a model by" in " ".join(english.out.split())
    assert "(too few to judge)" in english.out and "(too few to judge)" in Path("e.md").read_text()
    assert "仅 3 幅图像" in image("evaluate", "m", "few.csv", "--lang", "zh").out
    cautions = image("evaluate", "m", "more.csv", "--json").document["cautions"]
    codes = [one["code"] for one in cautions]
    assert cautions[0] == {"code": "prevalence", "label": "BRIGHT", "found": 1.0, "expected": 0.5}
    assert codes == ["prevalence", "few_images", "label_absent"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["other"], "label 'dark' is none of"),
        (["other", "--map", "dark"], "expected NAME=LABEL"),
        (["other", "--map", "dark=DIM"], "label 'DIM' is none of"),
        (["pictures", "-o", "x.pdf"], "expected a file that ends in"),
        (["pictures", "-o", "nowhere/x.json"], "its folder is not there"),
        (["truth.csv", "-o", "truth.csv"], "is an input"),
        (["pictures", "--split", "val"], "has no images for validation"),
    ],
)
def test_what_cannot_be_evaluated_says_why(words: list[str], message: str) -> None:
    tiny.gated(Path("m"))
    bright_and_normal("pictures", 10)
    picture(Path("other/dark/1.png"), 0.2)
    picture(Path("other/BRIGHT/1.png"), 0.8)
    truth = "file,label\nother/dark/1.png,NORMAL\nother/BRIGHT/1.png,BRIGHT\n"
    Path("truth.csv").write_text(truth, encoding="utf-8")
    run = image("evaluate", "m", *words)
    assert run.code == 2 and message in run.err
    assert Path("truth.csv").read_text(encoding="utf-8") == truth


def test_a_label_of_another_name_is_mapped() -> None:
    tiny.gated(Path("m"))
    picture(Path("other/dark/1.png"), 0.4)
    picture(Path("other/bright/1.png"), 0.6)
    run = image("evaluate", "m", "other", "--map", "dark=NORMAL", "--json")
    assert run.code == 0 and json.loads(run.out)["everything"]["images"] == 2


def test_a_broken_file_is_counted_and_looked_at() -> None:
    tiny.gated(Path("m"))
    bright_and_normal("pictures", 10)
    Path("pictures/NORMAL/bad.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    run = image("evaluate", "m", "pictures", "--json")
    assert run.code == 3 and json.loads(run.out)["counts"]["error"] == 1
    assert "bad.png" in run.err


def test_quantising_writes_a_model_that_is_checked() -> None:
    tiny.gated(Path("m"))
    bright_and_normal("pictures", 60)
    run = image("quantize", "m", "--samples", "pictures", "-o", "q", "--json")
    assert run.code in (0, 3), run.err
    document = checked(json.loads(run.out))
    assert document["judged"] == 30 and document["auroc"] is not None
    assert Path("q/model_int8.onnx").is_file()
    found = json.loads(image("check", "q", "--json").out)
    faults = {one["check"] for one in found["checks"] if one["verdict"] == "fault"}
    assert faults <= {"golden"}  # the hand-made model has no golden vectors to begin with
    assert (
        "eight-bit" in image("quantize", "m", "--samples", "pictures", "-o", "q", "--replace").out
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--samples FOLDER"),
        (["--samples", "few"], "expected 16 or more"),
        (["--samples", "pictures", "-o", "m"], "is the model itself"),
    ],
)
def test_what_cannot_be_quantised_says_why(words: list[str], message: str) -> None:
    tiny.gated(Path("m"))
    bright_and_normal("pictures", 20)
    picture(Path("few/1.png"), 0.4)
    run = image("quantize", "m", *words)
    assert run.code == 2 and message in run.err and not Path("m-int8").exists()


@pytest.mark.parametrize(
    ("words", "there", "message"),
    [
        (("train", "pictures"), "contract.toml", "holds a model; expected another folder, or"),
        (("quantize", "m", "--samples", "pictures"), "contract.toml", "holds a model"),
        (("train", "pictures"), "checksums.json", "--replace"),
        (("train", "pictures", "--replace"), "film.dcm", "holds film.dcm, which is no part"),
        (("quantize", "m", "--samples", "pictures", "--replace"), "film.png", "holds film.png"),
        (("train", "pictures"), "", "is a file; expected a folder's name"),
    ],
)
def test_no_folder_is_written_over_without_being_asked(
    words: tuple[str, ...], there: str, message: str
) -> None:
    """Said before any work is done: nothing is trained for hours and then thrown away."""
    need_torch()
    drawn("pictures", 4)
    tiny.gated(Path("m"))
    kept = Path("target", there) if there else Path("target")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("precious", encoding="utf-8")
    run = image(*words, "-o", "target")
    assert run.code == 2 and message in run.err
    assert kept.read_text(encoding="utf-8") == "precious"
