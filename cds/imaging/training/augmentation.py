"""Change training pictures at random: as other machines, positions and copies would have."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from torch.nn import functional

from cds.imaging.training.recipe import Augmentation

_GROUPS = 4
"""Into so many parts a batch is cut; each is seen through its own number of pixels."""
_PATCH = (0.1, 0.3)
"""Sides of an erased rectangle, as shares of the picture's."""


def augment(pictures: Any, how: Augmentation, chance: torch.Generator) -> Any:
    """``pictures`` (batch, 1, side, side) of 0 … 1, each changed in its own way.

    All draws follow from ``chance``, a generator on the CPU, whatever the pictures' device.
    """
    changed = _coarsened(pictures, how, chance)
    changed = _moved(changed, how, chance)
    changed = _relit(changed, how, chance)
    return _erased(changed, how, chance)


def gentler(how: Augmentation, strength: float) -> Augmentation:
    """``how`` with all changes ``strength`` times as large; coarse pictures stay as frequent."""
    return replace(
        how,
        shift=how.shift * strength,
        rotation=how.rotation * strength,
        scale=how.scale * strength,
        aspect=how.aspect * strength,
        brightness=how.brightness * strength,
        contrast=how.contrast * strength,
        gamma=how.gamma * strength,
        noise=how.noise * strength,
        erase=how.erase * strength,
    )


def posed(pictures: Any, chance: torch.Generator) -> tuple[Any, Any]:
    """Copies that are no longer upright or have changed polarity, and which pose each has.

    Poses as numbered in ``networks.POSES``.
    """
    count = len(pictures)
    mirrored = _uniform(chance, 0, 1, count, pictures.device) < 0.5
    pictures = torch.where(mirrored.view(-1, 1, 1, 1), pictures.flip(3), pictures)
    upside = pictures.flip(2)
    sideways = pictures.transpose(2, 3)
    turned = _uniform(chance, 0, 1, count, pictures.device) < 0.5
    sideways = torch.where(turned.view(-1, 1, 1, 1), sideways.flip(2), sideways)
    choice = torch.randint(0, 3, (count,), generator=chance).to(pictures.device)
    either = torch.stack([upside, sideways, 1 - pictures])
    return either[choice, torch.arange(count, device=pictures.device)], choice + 1


def _coarsened(pictures: Any, how: Augmentation, chance: torch.Generator) -> Any:
    if how.coarse <= 0:
        return pictures
    side = pictures.shape[-1]
    parts = []
    for part in pictures.chunk(_GROUPS):
        if float(torch.rand((), generator=chance)) < how.coarse:
            smallest = math.log(min(how.coarsest, side))
            drawn = smallest + float(torch.rand((), generator=chance)) * (math.log(side) - smallest)
            pixels = round(math.exp(drawn))
            fewer = functional.interpolate(
                part, (pixels, pixels), mode="bilinear", antialias=True, align_corners=False
            )
            part = functional.interpolate(
                fewer, (side, side), mode="bilinear", align_corners=False
            ).clamp(0, 1)
        parts.append(part)
    return torch.cat(parts)


def _moved(pictures: Any, how: Augmentation, chance: torch.Generator) -> Any:
    count, device = len(pictures), pictures.device
    angle = _uniform(chance, -how.rotation, how.rotation, count, device) * (math.pi / 180)
    zoom = 1 / (1 + _uniform(chance, -how.scale, how.scale, count, device))
    stretch = torch.exp(_uniform(chance, -1, 1, count, device) * math.log1p(how.aspect) / 2)
    across = _uniform(chance, -how.shift, how.shift, count, device) * 2
    down = _uniform(chance, -how.shift, how.shift, count, device) * 2
    turn = torch.ones_like(angle)
    if how.mirror:
        turn = torch.where(_uniform(chance, 0, 1, count, device) < 0.5, -turn, turn)
    first = torch.stack(
        [torch.cos(angle) * zoom * stretch * turn, -torch.sin(angle) * zoom * stretch, across], 1
    )
    second = torch.stack(
        [torch.sin(angle) * zoom / stretch * turn, torch.cos(angle) * zoom / stretch, down], 1
    )
    grid = functional.affine_grid(
        torch.stack([first, second], 1), list(pictures.shape), align_corners=False
    )
    return functional.grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)


def _relit(pictures: Any, how: Augmentation, chance: torch.Generator) -> Any:
    count, device = len(pictures), pictures.device
    shape = (-1, 1, 1, 1)
    gamma = torch.exp(_uniform(chance, -how.gamma, how.gamma, count, device)).view(shape)
    contrast = torch.exp(_uniform(chance, -how.contrast, how.contrast, count, device)).view(shape)
    light = _uniform(chance, -how.brightness, how.brightness, count, device).view(shape)
    # A root at exactly zero has no finite gradient; nothing here learns, but keep it finite.
    lit = pictures.clamp(1e-4, 1) ** gamma
    middle = lit.mean(dim=(2, 3), keepdim=True)
    lit = (lit - middle) * contrast + middle + light
    if how.noise > 0:
        strength = _uniform(chance, 0, how.noise, count, device).view(shape)
        # Many numbers: drawn where the pictures are.
        there = torch.Generator(device).manual_seed(
            int(torch.randint(0, 2**31 - 1, (), generator=chance))
        )
        grain = torch.randn(pictures.shape, generator=there, device=device)
        lit = lit + grain * strength
    return lit.clamp(0, 1)


def _erased(pictures: Any, how: Augmentation, chance: torch.Generator) -> Any:
    if how.erase <= 0:
        return pictures
    count, device, side = len(pictures), pictures.device, pictures.shape[-1]
    place = torch.arange(side, device=device).view(1, -1) / side
    hits = []
    for _ in range(2):  # down, then across
        length = _uniform(chance, *_PATCH, count, device)
        start = _uniform(chance, 0, 1, count, device) * (1 - length)
        hits.append((place >= start.view(-1, 1)) & (place < (start + length).view(-1, 1)))
    patch = hits[0].view(count, 1, side, 1) & hits[1].view(count, 1, 1, side)
    chosen = (_uniform(chance, 0, 1, count, device) < how.erase).view(-1, 1, 1, 1)
    grey = pictures.mean(dim=(2, 3), keepdim=True)
    return torch.where(patch & chosen, grey, pictures)


def _uniform(chance: torch.Generator, low: float, high: float, count: int, device: Any) -> Any:
    return (low + (high - low) * torch.rand(count, generator=chance)).to(device)
