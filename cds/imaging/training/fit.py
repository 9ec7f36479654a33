"""Find a network's weights: augmented epochs, a moving average, stop where validation says so."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from cds.imaging.training import networks
from cds.imaging.training.augmentation import augment, gentler, posed
from cds.imaging.training.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]

_POSED_SHARE = 4
"""One in so many pictures of a batch is shown once more, turned or inverted."""
_FINALE_RATE = 1 / 3
_WARMING = 0.05
"""Share of the steps in which the learning rate rises."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures (n, side, side) of 0 … 1 and the number of each one's label.

    ``sources``: (n,) numbers of where they come from; in each, all labels weigh alike, so that
    nothing of a source is learnt as a label. ``softened``: (n, labels), what teachers said of
    them, where there were any.
    """

    pictures: NDArray[np.float32]
    labels: NDArray[np.int64]
    sources: NDArray[np.int64] | None = None
    softened: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Epoch:
    """How one epoch ended: mean losses, that of validation with all labels counting alike."""

    training: float
    validation: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained network: its parts (on the CPU, for evaluation) and how it came there."""

    parts: Any
    outputs: int
    best: int
    epochs: tuple[Epoch, ...]
    device: str


def fit(
    recipe: Recipe,
    training: Examples,
    validation: Examples,
    labels: int,
    *,
    device: str = "cpu",
    seed: int | None = None,
    what: str = "epochs",
    start: Any = None,
    progress: Progress = lambda what, done, parts: None,
) -> Fitted:
    """Train on ``training``; the weights of the epoch with the least validation loss are kept.

    ``start``: parts to go on from instead of random ones, straight into the finale. The same
    recipe, examples and seed give the same weights on the same kind of CPU.
    """
    schedule, seed = recipe.schedule, recipe.seed if seed is None else seed
    outputs = 1 if labels == 2 else labels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        chance = torch.Generator().manual_seed(seed)
        parts = start or networks.build(recipe.network, outputs, schedule.dropout)
        state = _State(recipe, parts.to(device), training, labels, device)
        history: list[Epoch] = []
        best, kept = 0, copy.deepcopy(state.averaged)
        number, total = schedule.epochs if start else 0, schedule.epochs + schedule.finale
        while number < total:
            loss = state.epoch(number, chance)
            held_out = balanced_loss(state.averaged, recipe, validation, labels, device)
            history.append(Epoch(loss, held_out))
            number += 1
            progress(what, number, total)
            last = len(history) - 1
            if last == 0 or held_out < history[best].validation:
                best, kept = last, copy.deepcopy(state.averaged)
            elif last - best >= schedule.patience:
                # Enough of this part: on to the finale, or out of it.
                if number >= schedule.epochs:
                    break
                number = schedule.epochs
    return Fitted(kept.to("cpu").eval(), outputs, best, tuple(history), device)


def answers(parts: Any, recipe: Recipe, pictures: NDArray[Any], device: str) -> dict[str, Any]:
    """What the network says of all ``pictures``, as arrays by output name."""
    found: dict[str, list[Any]] = {}
    parts = parts.to(device).eval()
    with torch.no_grad():
        for start in range(0, len(pictures), 512):
            block = torch.from_numpy(pictures[start : start + 512]).to(device).unsqueeze(1)
            for name, value in networks.forward(parts, recipe.network, block).items():
                if name != "feature_map":
                    found.setdefault(name, []).append(value.float().cpu().numpy())
    return {name: np.concatenate(values) for name, values in found.items()}


def balanced_loss(
    parts: Any, recipe: Recipe, examples: Examples, labels: int, device: str
) -> float:
    """Mean negative log-likelihood of each label's examples, averaged over the labels."""
    logit = torch.from_numpy(answers(parts, recipe, examples.pictures, device)["logit"])
    target = torch.from_numpy(_one_hot(examples.labels, labels))
    losses = _loss(logit, target).numpy()
    means = [losses[examples.labels == label].mean() for label in np.unique(examples.labels)]
    return float(np.mean(means))


class _State:
    """What changes from step to step."""

    def __init__(
        self, recipe: Recipe, parts: Any, training: Examples, labels: int, device: str
    ) -> None:
        self.recipe, self.device = recipe, device
        self.parts = parts.to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.parts)
        self.averagings = 0
        self.pictures = torch.from_numpy(training.pictures).to(device)
        target: NDArray[np.floating[Any]] = _one_hot(training.labels, labels)
        if training.softened is not None:
            target = (target + training.softened) / 2
        smoothing = recipe.schedule.smoothing
        target = target * (1 - smoothing) + smoothing / labels
        self.targets = torch.from_numpy(target.astype(np.float32)).to(device)
        self.weights = torch.from_numpy(_weights(training, labels)).to(device)
        self.steps = max(1, math.ceil(len(training.labels) / recipe.schedule.batch))
        decayed = [p for p in parts.parameters() if p.ndim > 1]
        plain = [p for p in parts.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.schedule.decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=recipe.schedule.rate,
        )
        half = torch.bfloat16
        if device != "cpu" and not torch.cuda.is_bf16_supported():
            half = torch.float16
        self.scaler = torch.amp.GradScaler("cuda", enabled=half == torch.float16)
        self.half = half

    def epoch(self, number: int, chance: torch.Generator) -> float:
        """Go through all training pictures once; returns the mean loss."""
        order = torch.randperm(len(self.pictures), generator=chance).to(self.device)
        self.parts.train()
        losses = []
        schedule = self.recipe.schedule
        finale = number >= schedule.epochs
        epochs = schedule.finale if finale else schedule.epochs
        first = number - schedule.epochs if finale else number
        rate = schedule.rate * (_FINALE_RATE if finale else 1)
        for step, chosen in enumerate(order.tensor_split(self.steps)):
            share = self._rate(first * self.steps + step, epochs * self.steps)
            for group in self.optimizer.param_groups:
                group["lr"] = rate * share
            losses.append(self._step(chosen, chance, finale))
            self._average()
        return float(torch.stack(losses).mean())

    @staticmethod
    def _rate(done: int, total: int) -> float:
        rising = max(1.0, _WARMING * total)
        if done < rising:
            return (done + 1) / rising
        return 0.5 * (1 + math.cos(math.pi * (done - rising) / max(1.0, total - rising)))

    def _step(self, chosen: Any, chance: torch.Generator, finale: bool) -> Any:
        schedule, how = self.recipe.schedule, self.recipe.augmentation
        if finale:
            how = gentler(how, schedule.finale_strength)
        pictures = augment(self.pictures[chosen].unsqueeze(1), how, chance)
        targets, weights = self.targets[chosen], self.weights[chosen]
        count = len(pictures)
        if schedule.mixup > 0 and not finale:
            share = float(np.random.default_rng(_draw(chance)).beta(*(schedule.mixup,) * 2))
            share = max(share, 1 - share)
            other = torch.randperm(count, generator=chance).to(self.device)
            mixed = share * pictures + (1 - share) * pictures[other]
            targets = share * targets + (1 - share) * targets[other]
            weights = share * weights + (1 - share) * weights[other]
        else:
            mixed = pictures
        with_poses = schedule.poses > 0 and self.recipe.network.architecture == "pooled"
        if with_poses:
            turned, pose = posed(pictures[: max(1, count // _POSED_SHARE)], chance)
            mixed = torch.cat([mixed, turned])
        casting = nullcontext() if self.device == "cpu" else torch.autocast("cuda", self.half)
        with casting:
            said = networks.forward(self.parts, self.recipe.network, mixed)
        loss = (_loss(said["logit"][:count].float(), targets) * weights).mean()
        total = loss
        if with_poses:
            upright = torch.zeros(count, dtype=torch.long, device=self.device)
            truth = torch.cat([upright, pose])
            total = total + schedule.poses * functional.cross_entropy(said["poses"].float(), truth)
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(total).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.detach()

    def _average(self) -> None:
        self.averagings += 1
        kept = self.recipe.schedule.averaging
        kept = min(kept, self.averagings / (9 + self.averagings))
        with torch.no_grad():
            ours = [v for v in self.parts.state_dict().values() if v.is_floating_point()]
            theirs = [v for v in self.averaged.state_dict().values() if v.is_floating_point()]
            torch._foreach_lerp_(theirs, ours, 1 - kept)


def _loss(logit: Any, target: Any) -> Any:
    """Cross-entropy of each example; one output means the second of two labels."""
    if logit.shape[1] == 1:
        return functional.binary_cross_entropy_with_logits(
            logit[:, 0], target[:, 1], reduction="none"
        )
    return functional.cross_entropy(logit, target, reduction="none")


def _weights(training: Examples, labels: int) -> NDArray[np.float32]:
    """Of each example: within each source, all labels that it has weigh alike; mean one."""
    weights = np.empty(len(training.labels), dtype=np.float32)
    sources = training.sources if training.sources is not None else np.zeros_like(training.labels)
    for source in np.unique(sources):
        there = sources == source
        counts = np.bincount(training.labels[there], minlength=labels)
        each = there.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1))
        weights[there] = each[training.labels[there]]
    return weights


def _one_hot(labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    return np.eye(count, dtype=np.float32)[labels]


def _draw(chance: torch.Generator) -> int:
    return int(torch.randint(0, 2**31 - 1, (), generator=chance))
