"""--device: what trains is what really works; a refusal says what to do."""

from __future__ import annotations

import pytest

from cds.errors import InputError
from cds.risk.devices import ProbeResult, choose_device, probe_device


def machine_with(*working):
    return lambda device: ProbeResult(device, device in working, "" if device in working else "no")


@pytest.mark.parametrize(
    ("works", "chosen", "rejected"),
    [
        (("cuda", "gpu", "cpu"), "cuda", []),
        (("gpu", "cpu"), "gpu", ["cuda"]),
        (("cpu",), "cpu", ["cuda", "gpu"]),
    ],
)
def test_auto_takes_the_best_that_works_and_says_why_not_the_others(works, chosen, rejected):
    choice = choose_device("auto", machine_with(*works))
    assert choice.device == chosen
    assert [one.device for one in choice.rejected] == rejected
    for label in {"cuda": "CUDA", "gpu": "OpenCL"}.items():
        assert (f"{label[1]} not used: no" in choice.explanation()) == (label[0] in rejected)


@pytest.mark.parametrize("asked", ["cpu", "gpu", "cuda"])
def test_an_explicit_device_that_does_not_work_is_the_users_error(asked):
    with pytest.raises(InputError, match="cannot train here"):
        choose_device(asked, machine_with())


def test_a_machine_on_which_nothing_works_is_an_error():
    with pytest.raises(InputError, match="CPU cannot train here"):
        choose_device("auto", machine_with())


def test_an_unknown_device_is_the_users_error():
    with pytest.raises(InputError, match="expected one of auto, cpu, gpu, cuda"):
        choose_device("tpu", machine_with("cpu"))


def test_the_processor_really_trains():
    assert probe_device("cpu") == ProbeResult("cpu", True)


def test_cuda_trains_or_the_exact_remedy_is_named():
    result = probe_device("cuda")
    if not result.works:
        assert result.reason
        assert "USE_CUDA=ON" in result.remedy or "nvidia-smi" in result.remedy


def test_opencl_trains_or_the_exact_remedy_is_named():
    result = probe_device("gpu")
    if not result.works:
        assert result.reason
        assert "pocl-opencl-icd" in result.remedy or "force-reinstall" in result.remedy


@pytest.mark.parametrize(
    ("hardware", "chosen"),
    [
        ("pthread-skylake-avx512-AMD EPYC, Vendor: AuthenticAMD", "cpu"),  # PoCL's name for it
        ("NVIDIA H200, Vendor: NVIDIA Corporation", "gpu"),
    ],
)
def test_auto_leaves_opencl_that_only_runs_on_the_processor(hardware, chosen):
    works = {"gpu": ProbeResult("gpu", True, hardware=hardware), "cpu": ProbeResult("cpu", True)}
    probe = lambda device: works.get(device, ProbeResult(device, False, "no card"))  # noqa: E731
    assert choose_device("auto", probe).device == chosen
