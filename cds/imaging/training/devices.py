"""Where a training runs: what was asked for, or the best that really works."""

from __future__ import annotations

from dataclasses import dataclass

from cds.errors import InputError


@dataclass(frozen=True, slots=True)
class Device:
    """``name``: torch's. ``explanation``: one sentence, why this one."""

    name: str
    explanation: str


def choose_device(asked: str) -> Device:
    """The device for ``asked`` (auto, cpu, cuda); raises InputError where it does not work."""
    if asked not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device is {asked!r}; expected auto, cpu or cuda")
    if asked == "cpu":
        return Device("cpu", "trained on the CPU, as asked")
    why = _broken()
    if not why:
        return Device("cuda", "trained on CUDA")
    if asked == "cuda":
        raise InputError(f"--device cuda cannot be used: {why}")
    return Device("cpu", f"trained on the CPU: {why}")


def _broken() -> str:
    """Why CUDA does not work here; empty where it does."""
    import torch

    if not torch.cuda.is_available():
        built = "PyTorch sees no CUDA device"
        return built if torch.version.cuda else "this PyTorch was built without CUDA"
    try:
        torch.zeros(1, device="cuda").add_(1).item()
    except RuntimeError as error:
        return f"it is there and fails ({str(error).splitlines()[0]})"
    return ""
