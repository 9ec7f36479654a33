"""Holds a contract against its graph; each fault comes with its remedy."""

from __future__ import annotations

from collections.abc import Iterator

from cds.errors import InputError
from cds.imaging.checking.finding import SEAL, Finding
from cds.imaging.checking.golden import check_golden
from cds.imaging.contract.agreement import disagreements
from cds.imaging.contract.folder import ModelFolder, verify
from cds.imaging.contract.model import Contract
from cds.imaging.packing.graph import GraphFacts, graph_facts
from cds.imaging.packing.monai import METADATA, contradictions, read_metadata
from cds.imaging.runtime.session import Session, open_session


def check_model(model: ModelFolder, device: str = "cpu") -> list[Finding]:
    """Everything that can be held against each other, in the order in which to mend it."""
    return list(_checks(model, device))


def _checks(model: ModelFolder, device: str) -> Iterator[Finding]:
    problems = verify(model.folder)
    yield from (Finding("files", "fault", problem, SEAL) for problem in problems)
    if not problems:
        yield Finding("files", "ok", "every file is the one that was sealed")
    try:
        content = model.graph()
        yield Finding("graph", "ok", f"SHA-256 {model.contract.sha256[:12]}…, as the contract says")
    except InputError as error:
        yield Finding(
            "graph",
            "fault",
            str(error),
            "put the right graph back, or write the contract anew: cds image pack",
        )
        try:
            content = (model.folder / model.contract.file).read_bytes()
        except OSError:
            return
    facts = _facts(content)
    yield from _opset(model.contract, facts)
    try:
        session = open_session(content, device, source=model.contract.file)
    except InputError as error:
        yield Finding(
            "graph",
            "fault",
            str(error),
            "convert it to an opset that this onnxruntime runs (onnx.version_converter), or "
            "update onnxruntime",
        )
        return
    yield from _agreement(model.contract, session, facts)
    yield from _metadata(model, facts)
    yield from check_golden(model, session)


def _facts(content: bytes) -> GraphFacts | None:
    import onnx

    try:
        return graph_facts(onnx.load_from_string(content))
    except Exception:  # protobuf's own; opening the graph will say it
        return None


def _opset(contract: Contract, facts: GraphFacts | None) -> Iterator[Finding]:
    if facts is None:
        return
    if contract.opset and contract.opset != facts.opset:
        yield Finding(
            "opset",
            "fault",
            f"the graph is of opset {facts.opset}, the contract of opset {contract.opset}",
            f"set opset to {facts.opset} if this graph is the right one, or export it again",
        )
    else:
        yield Finding("opset", "ok", f"{facts.opset}")


def _agreement(contract: Contract, session: Session, facts: GraphFacts | None) -> Iterator[Finding]:
    found = list(disagreements(contract, session.inputs, session.outputs))
    yield from (Finding(one.code, "fault", one.message, one.remedy) for one in found)
    if not found:
        yield Finding("shapes", "ok", "input and outputs are as the contract says")
    output = contract.output
    name = output.name or output.scores or output.masks
    ending = None if facts is None else facts.endings.get(name)
    if ending is not None and ending != output.activation:
        end = "a sigmoid or softmax" if ending == "probability" else "a linear layer"
        yield Finding(
            "activation",
            "fault",
            f"output {name} ends in {end}, the contract says {output.activation}",
            f"set output.activation to {ending!r}",
        )


def _metadata(model: ModelFolder, facts: GraphFacts | None) -> Iterator[Finding]:
    path = model.folder / METADATA
    if not path.is_file() or facts is None or len(facts.inputs) != 1:
        return
    metadata = read_metadata(path)
    for text in contradictions(metadata, facts.inputs[0], model.contract.intake.layout):
        yield Finding(METADATA, "fault", text, f"correct {METADATA}, or remove it")
    scope = model.contract.scope.modalities
    if metadata.modalities and scope and not set(metadata.modalities) & set(scope):
        yield Finding(
            "modality",
            "fault",
            f"{METADATA} says {', '.join(metadata.modalities)}, the contract {', '.join(scope)}",
            f"set scope.modalities to {list(metadata.modalities)}, or correct {METADATA}",
        )
