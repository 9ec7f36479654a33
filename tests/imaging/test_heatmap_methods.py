"""Where a model looked: maps that are exact where they can be, and how far to believe them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from bright_blob import LABELS, blob_net, image
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from cds.errors import InputError
from cds.imaging.contract.model import Calibration, Contract, Intake, Label, Output, Scope
from cds.imaging.decide import probabilities
from cds.imaging.heatmap.activation import activation_map, label_weights
from cds.imaging.heatmap.evidence import Reading, reading
from cds.imaging.heatmap.explain import Explainer
from cds.imaging.heatmap.faithfulness import cell_means, deletion_test
from cds.imaging.heatmap.grid import enlarged
from cds.imaging.heatmap.head import linear_head
from cds.imaging.heatmap.occlusion import Patch, occlusion_map, patch_for
from cds.imaging.runtime.session import Session, open_session

assert str(Path(__file__).parent) in sys.path  # bright_blob lies beside


def contract(task: str = "classification", activation: str = "logit") -> Contract:
    return Contract(
        name="blob",
        version="1.0.0",
        task=task,  # type: ignore[arg-type]
        file="blob.onnx",
        sha256="0" * 64,
        scope=Scope(),
        intake=Intake("image", "NCHW", 32, 32, 1),
        output=Output("logit", tuple(map(Label, LABELS)), activation),  # type: ignore[arg-type]
        purpose={},
        not_for={},
        source={},
    )


def opened(model: bytes) -> Session:
    return open_session(model, "cpu")


def explainer(model: bytes, method: str = "auto", of: Contract | None = None) -> Explainer:
    return Explainer(of or contract(), model, opened(model), opened, method)


# --- the head -------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [1, 2])
@pytest.mark.parametrize("head", ["gemm", "matmul", "conv"])
def test_the_mean_of_the_map_and_the_bias_are_the_logit(head: str, values: int) -> None:
    model = blob_net(head, values=values)
    found = linear_head(onnx.load_from_string(model), "logit")
    assert found is not None and found.feature_map == "cells"
    outputs = opened(model).run(image(20, 9)[None])
    for label in range(values):
        cells = activation_map(found, outputs["cells"][0], label, softmax=False)
        assert cells.shape == (8, 8)
        assert cells.mean() + found.bias[label] == pytest.approx(
            outputs["logit"][0, label], abs=1e-5
        )


def test_no_head_is_read_where_the_graph_has_none() -> None:
    assert linear_head(onnx.load_from_string(blob_net("max")), "logit") is None
    assert linear_head(onnx.load_from_string(blob_net()), "cells") is None


def test_the_head_is_read_through_a_softmax_and_through_quantised_weights() -> None:
    model = onnx.load_from_string(blob_net(values=2))
    model.graph.node.append(onnx.helper.make_node("Softmax", ["logit"], ["p"]))
    wanted = linear_head(model, "logit")
    weights = next(t for t in model.graph.initializer if t.name == "fc")
    exact = numpy_helper.to_array(weights)
    scale = np.abs(exact).max(axis=1).astype(np.float32) / 127
    model.graph.initializer.remove(weights)
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(np.rint(exact / scale[:, None]).astype(np.int8), "fcq"),
            numpy_helper.from_array(scale, "fcs"),
            numpy_helper.from_array(np.zeros(2, np.int8), "fcz"),
        ]
    )
    dequantise = onnx.helper.make_node("DequantizeLinear", ["fcq", "fcs", "fcz"], ["fc"], axis=0)
    model.graph.node.insert(0, dequantise)
    found = linear_head(model, "p")
    assert found is not None and wanted is not None
    assert np.abs(found.weights - wanted.weights).max() <= scale.max() / 2 + 1e-6


@given(
    weights=st.lists(st.floats(-3, 3), min_size=6, max_size=6),
    common=st.floats(-5, 5),
)
def test_what_all_labels_share_is_no_evidence_for_one(weights: list[float], common: float) -> None:
    matrix = np.array(weights).reshape(3, 2)
    one = label_weights(matrix, 1, softmax=True)
    other = label_weights(matrix + common, 1, softmax=True)
    assert np.allclose(one, other)


# --- the label's evidence -------------------------------------------------------------------------

OUTPUTS = [
    # output, exclusive, logits, place: probability
    ([2.0], True, True, 1, 1 / (1 + np.exp(-2.0))),
    ([2.0], True, True, 0, 1 / (1 + np.exp(2.0))),
    ([0.8], True, False, 1, 0.8),
    ([1.0, 2.0, 3.0], True, True, 2, np.exp(3.0) / np.exp([1.0, 2.0, 3.0]).sum()),
    ([1.0, 2.0, 3.0], False, True, 0, 1 / (1 + np.exp(-1.0))),
    ([0.1, 0.7, 0.2], True, False, 1, 0.7),
]


@pytest.mark.parametrize(("output", "exclusive", "logits", "place", "probability"), OUTPUTS)
def test_log_odds_are_of_the_labels_probability(
    output: list[float], exclusive: bool, logits: bool, place: int, probability: float
) -> None:
    found = Reading(place, exclusive, logits).log_odds(np.array([output]))
    assert 1 / (1 + np.exp(-found[0])) == pytest.approx(probability, abs=1e-9)


def test_a_reading_agrees_with_what_results_say() -> None:
    """The probability that falls in the deletion test is the one that is reported."""
    random = np.random.default_rng(5)
    for task, values, logits in (
        ("classification", 1, True), ("classification", 2, True), ("classification", 2, False),
        ("multilabel", 2, True), ("multilabel", 2, False),
    ):  # fmt: skip
        of = contract(task, "logit" if logits else "probability")
        of = replace(of, output=replace(of.output, calibration=Calibration(0.7, 0.3)))
        output = random.normal(size=(4, values))
        if not logits:
            output = np.exp(output) / np.exp(output).sum(axis=1, keepdims=True)
        told = probabilities(output, of)
        for place, label in enumerate(LABELS):
            odds = reading(of, label).log_odds(output)
            assert np.allclose(1 / (1 + np.exp(-odds)), told[:, place], atol=1e-6)


# --- occlusion ------------------------------------------------------------------------------------


def test_occlusion_finds_the_only_pixel_that_counts() -> None:
    planes = np.zeros((1, 20, 16), np.float32)
    planes[0, 13, 4] = 1

    def evidence(images: np.ndarray) -> np.ndarray:
        return images[:, 0, 13, 4].astype(np.float64)

    heat = occlusion_map(planes, evidence, Patch(3, 1), batch=7)
    assert heat.shape == (20, 16)
    assert np.unravel_index(heat.argmax(), heat.shape) == (13, 4)
    assert np.abs(heat[:9]).max() == 0


@given(rows=st.integers(1, 60), columns=st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_every_pixel_is_covered_at_any_size(rows: int, columns: int) -> None:
    planes = np.random.default_rng(0).normal(size=(1, rows, columns)).astype(np.float32)
    heat = occlusion_map(
        planes, lambda images: images.sum(axis=(1, 2, 3)), patch_for(rows, columns)
    )
    assert np.isfinite(heat).all()


# --- faithfulness ---------------------------------------------------------------------------------


def bright(images: np.ndarray) -> np.ndarray:
    """Log-odds that rise with the brightness of the corner of 8 × 8 pixels."""
    return 10 * images[:, 0, :8, :8].astype(np.float64).mean(axis=(1, 2)) - 2


PLANES = np.pad(np.ones((1, 8, 8), np.float32), ((0, 0), (0, 24), (0, 24)))
CORNER = np.pad(np.ones((8, 8)), ((0, 24), (0, 24)))
MAPS = [
    ("the truth", CORNER, True),
    ("the truth, coarse", np.pad(np.ones((1, 1)), ((0, 3), (0, 3))), True),
    ("its opposite", -CORNER, False),
    ("elsewhere", CORNER[::-1, ::-1], False),
    ("the same everywhere", np.zeros((4, 4)), False),
]


@pytest.mark.parametrize(("name", "heat", "better"), MAPS, ids=[name for name, *_ in MAPS])
def test_a_map_is_believed_only_where_it_beats_random_orders(
    name: str, heat: np.ndarray, better: bool
) -> None:
    found = deletion_test(PLANES, heat, bright)
    assert found.better is better
    low, high = found.chance_interval
    assert low <= found.chance <= high
    assert -1 <= found.score <= 1
    assert found.score > high or not better
    assert (found.as_good is None) == (name == "the same everywhere")
    assert found.p_value == (1.0 if found.as_good is None else (found.as_good + 1) / 20)


def test_random_maps_pass_one_time_in_twenty() -> None:
    """The test keeps its promise: by chance a map is called better in 5 % of cases."""
    planes = np.random.default_rng(1).normal(size=(1, 16, 16)).astype(np.float32)
    weights = np.random.default_rng(2).normal(size=(1, 16, 16))

    def evidence(images: np.ndarray) -> np.ndarray:
        return np.einsum("nchw,chw->n", images, weights) / 10

    random = np.random.default_rng(3)
    passed = sum(
        deletion_test(planes, random.normal(size=(8, 8)), evidence, seed=trial).better
        for trial in range(100)
    )
    assert passed <= 13  # binomial(100, .05): 99.9 % quantile


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert deletion_test(PLANES, CORNER, bright) == deletion_test(PLANES, CORNER, bright)


# --- grids ----------------------------------------------------------------------------------------


@given(rows=st.integers(1, 9), columns=st.integers(1, 9), factor=st.integers(1, 5))
def test_a_level_map_stays_level_and_a_maximum_stays_in_place(
    rows: int, columns: int, factor: int
) -> None:
    level = enlarged(np.full((rows, columns), 2.5), rows * factor, columns * factor)
    assert np.allclose(level, 2.5)
    peak = np.zeros((rows, columns))
    peak[rows // 2, columns // 2] = 1
    fine = enlarged(peak, rows * factor, columns * factor)
    at = np.unravel_index(fine.argmax(), fine.shape)
    assert (at[0] // factor, at[1] // factor) == (rows // 2, columns // 2)


def test_cells_are_means() -> None:
    values = np.arange(64 * 48, dtype=float).reshape(64, 48)
    assert np.allclose(cell_means(values, 8), values.reshape(8, 8, 8, 6).mean(axis=(1, 3)))


# --- all together ---------------------------------------------------------------------------------


@pytest.mark.parametrize("expose", [True, False])
@pytest.mark.parametrize(("head", "method"), [("gemm", "cam"), ("max", "occlusion")])
def test_the_map_points_at_the_blob_and_is_believed(head: str, method: str, expose: bool) -> None:
    explained = explainer(blob_net(head, expose=expose)).explain(image(20, 9), "BLOB")
    assert explained.method == method
    assert bool(explained.note) is (method == "occlusion")
    assert explained.heat.shape == (32, 32)
    row, column = np.unravel_index(explained.heat.argmax(), (32, 32))
    assert abs(row - 20) <= 4 and abs(column - 9) <= 4  # one cell of the feature map
    assert explained.faithfulness.better


def test_evidence_against_is_the_other_labels_evidence() -> None:
    of = explainer(blob_net())
    blob, clear = (of.explain(image(20, 9), label).heat for label in ("BLOB", "CLEAR"))
    assert np.allclose(blob, -clear)


def test_a_graph_for_one_image_at_a_time_is_explained_as_well() -> None:
    model = onnx.load_from_string(blob_net())
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    one = explainer(model.SerializeToString()).explain(image(20, 9), "BLOB")
    many = explainer(blob_net()).explain(image(20, 9), "BLOB")
    assert np.allclose(one.heat, many.heat)
    assert one.faithfulness.score == pytest.approx(many.faithfulness.score)


def test_a_class_activation_map_that_cannot_be_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(InputError, match="global average pooling .* use occlusion"):
        explainer(blob_net("max"), "cam")


def test_a_detection_model_has_no_heat_map() -> None:
    with pytest.raises(InputError, match="boxes or masks show"):
        explainer(blob_net(), of=contract("detection"))
