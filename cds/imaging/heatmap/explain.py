"""Where a model looked: the best map that its graph allows, with its faithfulness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging.heatmap.activation import activation_map, agrees
from cds.imaging.heatmap.evidence import as_input, as_planes, evidence_of, reading
from cds.imaging.heatmap.faithfulness import Faithfulness, deletion_test
from cds.imaging.heatmap.grid import enlarged
from cds.imaging.heatmap.head import Head, exposing, linear_head
from cds.imaging.heatmap.occlusion import occlusion_map

if TYPE_CHECKING:
    from cds.imaging.contract.model import Contract
    from cds.imaging.runtime.session import Session

Method = Literal["cam", "occlusion"]
METHODS: Final = ("auto", "cam", "occlusion")
_PIXELS_A_PASS: Final = 32 * 3 * 224 * 224


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where the model looked for ``label``.

    ``heat``: over the network's input (rows, columns), positive where the image speaks for the
    label: in units of the logit (cam), or the fall of the log-odds while covered (occlusion).
    ``note``: why it is not the method that was hoped for; empty where it is.
    """

    label: str
    heat: NDArray[np.float64]
    method: Method
    faithfulness: Faithfulness
    note: str = ""


class Explainer:
    """Explains one model's inputs, one at a time.

    ``reopen`` opens other bytes of the same graph on the same device, to get at a feature map
    that the graph does not give out. Raises InputError where ``method`` is cam and the graph
    does not end in global average pooling and one linear layer, or where the task has no labels
    to explain.
    """

    def __init__(
        self,
        contract: Contract,
        model: bytes,
        session: Session,
        reopen: Callable[[bytes], Session],
        method: str = "auto",
    ) -> None:
        if contract.task not in ("classification", "multilabel"):
            raise InputError(
                f"heat maps are of classifications and {contract.name} is a {contract.task} model: "
                "its boxes or masks show what it found"
            )
        self.contract = contract
        self._wanted = method
        self._last = contract.intake.layout == "NHWC"
        self._session = session
        self._head: Head | None = None
        self._note = ""
        if method != "occlusion":
            self._head, self._note = _head(contract, model)
            if method == "cam" and self._head is None:
                raise InputError(f"no class activation map: {self._note}; use occlusion")
        if self._head is not None:
            given = {port.name for port in session.outputs}
            if self._head.feature_map not in given:
                self._session = reopen(_exposed(model, self._head.feature_map))

    def explain(self, pixels: NDArray[Any], label: str) -> Explanation:
        """``pixels``: one input as the graph takes it, without its batch axis."""
        planes = as_planes(pixels, channels_last=self._last)
        rows, columns = planes.shape[1:]
        evidence = evidence_of(self.contract, self._session, label)
        batch = max(1, min(32, _PIXELS_A_PASS // planes.size))
        note, method = self._note, "cam"
        heat = None if self._head is None else self._activation(planes, label)
        if heat is None:
            if self._head is not None:
                note = "the graph's last layers did not give its own logits"
                if self._wanted == "cam":
                    raise InputError(f"no class activation map: {note}; use occlusion")
            heat, method = occlusion_map(planes, evidence, batch=batch), "occlusion"
        return Explanation(
            label=label,
            heat=enlarged(heat, rows, columns),
            method="cam" if method == "cam" else "occlusion",
            faithfulness=deletion_test(planes, heat, evidence, batch=batch),
            note=note,
        )

    def _activation(self, planes: NDArray[np.float32], label: str) -> NDArray[np.float64] | None:
        head, output = self._head, self.contract.output
        assert head is not None
        port = self._session.inputs[0]
        count = port.shape[0] if isinstance(port.shape[0], int) and port.shape[0] > 0 else 1
        batch = as_input(
            np.repeat(planes[None], count, axis=0), np.dtype(port.kind), channels_last=self._last
        )
        found = self._session.run(batch, [output.name, head.feature_map])
        features, values = found[head.feature_map][0], found[output.name][0]
        how = reading(self.contract, label)
        if how.logits and not agrees(head, features, values):
            return None
        return activation_map(head, features, how.place, softmax=how.exclusive)


def _head(contract: Contract, model: bytes) -> tuple[Head | None, str]:
    import onnx

    head = linear_head(onnx.load_from_string(model), contract.output.name)
    if head is not None:
        return head, ""
    return None, "the graph does not end in global average pooling and one linear layer"


def _exposed(model: bytes, tensor: str) -> bytes:
    import onnx

    return exposing(onnx.load_from_string(model), tensor)
