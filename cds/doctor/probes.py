"""Small experiments, each run in a child process: ``python -m cds.doctor.probes NAME``.

Libraries that drive hardware may print, hang or abort. Here they may: the
parent waits for a limited time and reads the one line that starts with
``MARK``, whatever else was printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

MARK = "cds-probe:"


def lightgbm() -> dict[str, Any]:
    """Load LightGBM's own library in the way that a prediction does."""
    from cds.risk.scoring import ScorerUnavailableError
    from cds.risk.scoring.lightgbm_library import load_library

    try:
        load_library()
    except ScorerUnavailableError as error:
        return {"works": False, "message": str(error)}
    return {"works": True, "message": "loads"}


def ortools() -> dict[str, Any]:
    """Solve a tiny integer problem whose answer is known: most of x + 2y, x + y ≤ 7, y ≤ 3."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = model.new_int_var(0, 10, "x")
    y = model.new_int_var(0, 3, "y")
    model.add(x + y <= 7)
    model.maximize(x + 2 * y)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 10
    status = solver.solve(model)
    right = status == cp_model.OPTIMAL and round(solver.objective_value) == 10
    return {"works": right, "message": "" if right else solver.status_name(status)}


def shap() -> dict[str, Any]:
    """Import shap, which brings numba and is what most often breaks after an upgrade."""
    import shap as package

    return {"works": True, "message": str(package.__version__)}


def polars() -> dict[str, Any]:
    """Group and sum a tiny table."""
    import polars as table

    frame = table.DataFrame({"ward": ["a", "a", "b"], "beds": [1, 2, 4]})
    total = frame.group_by("ward").agg(table.col("beds").sum()).sort("ward")
    right = total["beds"].to_list() == [3, 4]
    return {"works": right, "message": "" if right else "a sum came out wrong"}


def onnxruntime() -> dict[str, Any]:
    """Run a one-step model on each provider; a provider counts where the session kept it.

    ``get_available_providers()`` lists what was compiled in, not what works,
    and a session falls back to the CPU in silence: ask the session.
    """
    import onnxruntime as runtime

    from cds.imaging.runtime.providers import choose

    # Loads the libraries of CUDA that came as Python packages, as every imaging command does.
    notice = choose("auto").notice
    runtime.set_default_logger_severity(4)
    working: list[str] = []
    refused: list[str] = []
    for provider in runtime.get_available_providers():
        # TensorRT prints to stdout and takes minutes; nothing here needs it.
        if provider == "TensorrtExecutionProvider":
            continue
        try:
            session = runtime.InferenceSession(_identity_model(), providers=[provider])
            used = session.get_providers()[0] == provider
        except Exception:
            used = False
        (working if used else refused).append(provider.removesuffix("ExecutionProvider"))
    return {
        "works": "CPU" in working,
        "message": "",
        "working": working,
        "refused": refused,
        "notice": notice,
    }


PROBES: dict[str, Callable[[], dict[str, Any]]] = {
    "lightgbm": lightgbm,
    "ortools": ortools,
    "shap": shap,
    "polars": polars,
    "onnxruntime": onnxruntime,
}


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited protocol-buffer field (content shorter than 128 bytes)."""
    return bytes([number << 3 | 2, len(content)]) + content


def _identity_model() -> bytes:
    """An ONNX model y = x over one float, written as protocol-buffer bytes by hand.

    Field numbers are those of onnx.proto: ModelProto.ir_version 1, graph 7,
    opset_import 8; GraphProto.node 1, name 2, input 11, output 12.
    """
    shape = _field(1, bytes([1 << 3, 1]))
    tensor = bytes([1 << 3, 1]) + _field(2, shape)
    kind = _field(2, _field(1, tensor))
    node = _field(1, b"x") + _field(2, b"y") + _field(4, b"Identity")
    graph = _field(1, node) + _field(2, b"g")
    graph += _field(11, _field(1, b"x") + kind) + _field(12, _field(1, b"y") + kind)
    return bytes([1 << 3, 8]) + _field(7, graph) + _field(8, bytes([2 << 3, 13]))


def main(name: str) -> None:
    """Run one probe and print its answer on one marked line."""
    try:
        answer = PROBES[name]()
    except Exception as error:
        answer = {"works": False, "message": f"{type(error).__name__}: {error}"}
    sys.stdout.flush()
    print(f"\n{MARK}{json.dumps(answer)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
