"""The contract on disk: what is written reads back, what is wrong is named with what to write."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import tiny_models as tiny

from cds.errors import InputError
from cds.imaging.contract.folder import find_model, open_folder, verify
from cds.imaging.contract.model import (
    Calibration,
    Contract,
    Gate,
    Intake,
    Label,
    Measured,
    Output,
    Scope,
)
from cds.imaging.contract.read import CONTRACT, parse_contract, read_contract
from cds.imaging.contract.write import contract_text, write_contract
from cds.imaging.frame import Window
from cds.model_folder import ModelRefused

PLAIN = tiny.contract(tiny.brightness())
TEXT = contract_text(PLAIN)

words = st.text(min_size=1, max_size=20).filter(str.strip)
number = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == x)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    channels = draw(st.sampled_from([1, 3]))
    low = draw(st.floats(-2000, 0))
    high = draw(st.floats(0.001, 5000))
    intake = Intake(
        name=draw(words),
        layout=draw(st.sampled_from(["NCHW", "NHWC"])),
        height=draw(st.integers(1, 999)),
        width=draw(st.integers(1, 999)),
        channels=channels,
        dtype=draw(st.sampled_from(["float32", "float16", "uint8"])),
        resize=draw(st.sampled_from(["stretch", "crop"])),
        interpolation=draw(st.sampled_from(["nearest", "bilinear", "bicubic", "area"])),
        polarity=draw(st.sampled_from(["bright", "dark"])),
        window=draw(st.none() | st.builds(Window, number, st.floats(0.1, 1e5))),
        display=draw(st.booleans()),
        value_range=(low, high),
        mean=tuple(draw(st.lists(number, min_size=channels, max_size=channels))),
        deviation=tuple(draw(st.lists(st.floats(0.1, 9), min_size=1, max_size=1))),
        reorient=draw(st.booleans()),
    )
    names = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    output = Output(
        name=draw(words),
        labels=tuple(Label(name, {"en": name}, ("SCT", "1", name)) for name in names),
        activation=draw(st.sampled_from(["logit", "probability"])),
        threshold=draw(st.floats(0.01, 1)),
        abstain_below=draw(st.floats(0, 1)),
        calibration=Calibration(
            draw(st.floats(0.01, 9)),
            draw(number),
            draw(st.text()),
            draw(st.sampled_from([(), (1 / len(names),) * len(names)])),
        ),
        features=draw(words),
    )
    return replace(
        PLAIN,
        name=draw(words),
        scope=Scope(tuple(draw(st.lists(words, max_size=2))), (), ("PA",)),
        intake=intake,
        output=output,
        purpose={"en": draw(words), "zh": draw(st.text())},
        source=draw(st.dictionaries(words, st.text(), max_size=2)),
        gate=draw(
            st.none() | st.builds(Gate, st.just("gate.npz"), st.floats(0.1, 99), st.just(0.95))
        ),
        measured=draw(
            st.sampled_from([(), (Measured({"en": "films"}, 224, 465, (0.9, 0.87, 0.93)),)])
        ),
    )


@settings(max_examples=60, deadline=None)
@given(contracts())
def test_what_is_written_reads_back(contract: Contract) -> None:
    assert parse_contract(contract_text(contract).encode("utf-8"), "x") == contract


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('layout = "NCHW"', 'layout = "CHW"', "input.layout: is 'CHW'; expected one of 'NCHW', 'NHWC'"),
        ('layout = "NCHW"\n', "", "input.layout: is missing"),
        ("channels = 1", "channels = 2", "input.channels: is 2; expected 1 (grey) or 3"),
        ("height = 8", "height = 0", "input.height: is 0; expected a whole number of at least 1"),
        ("height = 8", "height = true", "input.height: is True"),
        ("height = 8", "heigth = 8", "input.height: is missing"),
        ("display = true", "displays = true", "did you mean 'display'?"),
        ("value_range = [0.0, 1.0]", "value_range = [1.0, 0.0]", "[low, high] with low below high"),
        ("mean = [0.0]", "mean = [0.1, 0.2]", "a list of 1 numbers"),
        ("deviation = [1.0]", "deviation = [0.0]", "numbers above 0"),
        ("mean = [0.0]", "mean = [nan]", "a list of 1 numbers"),
        ('activation = "logit"', 'activation = "sigmoid"', "'logit', 'probability'"),
        ("threshold = 0.5", "threshold = 1.5", "above 0 and of at most 1"),
        ('name = "BRIGHT"', 'name = "NORMAL"', "names a label twice"),
        ('task = "classification"', 'task = "guess"', "task: is 'guess'"),
        ('task = "classification"', 'task = "detection"', "output.boxes: is missing"),
        ('file = "model.onnx"', 'file = "../model.onnx"', "without a folder"),
        ('sha256 = "', 'sha256 = "zz', "a SHA-256 of 64 hexadecimal digits"),
        ("[purpose]", "[purposes]", "purpose: is missing"),
        ("slope = 1.0", "slope = 0", "output.calibration.slope: is 0; expected a number above 0"),
        ("slope = 1.0", "slope = 1.0\nprevalence = [0.5]", "a list of 0 or 2 numbers"),
        ("slope = 1.0", "slope = 1.0\nprevalence = [0.5, 0.6]", "2 shares that sum to 1, or none"),
        ("[purpose]", "[[measured]]\ntitle.en = 'x'\nside = 28\nimages = 9\naccuracy = [0.9, 0.95, 1.0]\n[purpose]",
         "measured[0].accuracy: is [0.9, 0.95, 1.0]; expected a share and its interval"),
        ("[input]", "[input", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(before: str, after: str, expected: str) -> None:
    assert before in TEXT
    changed = TEXT.replace(before, after, 1)
    with pytest.raises(InputError) as error:
        parse_contract(changed.encode("utf-8"), "contract.toml")
    assert expected in str(error.value)


def test_a_gate_needs_features() -> None:
    contract = replace(
        PLAIN, gate=Gate("gate.npz", 3.0, 0.95), output=replace(PLAIN.output, features="")
    )
    with pytest.raises(InputError, match="output.features"):
        contract_text(contract)


def test_a_contract_written_alone(tmp_path: Path) -> None:
    write_contract(tmp_path, PLAIN)
    assert read_contract(tmp_path) == PLAIN == read_contract(tmp_path / CONTRACT)
    assert read_contract(tmp_path).output.labels[1].title == {"zh": "亮"}
    with pytest.raises(InputError, match="cannot be read"):
        read_contract(tmp_path / "none.toml")


def test_a_model_is_found_by_name_folder_or_file(tmp_path: Path) -> None:
    tiny.folder(tmp_path / "m", tiny.brightness(), PLAIN)
    installed = {"tiny": tmp_path / "m", "tiny-1.5": tmp_path / "m"}
    for argument in ("tiny", "tiny-1.5", str(tmp_path / "m"), str(tmp_path / "m" / "model.onnx")):
        assert find_model(argument, installed).contract.name == "tiny"
    with pytest.raises(InputError, match="did you mean 'tiny'"):
        find_model("tinny", installed)
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(tiny.brightness())
    with pytest.raises(InputError, match="cds image pack"):
        find_model(str(bare), installed)
    other = tmp_path / "m" / "other.onnx"
    other.write_bytes(tiny.brightness())
    with pytest.raises(InputError, match=r"is of model\.onnx"):
        find_model(str(other), installed)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"has no contract\.toml"):
        find_model(str(tmp_path / "empty"), installed)


def test_a_changed_file_is_refused_and_named(tmp_path: Path) -> None:
    model = tiny.gated(tmp_path / "m")
    assert verify(model.folder) == []
    graph = tmp_path / "m" / "model.onnx"
    content = graph.read_bytes()
    graph.write_bytes(content + b"\0")
    with pytest.raises(ModelRefused, match="not the graph that the contract was written for"):
        model.graph()
    assert [problem for problem in verify(model.folder) if "model.onnx" in problem]
    graph.write_bytes(content)
    (tmp_path / "m" / "gate.npz").write_bytes(b"other")
    with pytest.raises(ModelRefused, match=r"gate\.npz"):
        model.gate()
    contract = tmp_path / "m" / CONTRACT
    contract.write_text(
        contract.read_text(encoding="utf-8").replace("0.5", "0.6"), encoding="utf-8"
    )
    with pytest.raises(ModelRefused, match=r"contract\.toml"):
        open_folder(tmp_path / "m")
    (tmp_path / "m" / "checksums.json").unlink()
    assert open_folder(tmp_path / "m").contract.output.threshold == 0.6
    assert "checksums.json" in verify(tmp_path / "m")[0]


def test_figures_are_those_of_the_images_that_are_most_alike() -> None:
    """A film of 2,000 pixels is more like one of 224 than like a thumbnail of 28."""
    small = Measured({"en": "thumbnails"}, 28, 468, (0.95, 0.93, 0.97))
    large = Measured({"en": "films"}, 224, 465, (0.9, 0.87, 0.93))
    contract = replace(PLAIN, measured=(small, large))
    for side, expected in ((16, small), (60, small), (100, large), (2000, large), (0, None)):
        assert contract.measured_like(side) == expected
    assert PLAIN.measured_like(224) is None
