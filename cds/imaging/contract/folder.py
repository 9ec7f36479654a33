"""A model's folder: found by name or path, opened, its files verified before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds.errors import InputError, Place
from cds.imaging.contract.model import Contract
from cds.imaging.contract.read import CONTRACT, parse_contract
from cds.model_folder import CHECKSUMS, ModelRefused, read_checksums, sha256, verified

if TYPE_CHECKING:
    from cds.imaging.gate import GateStatistics
    from cds.imaging.golden import Golden

CARD: Final = "card.md"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder with a contract that was read. Files are verified when they are asked for."""

    folder: Path
    contract: Contract
    contract_sha256: str

    @property
    def sealed(self) -> bool:
        """Whether there are checksums by which the contract and the other files are verified."""
        return (self.folder / CHECKSUMS).is_file()

    def graph(self) -> bytes:
        """The ONNX file. Raises ModelRefused where it is not the one that the contract is of."""
        content = _content(self.folder, self.contract.file)
        if sha256(content) != self.contract.sha256:
            raise ModelRefused(
                "is not the graph that the contract was written for (its SHA-256 is not "
                f"{CONTRACT}'s); install the model again, or write the contract anew: "
                "cds image pack",
                Place(str(self.folder / self.contract.file)),
            )
        return content

    def gate(self) -> GateStatistics | None:
        """The gate's statistics; None where the contract has no gate."""
        if self.contract.gate is None:
            return None
        from cds.imaging.gate import read_gate

        name = self.contract.gate.file
        return read_gate(self._file(name), str(self.folder / name))

    def golden(self) -> Golden | None:
        """The golden vectors; None where the contract has none."""
        if not self.contract.golden:
            return None
        from cds.imaging.golden import read_golden

        name = self.contract.golden
        return read_golden(self._file(name), str(self.folder / name))

    def _file(self, name: str) -> bytes:
        if self.sealed:
            return verified(self.folder, name, read_checksums(self.folder))
        return _content(self.folder, name)


def _content(folder: Path, name: str) -> bytes:
    """The content of a model's file; raises ModelRefused where it cannot be read."""
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelRefused(
            "is missing; install the model again", Place(str(folder / name))
        ) from error


def open_folder(folder: Path, *, verify_contract: bool = True) -> ModelFolder:
    """The model in ``folder``, its contract verified where there are checksums.

    ``verify_contract`` False: also a contract that was edited since. Raises ModelRefused, or
    InputError where the contract is not sound.
    """
    path = folder / CONTRACT
    if verify_contract and (folder / CHECKSUMS).is_file():
        content = verified(folder, CONTRACT, read_checksums(folder))
    else:
        content = _content(folder, CONTRACT)
    return ModelFolder(folder, parse_contract(content, str(path)), sha256(content))


def find_model(
    argument: str, installed: Mapping[str, Path], *, verify_contract: bool = True
) -> ModelFolder:
    """The model called ``argument``: an installed name, a folder, or an ONNX file.

    Raises InputError where there is none, or an ONNX file has no contract beside it.
    """
    path = Path(argument)
    if argument in installed:
        return open_folder(installed[argument], verify_contract=verify_contract)
    if path.is_dir():
        if (path / CONTRACT).is_file():
            return open_folder(path, verify_contract=verify_contract)
        graphs = sorted(path.glob("*.onnx"))
        hint = f"write one: cds image pack {graphs[0]} -o {path}" if graphs else "no model is there"
        raise InputError(f"has no {CONTRACT}; {hint}", Place(argument))
    if path.is_file() and path.suffix.lower() == ".onnx":
        return _beside(path, verify_contract)
    near = get_close_matches(argument, installed, n=1)
    known = f"there are {', '.join(installed)}" if installed else "there are none"
    hint = f"did you mean {near[0]!r}?" if near else known
    raise InputError(f"no imaging model is called {argument!r}; {hint}")


def _beside(path: Path, verify_contract: bool) -> ModelFolder:
    if not (path.parent / CONTRACT).is_file():
        raise InputError(
            f"has no {CONTRACT} beside it, so nobody knows what goes in and what comes out; "
            f"write one: cds image pack {path} -o FOLDER",
            Place(str(path)),
        )
    model = open_folder(path.parent, verify_contract=verify_contract)
    if model.contract.file != path.name:
        raise InputError(
            f"is not the graph of the {CONTRACT} beside it, which is of {model.contract.file}",
            Place(str(path)),
        )
    return model


def files_of(model: ModelFolder) -> tuple[str, ...]:
    """The files of a model that are there: those the contract names, the card, and those that
    its checksums name."""
    names = _named(model.contract)
    if (model.folder / CHECKSUMS).is_file():
        names |= {name for name in read_checksums(model.folder) if Path(name).name == name}
    return tuple(sorted(name for name in names if (model.folder / name).is_file()))


def _named(contract: Contract) -> set[str]:
    """The files that a model must have."""
    gate = "" if contract.gate is None else contract.gate.file
    return {contract.file, CONTRACT, CARD, contract.golden, gate} - {""}


def verify(folder: Path) -> list[str]:
    """What is wrong with the files of a model, in words; empty where every one holds."""
    try:
        checksums = read_checksums(folder)
        model = open_folder(folder)
    except InputError as error:
        return [str(error)]
    problems = []
    for name in sorted(_named(model.contract) | checksums.keys()):
        try:
            verified(folder, name, checksums)
        except ModelRefused as error:
            problems.append(str(error))
    if not problems:
        try:
            model.graph()
        except ModelRefused as error:
            problems.append(str(error))
    return problems
