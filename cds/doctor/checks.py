"""The checks of ``cds doctor``; each returns one row and never raises for what it looks for."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cds.doctor.checkup import FAIL, OK, WARN, Finding
from cds.doctor.probes import MARK

PACKAGES = ("typer", "rich", "numpy", "polars", "lightgbm", "shap", "ortools")
SECONDS_TO_WAIT = 120.0

_TOP = Path(__file__).resolve().parent.parent.parent


def ask(probe: str, seconds: float = SECONDS_TO_WAIT) -> Mapping[str, Any]:
    """The answer of a probe run in a child process; ``works`` is False where none came."""
    # The child starts above the package, so that it finds the same cds without an installation.
    try:
        child = subprocess.run(
            [sys.executable, "-m", "cds.doctor.probes", probe],
            cwd=_TOP,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"works": False, "message": f"no answer within {seconds:.0f} s"}
    for line in reversed(child.stdout.decode("utf-8", "replace").splitlines()):
        if line.startswith(MARK):
            answer: dict[str, Any] = json.loads(line.removeprefix(MARK))
            return answer
    return {"works": False, "message": f"the test process ended with status {child.returncode}"}


def python() -> Finding:
    """Python itself."""
    return Finding("python", OK, ".".join(map(str, sys.version_info[:3])))


def packages() -> Finding:
    """The packages that cds is built on, with their versions."""
    found, absent = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            absent.append(name)
    if absent:
        return Finding(
            "packages", FAIL, f"missing: {', '.join(absent)}", f"pip install {' '.join(absent)}"
        )
    return Finding("packages", OK, ", ".join(found))


def lightgbm() -> Finding:
    """LightGBM's library, which predicts; on Linux it needs the system's libgomp."""
    answer = ask("lightgbm")
    message = str(answer["message"])
    if answer["works"]:
        return Finding("lightgbm library", OK, message)
    # The message of the loader says what to install.
    return Finding("lightgbm library", FAIL, message, "pip install --force-reinstall lightgbm")


def training_device(device: str) -> Finding:
    """Whether LightGBM really trains on ``cpu``, ``gpu`` (OpenCL) or ``cuda``."""
    from cds.risk.devices import LABELS, probe_device

    name = f"training on {LABELS[device]}"
    result = probe_device(device)
    if result.works:
        return Finding(name, OK, "a small model was trained")
    if device == "cuda" and not nvidia_card():
        return Finding(name, WARN, "this computer has no NVIDIA card")
    status = FAIL if device == "cpu" else WARN
    return Finding(name, status, result.reason, result.remedy.partition("; or use --device")[0])


def nvidia_card() -> bool:
    """True where an NVIDIA driver has found a card."""
    return Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None


def onnxruntime() -> Finding:
    """Which providers of ONNX Runtime really run a model."""
    answer = ask("onnxruntime")
    if not answer["works"]:
        advice = "pip install --force-reinstall onnxruntime-gpu  (imaging only)"
        return Finding("onnxruntime", WARN, str(answer["message"]), advice)
    working, refused = answer["working"], answer["refused"]
    found = f"runs on {', '.join(working)}"
    if refused:
        found += f"; listed but not working: {', '.join(refused)}"
    both = [name for name in ("onnxruntime", "onnxruntime-gpu") if _installed(name)]
    if len(both) > 1:
        advice = "pip uninstall onnxruntime onnxruntime-gpu, then install one of them"
        return Finding("onnxruntime", WARN, f"{found}; two builds in one folder", advice)
    if "CUDA" in refused and nvidia_card():
        # "runs on the CPU: what is wrong; what to do"
        notice = str(answer.get("notice", "")).removeprefix("runs on the CPU: ")
        fault, _, advice = notice.partition("; ")
        advice = advice or "pip install --force-reinstall 'onnxruntime-gpu[cuda,cudnn]'"
        return Finding("onnxruntime", WARN, f"{found}: {fault}" if fault else found, advice)
    return Finding("onnxruntime", OK, found)


def _installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def library(probe: str, package: str) -> Finding:
    """A package that either does its small task or does not."""
    answer = ask(probe)
    if answer["works"]:
        return Finding(package, OK, "solved a small task")
    return Finding(
        package, FAIL, str(answer["message"]), f"pip install --force-reinstall {package}"
    )


def terminal(encoding: str, *, unicode: bool) -> Finding:
    """Whether the terminal can show Chinese and drawing characters."""
    if unicode:
        return Finding("terminal", OK, encoding)
    return Finding(
        "terminal",
        WARN,
        f"{encoding or 'unknown'}: cannot show every character",
        "set a UTF-8 locale, for example LANG=C.UTF-8, or PYTHONUTF8=1",
    )
