"""Which device is asked for and used: every combination of wish, build and computer.

The computer is a faked probe; the last tests are the real package on whatever runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny_models as tiny

from cds.errors import InputError
from cds.imaging.runtime import session as session_module
from cds.imaging.runtime.providers import DEVICES, DeviceUnavailable, choose
from cds.imaging.runtime.quiet import overhearing
from cds.imaging.runtime.session import open_session
from cds.imaging.runtime.surroundings import Surroundings, driver_fault, look, packaged

CPU, CUDA, TRT = (f"{name}ExecutionProvider" for name in ("CPU", "CUDA", "Tensorrt"))
GPU_BUILD, CPU_BUILD = frozenset({CPU, CUDA, TRT}), frozenset({CPU})
TENSORRT_AWAY = ("libnvinfer.so.10",)

COMPUTERS = {
    "no card": dict(driver="no NVIDIA card was found"),
    "half a CUDA": dict(missing=("libcublasLt.so.13", "libcudnn.so.9")),
    "old driver": dict(
        driver="the NVIDIA driver supports CUDA 12, and the installed onnxruntime needs CUDA 13.0"
    ),
    "all of it": dict(),
    "all but TensorRT": dict(missing_tensorrt=TENSORRT_AWAY),
}

# wish, build, computer → device and notice, or the error's words (exit 2)
TABLE = [
    ("auto", "gpu", "no card", "cpu", "no NVIDIA card"),
    ("auto", "gpu", "half a CUDA", "cpu", "libcublasLt.so.13"),
    ("auto", "gpu", "old driver", "cpu", "supports CUDA 12"),
    ("auto", "gpu", "all of it", "cuda", ""),
    ("cpu", "gpu", "no card", "cpu", ""),
    ("cpu", "gpu", "half a CUDA", "cpu", ""),
    ("cpu", "gpu", "old driver", "cpu", ""),
    ("cpu", "gpu", "all of it", "cpu", ""),
    ("cuda", "gpu", "no card", "error", "no NVIDIA card"),
    ("cuda", "gpu", "half a CUDA", "error", "pip install 'onnxruntime-gpu[cuda,cudnn]'"),
    ("cuda", "gpu", "old driver", "error", "update the card's driver"),
    ("cuda", "gpu", "all of it", "cuda", ""),
    ("tensorrt", "gpu", "no card", "error", "no NVIDIA card"),
    ("tensorrt", "gpu", "half a CUDA", "error", "libcudnn.so.9"),
    ("tensorrt", "gpu", "old driver", "error", "supports CUDA 12"),
    ("tensorrt", "gpu", "all of it", "tensorrt", ""),
    ("tensorrt", "gpu", "all but TensorRT", "error", "libnvinfer.so.10"),
    ("auto", "gpu", "all but TensorRT", "cuda", ""),
    *(("auto", "cpu", computer, "cpu", "") for computer in COMPUTERS),
    *(("cpu", "cpu", computer, "cpu", "") for computer in COMPUTERS),
    *(("cuda", "cpu", computer, "error", "pip uninstall onnxruntime") for computer in COMPUTERS),
    *(("tensorrt", "cpu", computer, "error", "build without CUDA") for computer in COMPUTERS),
]


def probe_of(build: str, computer: str):  # type: ignore[no-untyped-def]
    found = Surroundings(
        GPU_BUILD if build == "gpu" else CPU_BUILD,
        "13.0",
        **COMPUTERS[computer],  # type: ignore[arg-type]
    )
    return lambda tensorrt: found


@pytest.mark.parametrize(("wish", "build", "computer", "device", "words"), TABLE)
def test_the_device_that_is_chosen(
    wish: str, build: str, computer: str, device: str, words: str
) -> None:
    probe = probe_of(build, computer)
    if device == "error":
        with pytest.raises(DeviceUnavailable, match=f"--device {wish}") as error:
            choose(wish, probe)
        assert words in str(error.value) and "\n" not in str(error.value)
        return
    choice = choose(wish, probe)
    assert choice.device == device
    assert bool(choice.notice) is bool(words) and words in choice.notice
    assert "\n" not in choice.notice
    # Only what can load is asked for, and the CPU is always behind it.
    asked = {"cpu": (CPU,), "cuda": (CUDA, CPU), "tensorrt": (TRT, CUDA, CPU)}[device]
    assert choice.providers == asked


def test_the_cpu_is_chosen_without_any_probe() -> None:
    def never(tensorrt: bool) -> Surroundings:
        raise AssertionError("was asked")

    assert choose("cpu", never).device == "cpu"
    with pytest.raises(InputError, match="expected one of auto, cpu, cuda, tensorrt"):
        choose("gpu", never)


class _Fallen:
    """A session that silently runs on the CPU, as ONNX Runtime's do, and says so on stdout."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        import onnxruntime

        os.write(1, b"*** EP Error *** Falling back\n")
        os.write(2, b"\x1b[31mcannot load\x1b[m\n")
        self._real = onnxruntime.capi.onnxruntime_inference_collection.InferenceSession(
            arguments[0], providers=[CPU]
        )

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


@pytest.mark.parametrize("wish", ["auto", "cuda", "tensorrt"])
def test_a_silent_fall_back_is_noticed_and_nothing_reaches_stdout(
    wish: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "InferenceSession", _Fallen)
    probe = probe_of("gpu", "all of it")
    if wish == "auto":
        session = open_session(tiny.brightness(), wish, probe=probe)
        assert (session.device, session.provider) == ("cpu", CPU)
        assert "runs on the CPU" in session.notice and "Falling back" in session.notice
    else:
        with pytest.raises(DeviceUnavailable, match="runs on the CPU"):
            open_session(tiny.brightness(), wish, probe=probe)
    assert capfd.readouterr() == ("", "")


def test_overhearing_gives_the_descriptors_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), overhearing() as heard:
        os.write(1, b"native\n")
        raise ZeroDivisionError
    assert heard.first_line() == "native"
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


@pytest.mark.parametrize("bind", [False, True])
def test_binding_gives_the_same_numbers(bind: bool) -> None:
    session = open_session(tiny.brightness(), "cpu", bind=bind)
    rng = np.random.default_rng(0)
    for count in (4, 2, 4, *range(1, 12)):
        batch = session.buffer((count, 1, 8, 8), "float32")
        batch[:] = rng.random(batch.shape)
        found = session.run(batch, ["logit", "features"])
        np.testing.assert_allclose(
            found["logit"][:, 0], 20 * (batch.mean((1, 2, 3)) - 0.5), atol=1e-4
        )
        assert found["features"].shape == (count, 2)


def test_a_file_that_is_no_graph_is_the_users_input(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x01oops")
    with pytest.raises(InputError, match="cannot open it"):
        open_session(broken, "cpu")
    session = open_session(tiny.brightness(), "cpu")
    with pytest.raises(InputError, match="cannot run"):
        session.run(np.zeros((1, 3, 8, 8), np.float32))


@pytest.mark.parametrize("device", DEVICES)
def test_the_real_package_keeps_stdout_pure_and_tells_the_truth(
    device: str, tmp_path: Path
) -> None:
    """In a process of its own, as a command would; on a computer without CUDA cuda is an error."""
    graph = tmp_path / "model.onnx"
    graph.write_bytes(tiny.brightness())
    script = (
        "import sys, pathlib\n"
        "from cds.errors import InputError\n"
        "from cds.imaging.runtime.session import open_session\n"
        "try:\n"
        f"    session = open_session(pathlib.Path({str(graph)!r}), {device!r})\n"
        "    print(session.device, session.native.get_providers()[0])\n"
        "except InputError as error:\n"
        "    print('error', file=sys.stderr); sys.exit(2)\n"
    )
    root = Path(session_module.__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    if run.returncode == 2:
        assert device in ("cuda", "tensorrt") and (run.stdout, run.stderr) == ("", "error\n")
        return
    shown, provider = run.stdout.split()
    assert provider.lower().startswith(shown) and run.stdout.count("\n") == 1
    assert device in ("auto", shown) and run.stderr == ""


def test_the_runtime_needs_only_numpy_and_onnx_runtime() -> None:
    """It is copied to machines that have nothing else."""
    script = (
        "import sys; import cds.imaging.runtime.session, cds.imaging.runtime.binding\n"
        "import cds.imaging.runtime.surroundings\n"
        "ours = {m for m in sys.modules if m.startswith('cds.')}\n"
        "print(sorted(ours), 'pydicom' in sys.modules, 'PIL' in sys.modules)\n"
    )
    root = Path(session_module.__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    names = {"cds.errors", "cds.imaging", "cds.imaging.runtime"}
    names |= {f"cds.imaging.runtime.{n}" for n in ("session", "binding", "surroundings", "quiet")}
    assert run.stdout == f"{sorted(names | {'cds.imaging.runtime.providers'})} False False\n"


def test_the_real_probe_answers_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    found = look(tensorrt=True)
    assert CPU in found.built_for
    assert driver_fault("9999.0")  # no driver is that new
    assert packaged("libnothing-of-the-kind.so.1") == []
    assert capfd.readouterr() == ("", "")
