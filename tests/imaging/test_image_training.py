"""Networks, what they are exported as, and recipes (needs torch; skipped without)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cds.errors import InputError
from cds.imaging.training.recipe import Network, Recipe, Schedule
from cds.imaging.training.recipe_file import parse_recipe, read_recipe, recipe_text


def test_a_recipe_reads_back_as_it_was_written(tmp_path: Path) -> None:
    recipe = replace(
        Recipe(),
        seed=7,
        network=Network(size=96, widths=(8, 8, 16, 16)),
        description=replace(
            Recipe().description,
            name="x",
            purpose={"en": 'says "yes"', "zh": "用途"},
            codes={"a": ["SCT", "1", "one"]},
            limits=("one", "two"),
        ),
    )
    (tmp_path / "recipe.toml").write_text(recipe_text(recipe, "a\nb"), encoding="utf-8")
    assert read_recipe(tmp_path / "recipe.toml") == recipe
    assert parse_recipe({}, "r") == Recipe()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"sede": 1}, "r: sede: is no key of a recipe"),
        ({"network": {"size": "64"}}, "r: network.size: is '64'; expected whole numbers"),
        ({"network": {"size": 8}}, "expected 16 or more"),
        ({"network": {"architecture": "resnet"}}, "expected one of pooled, classic"),
        ({"network": {"widths": [8, 8]}}, "expected four numbers"),
        ({"schedule": 3}, "r: schedule: expected a table"),
        ({"augmentation": {"mirror": 1}}, "expected true or false"),
        ({"accepted": 1.5}, "expected a share from 0 to 1"),
        ({"validation": 0}, "r: validation: is 0"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(document: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_recipe(document, "r")
    assert message in str(caught.value)


@pytest.mark.parametrize("architecture", ["pooled", "classic"])
@pytest.mark.parametrize("size", [28, 50])
def test_the_graph_says_what_the_network_says(architecture: str, size: int) -> None:
    """Batch norms are folded into the convolutions; the gate's features come along."""
    torch = pytest.importorskip("torch")
    from cds.imaging.runtime.session import open_session
    from cds.imaging.training import export, networks

    make = Network(architecture=architecture, size=size, widths=(8, 8, 16, 16))  # type: ignore[arg-type]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    parts = networks.build(make, 3, 0.2)
    for module in parts.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
    parts.eval()
    pictures = torch.rand(2, 1, size, size)
    with torch.no_grad():
        expected = networks.forward(parts, make, pictures)
    content = export.onnx_bytes(parts, make, 3)
    assert content == export.onnx_bytes(parts, make, 3)
    said = open_session(content, "cpu").run(pictures.numpy())
    assert set(said) == {"logit", "features"} | ({"feature_map"} & set(expected))
    for name, values in said.items():
        np.testing.assert_allclose(values, expected[name].numpy(), atol=2e-5)


def test_the_pooled_network_is_small_and_its_map_gives_the_logit() -> None:
    """Mean of the feature map, one linear layer: class activation maps are exact."""
    torch = pytest.importorskip("torch")
    from cds.imaging.training import networks

    make = Network(size=64)
    parts = networks.build(make, 1, 0.0).eval()
    assert networks.parameters(parts) < 500_000
    with torch.no_grad():
        said = networks.forward(parts, make, torch.rand(1, 1, 64, 64))
        again = parts["head"](said["feature_map"].mean(dim=(2, 3)))
    assert torch.allclose(again, said["logit"], atol=1e-6)
    assert said["feature_map"].shape[-1] == networks.map_side(64)


def test_pictures_are_changed_within_bounds_and_the_same_way_for_the_same_seed() -> None:
    torch = pytest.importorskip("torch")
    from cds.imaging.training.augmentation import augment, posed
    from cds.imaging.training.recipe import Augmentation

    pictures = torch.rand(9, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    changed = augment(pictures, Augmentation(), torch.Generator().manual_seed(2))
    again = augment(pictures, Augmentation(), torch.Generator().manual_seed(2))
    assert torch.equal(changed, again) and changed.shape == pictures.shape
    assert float(changed.min()) >= 0 and float(changed.max()) <= 1
    still = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 0, False)
    same = augment(pictures.clamp(1e-3, 1), still, torch.Generator().manual_seed(2))
    assert torch.allclose(same, pictures.clamp(1e-3, 1), atol=1e-5)
    turned, pose = posed(pictures, torch.Generator().manual_seed(3))
    for one, kind, before in zip(turned, pose, pictures, strict=True):
        others = {1: before.flip(1), 2: before.transpose(1, 2), 3: 1 - before}
        kept = others[int(kind)]
        variants = [kept, kept.flip(2), kept.flip(1)]
        assert any(torch.allclose(one, variant) for variant in variants)


def test_training_lowers_the_loss_and_is_the_same_twice() -> None:
    torch = pytest.importorskip("torch")
    from cds.imaging.training.fit import Examples, answers, fit
    from cds.imaging.training.recipe import Augmentation

    rng = np.random.default_rng(0)
    labels = np.arange(48) % 2
    pictures = rng.random((48, 16, 16), dtype=np.float32) * 0.2
    pictures[labels == 1, 4:12, 4:12] += 0.6
    examples = Examples(pictures, labels.astype(np.int64))
    recipe = Recipe(
        network=Network(size=16, widths=(4, 4, 8, 8), standardise=False),
        schedule=Schedule(epochs=4, finale=1, batch=16, rate=0.01, mixup=0.0, averaging=0.5),
        augmentation=replace(Augmentation(), rotation=0.0, erase=0.0),
    )
    torch.set_num_threads(1)
    first = fit(recipe, examples, examples, 2)
    assert first.epochs[-1].validation < first.epochs[0].validation
    again = fit(recipe, examples, examples, 2)
    from cds.imaging.training.export import onnx_bytes

    assert onnx_bytes(first.parts, recipe.network, 1) == onnx_bytes(again.parts, recipe.network, 1)
    logit = answers(first.parts, recipe, pictures, "cpu")["logit"][:, 0]
    assert logit[labels == 1].mean() > logit[labels == 0].mean()
