"""Twelve mistakes that people make in contracts, planted one by one; each is caught and mended.

Every planted folder is sealed again, so that no checksum gives the mistake away.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny_models as tiny
from tiny_models import SIDE, frame

from cds.imaging.checking.finding import Finding
from cds.imaging.checking.model import check_model
from cds.imaging.contract.folder import open_folder
from cds.imaging.contract.model import Contract, Gate, Label, Scope
from cds.imaging.contract.read import CONTRACT
from cds.imaging.contract.write import contract_text
from cds.imaging.frame import Frame
from cds.imaging.gate import GATE, fit_gate, gate_bytes
from cds.imaging.golden import GOLDEN
from cds.imaging.loaded import load_model
from cds.imaging.packing.samples import golden_of
from cds.model_folder import sha256, write_model


def samples() -> list[Frame]:
    rng = np.random.default_rng(3)
    stored = (rng.random((4, SIDE * 2, SIDE * 2)) * 255).astype(np.uint8)
    return [frame(0, source=f"{n}.dcm", stored=one) for n, one in enumerate(stored)]


def sound(path: Path, content: bytes, **changes: Any) -> Path:
    """A folder with gate and golden vectors, in which nothing is wrong."""
    rng = np.random.default_rng(1)
    means = rng.normal(0.5, 0.1, 200)
    fitted = fit_gate(np.stack([means, -means], axis=1) + rng.normal(0, 1e-2, (200, 2)))
    contract = tiny.contract(content, gate=Gate(GATE, 5.0, 0.95), golden="", **changes)
    gate = {GATE: gate_bytes(fitted.statistics)}
    model = load_model(tiny.folder(path, content, contract, gate), "cpu")
    golden = golden_of(model, samples())
    tiny.folder(path, content, replace(contract, golden=GOLDEN), {**gate, GOLDEN: golden})
    return path


def changed(path: Path, change: Callable[[Contract], Contract], **files: bytes) -> list[Finding]:
    """The findings after the contract was changed and the folder sealed again."""
    contract = change(open_folder(path).contract)
    content = {
        file.name: file.read_bytes() for file in path.iterdir() if file.name != "checksums.json"
    }
    content |= {CONTRACT: contract_text(contract).encode("utf-8"), **files}
    write_model(path, content)
    return check_model(open_folder(path))


def faults(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.verdict == "fault"]


def intake(**changes: Any) -> Callable[[Contract], Contract]:
    return lambda contract: replace(contract, intake=replace(contract.intake, **changes))


def output(**changes: Any) -> Callable[[Contract], Contract]:
    return lambda contract: replace(contract, output=replace(contract.output, **changes))


ANY_SIZE = {"side": "s"}
MISTAKES = [
    # what was planted, graph, change, the check that catches it, words of the remedy
    ("layout", {}, intake(layout="NHWC"), "layout", "set input.layout to 'NCHW'"),
    ("layout of any graph", {**ANY_SIZE, "channels": 3}, intake(layout="NHWC"), "run", "input.layout"),
    ("channels", {}, intake(channels=3), "channels", "set input.channels to 1"),
    ("polarity", {}, intake(polarity="dark"), "polarity", "set input.polarity to 'bright'"),
    ("range", {}, intake(value_range=(0.0, 255.0)), "range", "input.value_range"),
    ("scaled twice", {}, intake(value_range=(0.0, 1 / 255)), "range", "input.value_range"),
    ("mean and deviation", {}, intake(mean=(0.485,), deviation=(0.229,)), "range", "input.mean"),
    ("one class too many", {}, output(labels=(Label("A"), Label("B"), Label("C"))), "classes", "name 1 labels"),
    ("classes exchanged", {}, output(labels=(Label("BRIGHT"), Label("NORMAL"))), "classes", "NORMAL, BRIGHT"),
    ("activation", {}, output(activation="probability"), "activation", "set output.activation to 'logit'"),
    ("activation of a softmax", {"softmax": True, "outputs": 2}, output(activation="logit"), "activation", "'probability'"),
    ("size", {}, intake(height=16, width=16), "size", "set input.height to 8"),
    ("size of any graph", ANY_SIZE, intake(height=4, width=4), "size", "set input.height to 8"),
    ("stale hash", {}, lambda c: replace(c, sha256="0" * 64), "graph", "cds image pack"),
    ("golden vectors never made", {}, lambda c: replace(c, golden=""), "golden", "--samples"),
    ("golden vectors lost", {}, lambda c: replace(c, golden="lost.npz"), "golden", "--samples"),
    ("wrong modality", {}, lambda c: replace(c, scope=Scope(("MR",))), "modality", "set scope.modalities to ['DX']"),
    ("modality not said", {}, lambda c: replace(c, scope=Scope()), "modality", "set scope.modalities to"),
    ("wrong opset", {}, lambda c: replace(c, opset=11), "opset", "set opset to 17"),
    ("window", {}, lambda c: intake(display=False)(c), "", ""),  # flat headers: changes nothing
    ("calibration", {}, output(calibration=replace(tiny.contract(b"").output.calibration, slope=0.5)), "outcome", "output.calibration"),
    ("gate of other images", {}, lambda c: replace(c, gate=Gate(GATE, 0.01, 0.95)), "gate", "gate.threshold"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("planted", "graph", "change", "check", "remedy"), MISTAKES, ids=[row[0] for row in MISTAKES]
)
def test_a_planted_mistake_is_caught_with_its_remedy(
    tmp_path: Path,
    planted: str,
    graph: dict[str, Any],
    change: Callable[[Contract], Contract],
    check: str,
    remedy: str,
) -> None:
    content = tiny.brightness(**graph)
    model = {"intake": {"channels": graph.get("channels", 1)}}
    if graph.get("softmax"):
        model["output"] = {"activation": "probability"}
    folder = sound(tmp_path / "m", content, **model)
    assert faults(check_model(open_folder(folder))) == []
    found = faults(changed(folder, change))
    if not check:
        assert found == []
        return
    (first, *_) = [finding for finding in found if finding.check == check] or [None]
    assert first is not None, found
    assert remedy in first.remedy


def test_what_is_asked_of_golden_images_by_the_gate_is_said(tmp_path: Path) -> None:
    """'2 of 8 golden images lie within 13.53' read like a fault and was none."""
    folder = sound(tmp_path / "m", tiny.brightness())
    (said,) = [f for f in check_model(open_folder(folder)) if f.check == "gate"]
    assert said.verdict == "ok" and said.found.startswith("the nearest golden image lies at ")
    assert said.found.endswith(", within 5; the others may lie beyond")
    (said,) = faults(changed(folder, lambda c: replace(c, gate=Gate(GATE, 0.01, 0.95))))
    assert said.found.startswith("no golden image lies within 0.01: the nearest lies at ")


def test_a_batch_axis_that_is_fixed_inside(tmp_path: Path) -> None:
    """The graph says that it takes any number of images and reshapes to one row within."""
    folder = sound(tmp_path / "m", tiny.brightness(batch="n"))
    content = tiny.brightness(batch="n", fixed_inside=True)
    found = faults(
        changed(folder, lambda c: replace(c, sha256=sha256(content)), **{"model.onnx": content})
    )
    assert [finding.check for finding in found] == ["dynamic_axis"]
    assert "axis 0 dynamic" in found[0].remedy


def test_a_batch_axis_of_several_images(tmp_path: Path) -> None:
    folder = sound(tmp_path / "m", tiny.brightness())
    content = tiny.brightness(batch=4)
    found = faults(
        changed(folder, lambda c: replace(c, sha256=sha256(content)), **{"model.onnx": content})
    )
    assert found[0].check == "dynamic_axis" and "dynamic_axes" in found[0].remedy


def test_another_graph_of_the_same_shape(tmp_path: Path) -> None:
    folder = sound(tmp_path / "m", tiny.brightness())
    content = tiny.brightness(opset=13)
    (folder / "model.onnx").write_bytes(content)
    found = faults(check_model(open_folder(folder)))
    assert {"files", "graph", "opset"} <= {finding.check for finding in found}


def test_a_graph_of_an_opset_that_nobody_runs(tmp_path: Path) -> None:
    folder = sound(tmp_path / "m", tiny.brightness())
    content = tiny.brightness(opset=99)
    found = faults(
        changed(folder, lambda c: replace(c, sha256=sha256(content)), **{"model.onnx": content})
    )
    assert any(f.check == "opset" for f in found)
    assert any("onnx.version_converter" in f.remedy for f in found)


def test_metadata_that_drifted(tmp_path: Path) -> None:
    """As in a published bundle: metadata.json says one size, the graph takes another."""
    folder = sound(tmp_path / "m", tiny.brightness())
    image = {"num_channels": 3, "spatial_shape": [229, 229], "modality": "MR", "dtype": "float32"}
    (folder / "metadata.json").write_text(
        json.dumps({"network_data_format": {"inputs": {"image": image}}}), encoding="utf-8"
    )
    found = [f.found for f in faults(check_model(open_folder(folder)))]
    assert any("3 channels, the graph takes 1" in text for text in found)
    assert any("229 x 229, the graph takes 8 x 8" in text for text in found)
    assert any("metadata.json says MR" in text for text in found)
