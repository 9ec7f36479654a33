"""Train a tiny model on one device and say on stdout, as JSON, whether it worked.

Run as a child process by ``devices``: a broken driver may print, hang or abort,
and none of that may reach the program that asked. Nothing of cds is imported.
"""

from __future__ import annotations

import json
import os
import sys


class _Listener:
    """Catches the name of the OpenCL device that LightGBM says it uses."""

    device = ""

    def info(self, message: str) -> None:
        """Take note of the device's name."""
        if "Using GPU Device: " in message:
            self.device = message.partition("Using GPU Device: ")[2].strip()

    def warning(self, message: str) -> None:
        """Let warnings pass."""


def probe(device_type: str) -> dict[str, object]:
    """Really train on the device; the answer says ``works`` and ``message``."""
    # LightGBM imports these if it can, which takes four times as long as the rest.
    sys.modules.update({"sklearn": None, "pandas": None})  # type: ignore[dict-item]
    try:
        import lightgbm
        import numpy
    except (ImportError, OSError) as error:
        return {"works": False, "message": f"LightGBM cannot be loaded: {error}"}
    random = numpy.random.default_rng(0)
    inputs = random.normal(size=(256, 4))
    outcome = (inputs[:, 0] > 0).astype(float)
    parameters = {
        "objective": "binary",
        "device_type": device_type,
        "num_leaves": 4,
        "max_bin": 63,
        "gpu_use_dp": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    try:
        heard = _Listener()
        lightgbm.register_logger(heard)
        booster = lightgbm.train(
            {**parameters, "verbosity": 1}, lightgbm.Dataset(inputs, outcome), 2
        )
        booster.predict(inputs[:2])
    except lightgbm.basic.LightGBMError as error:
        return {"works": False, "message": str(error)}
    return {"works": True, "message": heard.device}


def main() -> None:
    """Answer on the real stdout; whatever LightGBM or a driver prints goes nowhere."""
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    result = probe(sys.argv[1])
    os.write(answer, json.dumps(result).encode())


if __name__ == "__main__":
    main()
