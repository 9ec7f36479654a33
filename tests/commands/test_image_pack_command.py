"""``cds image pack``, ``check`` and ``bench``: from an exported graph to a model that is checked."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "imaging"))

import tiny_models as tiny
from image_runs import checked, film, image, picture

from cds.imaging.contract.folder import open_folder
from cds.imaging.contract.read import read_contract

FLAGS = {
    "--classes": "NORMAL,BRIGHT",
    "--modality": "DX,CR",
    "--range": "0,1",
    "--mean": "0",
    "--std": "1",
    "--polarity": "bright",
    "--resize": "stretch",
    "--window": "header",
    "--purpose": "Tells bright from dark.",
    "--not-for": "Patients.",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.onnx").write_bytes(tiny.brightness())


def samples(count: int = 40) -> None:
    for number in range(count):
        level = 0.3 + 0.4 * (number % 10) / 10
        picture(
            Path(f"good/{'BRIGHT' if level > 0.5 else 'NORMAL'}/{number}.png"), level, seed=number
        )


def flags(**changes: str | None) -> list[str]:
    chosen = {**FLAGS, **{f"--{key.replace('_', '-')}": value for key, value in changes.items()}}
    return [word for flag, value in chosen.items() if value is not None for word in (flag, value)]


def test_what_nobody_can_know_is_asked_for_by_its_flag() -> None:
    run = image("pack", "net.onnx", "-o", "m")
    assert run.code == 2 and not Path("m").exists()
    for flag in FLAGS:
        assert flag in run.err
    assert "--activation" not in run.err  # the graph's last node says it
    assert "--layout" not in run.err and "--size" not in run.err


@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_is_missed_by_itself(flag: str) -> None:
    given = {key: value for key, value in FLAGS.items() if key != flag}
    run = image("pack", "net.onnx", "-o", "m", *(word for pair in given.items() for word in pair))
    assert run.code == 2 and flag in run.err


def test_packed_checked_and_run() -> None:
    samples()
    run = image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good", "--json")
    assert run.code == 0, run.err
    document = checked(run.document)
    assert document["samples"] == 40 and document["gate_threshold"] > 0
    assert any("outputs added" in text for text in document["known"])
    contract = read_contract(Path("m"))
    assert contract.name == "m" and contract.scope.modalities == ("DX", "CR")
    assert (contract.output.feature_map, contract.output.features) == ("map", "pooled")
    golden = open_folder(Path("m")).golden()
    assert golden is not None and len(golden.frames) == 6
    checking = image("check", "m", "--json")
    assert checking.code == 0, checking.out
    assert checked(checking.document)["sound"] is True
    assert "sound" in image("check", "m").out and "相符" in image("check", "m", "--lang", "zh").out
    film(Path("a.dcm"), 0.6)
    answer = image("predict", "m", "a.dcm", "--json", "-q")
    assert answer.document["images"][0]["label"] == "BRIGHT"
    again = image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good")
    assert again.code == 2 and "--replace" in again.err
    before = {path.name: path.read_bytes() for path in Path("m").iterdir()}
    assert (
        image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good", "--replace").code == 0
    )
    assert {path.name: path.read_bytes() for path in Path("m").iterdir()} == before


def test_without_samples_a_person_must_look() -> None:
    run = image("pack", "net.onnx", "-o", "m", *flags())
    assert run.code == 3 and "--samples" in run.out
    assert image("check", "m").code == 3


def test_few_samples_make_golden_vectors_and_no_gate() -> None:
    samples(8)
    run = image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good", "--json")
    assert run.code == 3 and any("no gate" in doubt for doubt in run.document["doubts"])
    assert read_contract(Path("m")).gate is None
    assert image("check", "m").code == 0


def test_samples_that_cannot_be_read_or_are_of_another_modality() -> None:
    samples(30)
    film(Path("good/mr.dcm"), 0.5, modality="MR")
    Path("good/torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    run = image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good", "--json")
    assert run.code == 3 and "torn.png" in run.err
    assert any("1 of 31 samples are of another modality" in text for text in run.document["doubts"])


@pytest.mark.parametrize(
    ("graph", "changes", "message"),
    [
        ({}, {"activation": "probability"}, "ends in a linear layer"),
        ({"softmax": True, "outputs": 2}, {"activation": "logit"}, "ends in a sigmoid or softmax"),
        ({}, {"layout": "NHWC"}, "cannot be --layout NHWC"),
        ({}, {"size": "9x9"}, "is not --size 9x9"),
        ({}, {"mean": "1,2,3"}, "--mean has 3 numbers; the graph takes 1"),
        ({}, {"range": "1"}, "expected two numbers"),
        ({}, {"range": "1,0"}, "low below high"),
        ({}, {"window": "wide"}, "expected numbers"),
        ({}, {"polarity": "grey"}, "expected one of bright, dark"),
        ({}, {"graph_output": "nothing"}, "none is --graph-output nothing"),
        ({"outputs": 3}, {}, "the graph gives 3 values"),
        ({"side": "s"}, {}, "--size HEIGHTxWIDTH"),
        ({"channels": 2}, {}, "expected 1 or 3 channels"),
    ],
)
def test_flags_that_the_graph_contradicts(
    graph: dict[str, object], changes: dict[str, str], message: str
) -> None:
    Path("net.onnx").write_bytes(tiny.brightness(**graph))  # type: ignore[arg-type]
    run = image("pack", "net.onnx", "-o", "m", *flags(**changes))
    assert run.code == 2 and message in run.err and not Path("m").exists()


def test_the_axes_of_a_graph_that_has_channels_last() -> None:
    Path("net.onnx").write_bytes(
        tiny.brightness(layout="NHWC", channels=3, softmax=True, outputs=2)
    )
    samples()
    run = image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good", "--json")
    assert run.code in (0, 3), run.err
    contract = read_contract(Path("m"))
    assert (contract.intake.layout, contract.intake.channels) == ("NHWC", 3)
    assert contract.output.activation == "probability"
    assert image("check", "m").code == 0


def test_metadata_of_a_bundle_is_used_where_the_graph_does_not_contradict_it() -> None:
    metadata = {
        "name": "Chest Bundle",
        "intended_use": "Tells bright from dark.",
        "data_source": "made by hand",
        "network_data_format": {
            "inputs": {
                "image": {
                    "modality": "XRAY",
                    "num_channels": 1,
                    "spatial_shape": [299, 299],
                    "dtype": "float32",
                    "value_range": [0, 1],
                }
            },
            "outputs": {"pred": {"channel_def": {"0": "NORMAL", "1": "BRIGHT"}}},
        },
    }
    Path("metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    run = image(
        "pack", "net.onnx", "-o", "m", "--json",
        *flags(classes=None, modality=None, range=None, purpose=None),
    )  # fmt: skip
    assert run.code == 3, run.err  # the size contradicts the graph, and there are no samples
    document = checked(run.document)
    assert any("299 x 299, the graph takes 8 x 8" in doubt for doubt in document["doubts"])
    contract = read_contract(Path("m"))
    assert contract.scope.modalities == ("CR", "DX")
    assert [label.name for label in contract.output.labels] == ["NORMAL", "BRIGHT"]
    assert contract.purpose == {"en": "Tells bright from dark."}
    Path("metadata.json").write_text("[1]", encoding="utf-8")
    assert image("pack", "net.onnx", "-o", "n", *flags()).code == 2


@pytest.mark.parametrize("content", [b"", b"no graph at all", b"\x08\x08"])
def test_a_file_that_is_no_graph(content: bytes) -> None:
    Path("net.onnx").write_bytes(content)
    run = image("pack", "net.onnx", "-o", "m", *flags())
    assert run.code == 2 and "is no sound ONNX file" in run.err
    assert image("pack", "none.onnx", "-o", "m", *flags()).code == 2


def test_a_detection_and_a_segmentation_model() -> None:
    Path("boxes.onnx").write_bytes(tiny.detector())
    run = image(
        "pack", "boxes.onnx", "-o", "d", "--task", "detection", "--activation", "probability",
        *flags(classes="LESION"),
    )  # fmt: skip
    assert run.code == 3 and read_contract(Path("d")).output.boxes == "boxes"
    Path("masks.onnx").write_bytes(tiny.segmenter())
    picture(Path("good/1.png"), 0.9)
    run = image(
        "pack", "masks.onnx", "-o", "s", "--task", "segmentation", "--activation", "probability",
        "--samples", "good", *flags(classes="LESION"),
    )  # fmt: skip
    assert run.code == 0 and read_contract(Path("s")).output.masks == "masks"
    assert image("check", "s").code == 0


def test_an_edited_contract_is_checked_and_sealed() -> None:
    samples()
    assert image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good").code == 0
    path = Path("m/contract.toml")
    path.write_text(
        path.read_text(encoding="utf-8").replace("abstain_below = 0.0", "abstain_below = 0.7"),
        encoding="utf-8",
    )
    assert image("predict", "m", "good", "-q").code == 2
    run = image("check", "m")
    assert run.code == 3 and "--seal" in run.out
    sealed = image("check", "m", "--seal")
    assert sealed.code == 0 and "sealed" in sealed.err
    assert image("check", "m").code == 0
    # What is wrong is not sealed.
    path.write_text(
        path.read_text(encoding="utf-8").replace('polarity = "bright"', 'polarity = "dark"'),
        encoding="utf-8",
    )
    run = image("check", "m", "--seal")
    assert run.code == 3 and "polarity" in run.out and "set input.polarity to 'bright'" in run.out
    assert image("check", "m").code == 3


def test_bench_side_by_side() -> None:
    samples()
    image("pack", "net.onnx", "-o", "m", *flags(), "--samples", "good")
    shutil.copytree("m", "m-int8")
    run = image("bench", "m", "--batch", "1,4", "--rounds", 1, "--device", "cpu", "--json")
    assert run.code == 0, run.err
    rows = checked(run.document)["rows"]
    assert [(row["precision"], row["batch"]) for row in rows] == [
        ("float32", 1), ("int8", 1), ("float32", 4), ("int8", 4),
    ]  # fmt: skip
    assert all(row["images_per_second"] > 0 for row in rows)
    shown = image("bench", "m", "--batch", "2", "--rounds", 1, "--device", "cpu").out
    assert "cpu int8" in shown and "(1.00x)" in shown
    assert image("bench", "m", "--batch", "none").code == 2
    assert image("bench", "m", "--device", "quantum").code == 2


def test_models_lists_verifies_and_shows_imaging_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import io
    from contextlib import redirect_stdout

    from cds.cli.app import main
    from cds.cli.image.model_inspect import inspect_model

    tiny.gated(tmp_path / "home" / "models" / "tiny")
    monkeypatch.setenv("CDS_HOME", str(tmp_path / "home"))

    def models(*words: str) -> dict[str, object]:
        out = io.StringIO()
        with redirect_stdout(out):
            assert main(["models", *words, "--json"]) == 0
        (entry,) = (m for m in checked(json.loads(out.getvalue()))["models"] if m["name"] == "tiny")
        return dict(entry)

    assert models("list")["kind"] == "imaging"
    assert models("verify", "tiny")["verified"] is True
    assert models("show", "tiny")["card"] == "# tiny\n"
    for as_json in (True, False):
        out = io.StringIO()
        with redirect_stdout(out):
            assert inspect_model("tiny", as_json=as_json, language="zh") == 0
        if as_json:
            assert checked(json.loads(out.getvalue()))["contract"]["input"]["height"] == 8
        else:
            assert "CR, DX; CHEST; 不限" in out.getvalue()
