"""Chooses the device before the session is made: only what can load is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from cds.errors import InputError
from cds.imaging.runtime.surroundings import Surroundings, look

Device = Literal["auto", "cpu", "cuda", "tensorrt"]
DEVICES: Final[tuple[str, ...]] = get_args(Device)
PROVIDERS: Final = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
NAMES: Final = {provider: device for device, provider in PROVIDERS.items()}

_BUILD: Final = (
    "the installed onnxruntime is the build without CUDA",
    "pip uninstall onnxruntime, then pip install 'onnxruntime-gpu[cuda,cudnn]'",
)


class DeviceUnavailable(InputError):
    """A device was asked for by name and cannot be used."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The device, the providers to ask for in order, and what to tell about it (or nothing)."""

    device: str
    providers: tuple[str, ...]
    notice: str = ""


Probe = Callable[[bool], Surroundings]


def probe_computer(tensorrt: bool) -> Surroundings:
    """The probe of this computer, see ``surroundings.look``."""
    return look(tensorrt=tensorrt)


def choose(device: str, probe: Probe = probe_computer) -> Choice:
    """The providers for ``device``.

    ``auto`` is CUDA where all of it works, else the CPU, with one sentence why where CUDA was
    compiled in. Raises DeviceUnavailable where a device asked for by name cannot be used.
    """
    if device not in DEVICES:
        raise InputError(f"there is no device {device!r}; expected one of {', '.join(DEVICES)}")
    if device == "cpu":
        return _cpu()
    found = probe(device == "tensorrt")
    fault, remedy = _fault(device, found)
    if not fault:
        wanted = "cuda" if device == "auto" else device
        order = [wanted] if wanted == "cuda" else [wanted, "cuda"]
        return Choice(wanted, tuple(PROVIDERS[name] for name in (*order, "cpu")))
    if device == "auto":
        return _cpu(f"runs on the CPU: {fault}; {remedy}" if found.gpu_build else "")
    raise DeviceUnavailable(f"--device {device} cannot be used: {fault}; {remedy}")


def _cpu(notice: str = "") -> Choice:
    return Choice("cpu", (PROVIDERS["cpu"],), notice)


def _fault(device: str, found: Surroundings) -> tuple[str, str]:
    """What keeps CUDA (or TensorRT) from being used, and what to do; empty where nothing does."""
    if not found.gpu_build:
        return _BUILD
    if found.driver:
        return found.driver, _driver_remedy(device, found.driver)
    if found.missing:
        return (
            f"libraries of CUDA {found.cuda_version} are missing: {', '.join(found.missing)}",
            "pip install 'onnxruntime-gpu[cuda,cudnn]'",
        )
    if device != "tensorrt":
        return "", ""
    if PROVIDERS["tensorrt"] not in found.built_for:
        return "the installed onnxruntime is a build without TensorRT", "use --device cuda"
    if found.missing_tensorrt:
        return (
            f"libraries of TensorRT are missing: {', '.join(found.missing_tensorrt)}",
            "install TensorRT 10 (pip install tensorrt-cu13), or use --device cuda",
        )
    return "", ""


def _driver_remedy(device: str, fault: str) -> str:
    if "no NVIDIA card" in fault:
        return "--device cpu keeps this quiet" if device == "auto" else "use --device cpu"
    if "supports CUDA" in fault:
        return "update the card's driver, or install an onnxruntime-gpu built for that CUDA"
    return "update or reinstall the card's driver; nvidia-smi must list the card"
