"""The networks: the textbooks' small one, and one of residual blocks with global pooling."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from cds.imaging.training.recipe import Network

POSES = ("upright", "upside_down", "sideways", "inverted")
"""What the pose head tells apart; a picture is meant to be the first."""
_EMBEDDING = 32
_CLASSIC = (32, 64, 128)
_STRIDES = (1, 2, 2, 1)
"""Of the stages after the stem; a last stage that keeps its resolution gives sharper maps."""


def build(network: Network, outputs: int, dropout: float) -> Any:
    """The parts of ``network`` as a ModuleDict, with random weights."""
    makers = {"pooled": _pooled, "classic": _classic}
    return makers[network.architecture](network, outputs, dropout)


def forward(parts: Any, network: Network, pictures: Any) -> dict[str, Any]:
    """What ``parts`` say of ``pictures`` (batch, 1, size, size): logit, features and more.

    ``feature_map`` and ``poses`` only where the network has them.
    """
    if network.standardise:
        pictures = functional.instance_norm(pictures)
    if network.architecture == "classic":
        maps = parts["body"](pictures)
        features = parts["dense"](maps)
        return {"logit": parts["head"](features), "features": features}
    maps = parts["stem"](pictures)
    regions = maps
    for index, block in enumerate(parts["blocks"]):
        shortcut = parts["shortcuts"][index](maps)
        maps = functional.relu(block(maps) + shortcut)
        if index == len(parts["blocks"]) - 2:
            regions = maps
    pooled = maps.mean(dim=(2, 3))
    quarters = functional.avg_pool2d(regions, regions.shape[-1] // 2).flatten(1)
    embedding = parts["embedding"](quarters)
    poses = parts["poses"](embedding)
    return {
        "logit": parts["head"](parts["dropout"](pooled)),
        "feature_map": maps,
        "poses": poses,
        "features": torch.cat([pooled, embedding, poses], dim=1),
    }


def map_side(size: int) -> int:
    """Rows of the last two maps of a pooled network for pictures of ``size`` rows."""
    side = size
    for stride in (2, *_STRIDES[:-1]):
        side = -(-side // stride)
    return side


def parameters(parts: Any) -> int:
    """How many numbers were learnt."""
    return sum(weights.numel() for weights in parts.parameters())


def _pooled(network: Network, outputs: int, dropout: float) -> Any:
    blocks, shortcuts = [], []
    before = network.widths[0]
    for width, stride in zip(network.widths, _STRIDES, strict=True):
        blocks.append(
            nn.Sequential(
                *_convolution(before, width, 3, stride),
                nn.ReLU(),
                *_convolution(width, width, 3, 1),
            )
        )
        same = before == width and stride == 1
        shortcuts.append(
            nn.Sequential() if same else nn.Sequential(*_convolution(before, width, 1, stride))
        )
        before = width
    return nn.ModuleDict(
        {
            "stem": nn.Sequential(*_convolution(1, network.widths[0], 3, 2), nn.ReLU()),
            "blocks": nn.ModuleList(blocks),
            "shortcuts": nn.ModuleList(shortcuts),
            "embedding": nn.Sequential(nn.Linear(4 * network.widths[-2], _EMBEDDING), nn.ReLU()),
            "poses": nn.Linear(_EMBEDDING, len(POSES)),
            "dropout": nn.Dropout(dropout),
            "head": nn.Linear(network.widths[-1], outputs),
        }
    )


def _classic(network: Network, outputs: int, dropout: float) -> Any:
    first, second, dense = _CLASSIC
    side = network.size // 4
    return nn.ModuleDict(
        {
            "body": nn.Sequential(
                nn.Conv2d(1, first, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(first, second, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
            ),
            "dense": nn.Sequential(nn.Linear(second * side * side, dense), nn.ReLU()),
            "dropout": nn.Dropout(dropout),
            "head": nn.Linear(dense, outputs),
        }
    )


def _convolution(before: int, after: int, side: int, stride: int) -> tuple[Any, Any]:
    kernel = nn.Conv2d(before, after, side, stride=stride, padding=side // 2, bias=False)
    return kernel, nn.BatchNorm2d(after)
