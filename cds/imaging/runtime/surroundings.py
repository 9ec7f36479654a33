"""What of CUDA this computer really has; found out without a word on stdout or stderr."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_WINDOWS: Final = sys.platform == "win32"
_NO_DEVICE, _DRIVER_MISMATCH = 100, 803  # CUresult, CUDA driver API


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found. ``built_for``: the providers compiled in, which says nothing of what works.

    ``driver``: what is wrong with card and driver in words, empty where nothing is.
    ``missing`` and ``missing_tensorrt``: the libraries that cannot be loaded.
    ``cuda_version``: the one that ONNX Runtime was built with, such as ``13.0``.
    """

    built_for: frozenset[str]
    cuda_version: str = ""
    driver: str = ""
    missing: tuple[str, ...] = ()
    missing_tensorrt: tuple[str, ...] = ()

    @property
    def gpu_build(self) -> bool:
        """True where CUDA was compiled in."""
        return "CUDAExecutionProvider" in self.built_for


def look(*, tensorrt: bool = False) -> Surroundings:
    """Examine this computer; the libraries are looked for only where there is a card.

    Those that are found stay loaded, which is how ONNX Runtime then finds the ones that
    came as Python packages.
    """
    import onnxruntime

    built_for = frozenset(onnxruntime.get_available_providers())
    version = cuda_version()
    if "CUDAExecutionProvider" not in built_for:
        return Surroundings(built_for, version)
    if driver := driver_fault(version):
        return Surroundings(built_for, version, driver)
    missing = load_all(cuda_libraries(version))
    load_all(wanted_libraries(version))
    beyond = load_all(tensorrt_libraries()) if tensorrt and not missing else ()
    return Surroundings(built_for, version, "", missing, beyond)


def cuda_version() -> str:
    """The CUDA that the installed ONNX Runtime was built with; empty for a build without."""
    try:
        from onnxruntime.capi import build_and_package_info
    except ImportError:
        return ""
    return str(getattr(build_and_package_info, "cuda_version", ""))


def driver_fault(needed: str) -> str:
    """What keeps the NVIDIA driver from being used, in words; empty where nothing does.

    ``needed`` is a CUDA version such as ``13.0``, which the driver must be new enough for.
    """
    name = "nvcuda.dll" if _WINDOWS else "libcuda.so.1"
    if not _WINDOWS and not _has_device_node():
        return "no NVIDIA card was found"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return f"the NVIDIA driver's library {name} cannot be loaded"
    code = library.cuInit(0)
    if code == _NO_DEVICE:
        return "the NVIDIA driver sees no card"
    if code == _DRIVER_MISMATCH:
        return "the NVIDIA driver and its library are of different versions"
    if code:
        return f"the NVIDIA driver does not start (cuInit gives {code})"
    count, version = ctypes.c_int(0), ctypes.c_int(0)
    if library.cuDeviceGetCount(ctypes.byref(count)) or count.value < 1:
        return "the NVIDIA driver sees no card"
    # Minor versions are compatible with each other (CUDA compatibility guide).
    if not library.cuDriverGetVersion(ctypes.byref(version)):
        major = version.value // 1000
        if needed and major < int(needed.split(".")[0]):
            return (
                f"the NVIDIA driver supports CUDA {major}, and the installed onnxruntime needs "
                f"CUDA {needed}"
            )
    return ""


def cuda_libraries(version: str) -> tuple[str, ...]:
    """The libraries without which CUDA does not run, by the names the loader knows them by."""
    major = int((version or "12").split(".")[0])
    if _WINDOWS:
        return (
            f"cudart64_{major}.dll",
            f"cublasLt64_{major}.dll",
            f"cublas64_{major}.dll",
            "cudnn64_9.dll",
        )
    return (
        f"libcudart.so.{major}",
        f"libcublasLt.so.{major}",
        f"libcublas.so.{major}",
        "libcurand.so.10",
        "libcudnn.so.9",
    )


def wanted_libraries(version: str) -> tuple[str, ...]:
    """Libraries that some graphs need (Fourier transforms, kernels compiled while running)."""
    major = int((version or "12").split(".")[0])
    if _WINDOWS:
        return (f"cufft64_{major - 1}.dll", f"nvrtc64_{major}0_0.dll")
    return (f"libcufft.so.{major - 1}", f"libnvrtc.so.{major}")


def tensorrt_libraries() -> tuple[str, ...]:
    """The libraries that the TensorRT provider loads beyond those of CUDA."""
    if _WINDOWS:
        return ("nvinfer_10.dll", "nvonnxparser_10.dll")
    return ("libnvinfer.so.10", "libnvonnxparser.so.10")


def load_all(names: Iterable[str]) -> tuple[str, ...]:
    """Load each library, from the system or from a Python package; the names that failed."""
    return tuple(name for name in names if load(name) is None)


def load(name: str) -> ctypes.CDLL | None:
    """One library by name, from the system or from NVIDIA's Python packages; None without."""
    for candidate in (name, *map(str, packaged(name))):
        try:
            return ctypes.CDLL(candidate)
        except OSError:
            continue
    return None


def packaged(name: str) -> list[Path]:
    """Where NVIDIA's Python packages hold the library."""
    found: list[Path] = []
    for package, inner in (("nvidia", "*/{part}/"), ("tensorrt_libs", "")):
        specification = importlib.util.find_spec(package)
        locations = specification.submodule_search_locations if specification else None
        for folder in locations or ():
            parts = ("bin/*", "bin") if _WINDOWS else ("lib",)
            for part in parts:
                found += sorted(Path(folder).glob(inner.format(part=part) + name))
    return list(dict.fromkeys(found))


def _has_device_node() -> bool:
    """A card shows as a device: in a container too, and on Windows' Linux as ``/dev/dxg``."""
    nodes = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/nvhost-ctrl", "/dev/nvmap")
    return any(Path(node).exists() for node in nodes)
