"""ResNet-18 and DenseNet-121 with random weights, written out in plain torch, as ONNX files.

He and others, CVPR 2016, table 1; Huang and others, CVPR 2017, table 1. The time of a network
does not depend on what its weights have learnt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn


class Residual(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, images: Any) -> Any:
        return torch.relu(self.body(images) + self.shortcut(images))


class Dense(nn.Module):
    """A bottleneck whose output is added to the channels it was given."""

    def __init__(self, before: int, growth: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(before),
            nn.ReLU(),
            nn.Conv2d(before, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth),
            nn.ReLU(),
            nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
        )

    def forward(self, images: Any) -> Any:
        return torch.cat([images, self.body(images)], dim=1)


def _stem(width: int) -> list[nn.Module]:
    return [
        nn.Conv2d(3, width, 7, 2, 3, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
    ]


def _head(width: int, labels: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, labels)]


def resnet_18(labels: int = 2) -> nn.Module:
    layers, before = _stem(64), 64
    for width, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Residual(before, width, stride), Residual(width, width, 1)]
        before = width
    return nn.Sequential(*layers, *_head(512, labels))


def densenet_121(labels: int = 2, growth: int = 32) -> nn.Module:
    layers, width = _stem(64), 64
    for number, blocks in enumerate((6, 12, 24, 16)):
        for _ in range(blocks):
            layers.append(Dense(width, growth))
            width += growth
        if number < 3:
            layers += [
                nn.BatchNorm2d(width),
                nn.ReLU(),
                nn.Conv2d(width, width // 2, 1, bias=False),
                nn.AvgPool2d(2),
            ]
            width //= 2
    layers += [nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers, *_head(width, labels))


NETWORKS = {"ResNet-18": resnet_18, "DenseNet-121": densenet_121}


def network(name: str) -> nn.Module:
    """The network with weights from a fixed seed, ready to be evaluated."""
    torch.manual_seed(0)
    return NETWORKS[name]().eval()


def exported(made: nn.Module, path: Path) -> Path:
    """The network as an ONNX file with a batch axis that may vary."""
    torch.onnx.export(
        made,
        (torch.zeros(1, 3, 224, 224),),
        str(path),
        input_names=["image"],
        output_names=["logit"],
        dynamic_axes={"image": {0: "batch"}, "logit": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    return path
