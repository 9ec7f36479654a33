"""Planted lesions: does the heat map point at what we know to be there?

``python -m benchmarks.imaging_lesions``

Images of smoothed noise with ribs and vessels; in half of them a round lesion, brighter or coarser
in grain than what is around it. A small network with global average pooling learns to tell the
halves apart (it never sees where the lesion is), is exported to ONNX and run as ``cds image
predict`` runs it. Pointing game: the maximum of the map lies in the lesion, or within one cell of
the feature map of it. Faithfulness: the deletion test against random orders.
"""

from __future__ import annotations

import argparse
import io
import time

import numpy as np
from numpy.typing import NDArray

from cds.imaging.contract.model import Contract, Intake, Label, Output, Scope
from cds.imaging.heatmap.explain import Explainer
from cds.imaging.runtime.session import open_session

SIDE, CELL = 64, 8
HALF_A_CELL = 3.5  # what a cell sees of three strided convolutions begins at the image's edge
Picture = NDArray[np.float32]


def images(count: int, seed: int) -> tuple[Picture, NDArray[np.bool_], NDArray[np.bool_]]:
    """(count, 1, SIDE, SIDE) images of 0 to 1, whether each has a lesion, and its mask."""
    random = np.random.default_rng(seed)
    there = random.random(count) < 0.5
    pictures = np.empty((count, 1, SIDE, SIDE), np.float32)
    masks = np.zeros((count, SIDE, SIDE), np.bool_)
    down, across = np.mgrid[:SIDE, :SIDE]
    for at in range(count):
        picture = 0.35 + 0.1 * smooth(random.normal(size=(SIDE, SIDE)), 10)
        picture += 0.05 * smooth(random.normal(size=(SIDE, SIDE)), 1)
        for _ in range(random.integers(2, 6)):  # ribs and vessels
            angle, offset = random.uniform(0, np.pi), random.uniform(-20, 20)
            line = (down - 32) * np.cos(angle) + (across - 32) * np.sin(angle) - offset
            picture += random.uniform(0.05, 0.2) * np.exp(-((line / random.uniform(1, 2.5)) ** 2))
        if there[at]:
            radius = random.uniform(4, 8)
            row, column = random.uniform(radius, SIDE - radius, 2)
            distance = np.hypot(down - row, across - column)
            masks[at] = distance <= radius
            soft = 1 / (1 + np.exp(2 * (distance - radius)))
            if random.random() < 0.5:
                picture += random.uniform(0.25, 0.4) * soft
            else:
                picture += 0.25 * soft * np.sign(random.normal(size=(SIDE, SIDE)))
        pictures[at, 0] = np.clip(picture + 0.02 * random.normal(size=(SIDE, SIDE)), 0, 1)
    return pictures, there, masks


def smooth(noise: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Noise with a correlation length of ``width`` pixels and a deviation of 1."""
    frequency = np.fft.fftfreq(SIDE)
    kernel = np.exp(-2 * (np.pi * width) ** 2 * (frequency[:, None] ** 2 + frequency**2))
    found = np.fft.ifft2(np.fft.fft2(noise) * kernel).real
    return np.asarray(found / found.std())


def trained(count: int, epochs: int, seed: int) -> bytes:
    """The ONNX file of a network that tells images with a lesion from images without."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)

    def block(before: int, after: int, stride: int) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

    layers = [*block(1, 12, 2), *block(12, 24, 2), *block(24, 48, 2), *block(48, 48, 1)]
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 1))
    pictures, there, _ = images(count, seed)
    inputs, wanted = torch.from_numpy(pictures), torch.from_numpy(there).float()
    steps = epochs * -(-count // 64)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=steps)
    for _ in range(epochs):
        order = torch.randperm(count)
        for start in range(0, count, 64):
            batch = order[start : start + 64]
            flipped = inputs[batch].flip(2) if torch.rand(1) < 0.5 else inputs[batch]
            flipped = flipped.flip(3) if torch.rand(1) < 0.5 else flipped
            loss = nn.functional.binary_cross_entropy_with_logits(
                network(flipped)[:, 0], wanted[batch]
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    stream = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        (inputs[:1],),
        stream,
        input_names=["image"],
        output_names=["logit"],
        dynamic_axes={"image": {0: "n"}, "logit": {0: "n"}},
        dynamo=False,
    )
    return stream.getvalue()


def contract() -> Contract:
    """What goes into the network and comes out."""
    return Contract(
        name="planted-lesions",
        version="1",
        task="classification",
        file="model.onnx",
        sha256="0" * 64,
        scope=Scope(),
        intake=Intake("image", "NCHW", SIDE, SIDE, 1),
        output=Output("logit", (Label("NONE"), Label("LESION")), "logit"),
        purpose={},
        not_for={},
        source={},
    )


def in_reach(
    heat: NDArray[np.float64], mask: NDArray[np.bool_], reach: float, back: float = 0.0
) -> bool:
    """Whether the map's maximum, moved ``back`` up and left, is within ``reach`` of the lesion."""
    row, column = (at - back for at in np.unravel_index(heat.argmax(), heat.shape))
    rows, columns = np.nonzero(mask)
    return bool(np.hypot(rows - row, columns - column).min() <= reach)


def proportion(hits: list[bool]) -> str:
    """A share with its 95 % interval (Wilson)."""
    n, p, z = len(hits), float(np.mean(hits)), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{p:.3f} ({middle - half:.3f} to {middle + half:.3f})"


def mean(values: list[float]) -> str:
    """A mean with its 95 % interval."""
    half = 1.96 * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):.3f} ({np.mean(values) - half:.3f} to {np.mean(values) + half:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=int, default=1500)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        import torch  # noqa: F401
    except ImportError:
        print("skipped: training needs torch (pip install 'cds[train-image]')")
        return
    start = time.process_time()
    model = trained(options.train, options.epochs, options.seed)
    print(f"trained in {time.process_time() - start:.0f} s of CPU, {len(model) / 1e3:.0f} kB")
    session = open_session(model, "cpu", threads=1)
    pictures, there, masks = images(options.test, options.seed + 10_000)
    logits = session.run(pictures)["logit"][:, 0]
    order = np.argsort(np.argsort(logits)) + 1
    positive = int(there.sum())
    rank_sum = order[there].sum() - positive * (positive + 1) / 2
    print(f"AUROC {rank_sum / (positive * (len(there) - positive)):.3f} on {len(there)} images")
    chosen = [at for at in np.flatnonzero(there) if logits[at] > 0]
    print(f"maps of the {len(chosen)} lesions that were found, of {positive}\n")
    chance = np.mean([np.pi * (np.sqrt(masks[at].sum() / np.pi) + CELL) ** 2 for at in chosen])
    print(f"a random point lies within a cell of the lesion in {chance / SIDE**2:.2f} of cases")
    for method in ("cam", "occlusion"):
        explainer = Explainer(
            contract(), model, session, lambda graph: open_session(graph, "cpu", threads=1), method
        )
        inside, near, by_fields, above, better = [], [], [], [], []
        began = time.process_time()
        for at in chosen:
            found = explainer.explain(pictures[at], "LESION")
            inside.append(in_reach(found.heat, masks[at], 0.0))
            near.append(in_reach(found.heat, masks[at], CELL))
            by_fields.append(in_reach(found.heat, masks[at], CELL, HALF_A_CELL))
            above.append(found.faithfulness.score - found.faithfulness.chance)
            better.append(found.faithfulness.better)
        seconds = (time.process_time() - began) / len(chosen)
        print(f"\n{method}")
        print(f"  maximum in the lesion           {proportion(inside)}")
        print(f"  maximum within one cell of it   {proportion(near)}")
        if method == "cam":
            print(f"  cells laid by receptive fields  {proportion(by_fields)}")
        print(f"  faithfulness above random       {mean(above)}")
        print(f"  maps better than random         {proportion(better)}")
        print(f"  CPU an image, deletion test too {1000 * seconds:.0f} ms")


if __name__ == "__main__":
    main()
