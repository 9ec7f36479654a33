"""Which device trains: asked for by name, or the best that really works.

What a machine claims to have says little, so a device counts as working only
after a tiny model was really trained on it, in a child process (drivers have
been seen to abort the whole process). Remedies name the exact command.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cds.errors import InputError, Place

CHOICES = ("auto", "cpu", "gpu", "cuda")
BEST_FIRST = ("cuda", "gpu", "cpu")
LABELS = {"cuda": "CUDA", "gpu": "OpenCL", "cpu": "CPU"}
SECONDS_TO_WAIT = 300.0

BUILD_WITH_CUDA = (
    "pip install --no-binary lightgbm lightgbm --config-settings=cmake.define.USE_CUDA=ON"
)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Whether a tiny model could be trained on a device, and if not, why and what to do."""

    device: str
    works: bool
    reason: str = ""
    remedy: str = ""
    hardware: str = ""

    @property
    def is_the_processor(self) -> bool:
        """Whether OpenCL runs on the processor (PoCL and the like), slower than going without."""
        name = self.hardware.casefold()
        return self.device == "gpu" and ("pthread" in name or "cpu" in name)


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """The device to train on, and the better ones that did not work."""

    device: str
    rejected: tuple[ProbeResult, ...] = ()

    @property
    def label(self) -> str:
        """The device's name for people: CPU, OpenCL or CUDA."""
        return LABELS[self.device]

    def explanation(self) -> str:
        """One sentence a device: which one trains, and why the others do not."""
        sentences = [f"trained on {self.label}"]
        sentences += [f"{LABELS[one.device]} not used: {one.reason}" for one in self.rejected]
        return "; ".join(sentences)


Probe = Callable[[str], ProbeResult]


def probe_device(device: str) -> ProbeResult:
    """Train a tiny model on ``device`` (cpu, gpu or cuda) in a child process."""
    script = Path(__file__).with_name("device_probe.py")
    command = [sys.executable, "-P", str(script), device]
    try:
        finished = subprocess.run(
            command, capture_output=True, timeout=SECONDS_TO_WAIT, check=False
        )
    except subprocess.TimeoutExpired:
        reason = f"a tiny training did not finish in {SECONDS_TO_WAIT:.0f} s"
        return ProbeResult(device, False, reason, _remedy(device, ""))
    try:
        answer = json.loads(finished.stdout)
    except ValueError:
        reason = f"a tiny training ended with status {finished.returncode} and no answer"
        return ProbeResult(device, False, reason, _remedy(device, ""))
    if answer["works"]:
        return ProbeResult(device, True, hardware=str(answer["message"]))
    message = str(answer["message"])
    return ProbeResult(device, False, _reason(device, message), _remedy(device, message))


def choose_device(asked: str, probe: Probe = probe_device) -> DeviceChoice:
    """The device to train on for ``--device``.

    ``auto`` takes the first of CUDA, OpenCL and CPU that works. An explicit
    device that does not work raises InputError with the remedy, as does an
    unknown name.
    """
    if asked not in CHOICES:
        raise InputError(
            f"no device {asked!r}: expected one of {', '.join(CHOICES)}", Place("--device")
        )
    if asked != "auto":
        result = probe(asked)
        if not result.works:
            raise InputError(_complaint(result), Place("--device"))
        return DeviceChoice(asked)
    rejected: list[ProbeResult] = []
    for device in BEST_FIRST:
        result = probe(device)
        if result.works and result.is_the_processor:
            reason = "OpenCL runs on the processor here, slower than training on it directly"
            result = ProbeResult(device, False, reason)
        if result.works:
            return DeviceChoice(device, tuple(rejected))
        rejected.append(result)
    raise InputError(_complaint(rejected[-1]), Place("--device"))


def _complaint(result: ProbeResult) -> str:
    return f"{LABELS[result.device]} cannot train here: {result.reason}. {result.remedy}"


def _reason(device: str, message: str) -> str:
    if "was not enabled in this build" in message:
        return f"the installed LightGBM was built without {LABELS[device]}"
    if "No OpenCL device found" in message:
        return "no OpenCL device was found"
    return message.splitlines()[0].rstrip(".") if message else "no reason was given"


def _remedy(device: str, message: str) -> str:
    if device == "cuda":
        if "was not enabled in this build" in message:
            return (
                "LightGBM from PyPI has no CUDA; with the CUDA toolkit installed, build it from "
                f"source: {BUILD_WITH_CUDA}; or use --device auto."
            )
        return "See that nvidia-smi lists the card and its driver is loaded, or use --device auto."
    if device == "gpu":
        if "was not enabled in this build" in message:
            return (
                "Reinstall LightGBM from PyPI, whose Linux and Windows wheels have OpenCL: "
                "pip install --force-reinstall lightgbm; or use --device auto."
            )
        return (
            "Install the card vendor's OpenCL driver, or OpenCL on the processor: "
            "apt-get install pocl-opencl-icd; or use --device auto."
        )
    return (
        "Reinstall LightGBM (pip install --force-reinstall lightgbm); on a slim Linux image it "
        "also needs libgomp: apt-get install libgomp1."
    )
