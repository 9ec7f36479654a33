"""Makes a model folder of an ONNX file: contract, gate, golden vectors, card, checksums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import InputError, Place
from cds.imaging.contract.agreement import disagreements
from cds.imaging.contract.folder import CARD, ModelFolder
from cds.imaging.contract.model import Contract, Gate
from cds.imaging.contract.read import CONTRACT
from cds.imaging.contract.write import contract_text
from cds.imaging.frame import Frame, Unreadable
from cds.imaging.gate import GATE, gate_bytes
from cds.imaging.golden import GOLDEN
from cds.imaging.loaded import LoadedModel
from cds.imaging.packing.card import card_text
from cds.imaging.packing.graph import (
    GraphFacts,
    graph_facts,
    load_graph,
    pooled_feature_map,
    with_outputs,
)
from cds.imaging.packing.monai import METADATA, read_metadata
from cds.imaging.packing.propose import propose
from cds.imaging.packing.samples import (
    LEAST_FOR_GATE,
    Sampled,
    gate_of,
    golden_of,
    sample,
    with_contract,
)
from cds.imaging.packing.wishes import Wishes
from cds.imaging.runtime.session import open_session
from cds.model_folder import sha256

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True, slots=True)
class Packed:
    """``files``: name → content, to be written as one folder. ``known``: what graph and metadata
    said. ``doubts``: what a person must look at. ``unreadable``: samples that were not used."""

    contract: Contract
    files: dict[str, str | bytes]
    known: tuple[str, ...]
    doubts: tuple[str, ...]
    samples: int
    unreadable: tuple[str, ...]


def pack(
    graph: Path,
    wishes: Wishes,
    images: Iterable[Frame | Unreadable] | None = None,
    *,
    accepted: float = 0.95,
) -> Packed:
    """The folder for ``graph``; ``images`` are good samples, for the gate and golden vectors.

    Raises InputError where the graph is not sound, or flags are missing or contradict it.
    """
    model = load_graph(graph)
    facts = graph_facts(model)
    beside = graph.parent / METADATA
    metadata = read_metadata(beside) if beside.is_file() else None
    proposal = propose(facts, metadata, wishes, str(graph))
    known, doubts = list(proposal.known), list(proposal.doubts)
    if facts.metadata:
        known.append(f"the graph's own metadata: {', '.join(sorted(facts.metadata))}")
    contract, model = _with_features(proposal.contract, model, facts, known, doubts)
    content = model.SerializeToString()
    contract = replace(contract, sha256=sha256(content))
    session = open_session(content, "cpu", source=str(graph))
    for found in disagreements(contract, session.inputs, session.outputs):
        raise InputError(f"{found.message}; {found.remedy}", Place(str(graph)))
    loaded = LoadedModel(ModelFolder(graph.parent, contract, ""), session, None)
    sampled = None if images is None else sample(loaded, images)
    files: dict[str, str | bytes] = {contract.file: content}
    if sampled is None or not sampled.count:
        doubts.append("no golden vectors and no gate: give images with --samples FOLDER")
    else:
        loaded = _sampled(loaded, sampled, accepted, files, known, doubts)
    contract = loaded.contract
    files[CONTRACT] = contract_text(contract)
    files[CARD] = card_text(contract, known, 0 if sampled is None else sampled.count)
    return Packed(
        contract=contract,
        files=files,
        known=tuple(known),
        doubts=tuple(doubts),
        samples=0 if sampled is None else sampled.count,
        unreadable=() if sampled is None else sampled.unreadable,
    )


def _with_features(
    contract: Contract, model: ModelProto, facts: GraphFacts, known: list[str], doubts: list[str]
) -> tuple[Contract, ModelProto]:
    """Feature map and pooled features among the outputs, added where the graph's end allows."""
    if not contract.output.name:
        return contract, model
    found = pooled_feature_map(model, contract.output.name)
    if found is None:
        doubts.append(
            "the graph does not end in global average pooling and one linear layer: no gate, and "
            "heat maps by occlusion only"
        )
        return contract, model
    present = {output.name for output in facts.outputs}
    added = [name for name in found if name not in present]
    if added:
        model = with_outputs(model, added)
        known.append(f"outputs added to the graph: {', '.join(added)}")
    feature_map, features = found
    output = replace(contract.output, feature_map=feature_map, features=features)
    return replace(contract, output=output), model


def _sampled(
    loaded: LoadedModel,
    sampled: Sampled,
    accepted: float,
    files: dict[str, str | bytes],
    known: list[str],
    doubts: list[str],
) -> LoadedModel:
    if sampled.other_modality:
        doubts.append(
            f"{sampled.other_modality} of {sampled.count} samples are of another modality than "
            "--modality says"
        )
    if sampled.features is not None and sampled.count >= LEAST_FOR_GATE:
        fitted = gate_of(sampled, loaded.contract, accepted)
        gate = Gate(GATE, float(f"{fitted.threshold:.6g}"), accepted)
        files[GATE] = gate_bytes(fitted.statistics)
        loaded = replace(with_contract(loaded, gate=gate), gate=fitted.statistics)
        known.append(f"gate: {sampled.count} samples, {accepted:.0%} of them within it")
    elif sampled.features is not None:
        doubts.append(
            f"no gate: {sampled.count} samples are fewer than {LEAST_FOR_GATE}; give more"
        )
    loaded = with_contract(loaded, golden=GOLDEN)
    files[GOLDEN] = golden_of(loaded, sampled.frames)
    return loaded
