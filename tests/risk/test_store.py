"""Model folders: whole or not at all; a changed file is refused by name."""

from __future__ import annotations

import json
import shutil

import pytest

from cds.risk.store import ModelRefused, load_predictor, verify, write_model


@pytest.fixture
def folder(trained, tmp_path):
    return shutil.copytree(trained[1], tmp_path / "model")


def test_a_fresh_model_verifies_and_loads(folder):
    assert verify(folder) == []
    predictor = load_predictor(folder)
    assert (predictor.name, predictor.version) == ("small-hospital", "1.2.0")
    assert predictor.band(0.05) == "low"


@pytest.mark.parametrize("name", ["model.txt", "predictor.json", "card.md", "recipe.toml"])
def test_one_changed_byte_is_found_by_name(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert [name in problem for problem in verify(folder)] == [True]


@pytest.mark.parametrize("name", ["model.txt", "predictor.json", "checksums.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_model_never_predicts(folder, name, damage):
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:-40] + b"x" * 40)
    with pytest.raises(ModelRefused, match=name.replace(".", r"\.")):
        load_predictor(folder).scorer  # noqa: B018 - the trees are verified when first used


def test_a_model_of_a_later_version_is_refused(folder):
    document = json.loads((folder / "predictor.json").read_text("utf-8"))
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    files.pop("checksums.json")
    files["predictor.json"] = json.dumps(document | {"schema": "cds.predictor/99"}).encode()
    write_model(folder, files)
    with pytest.raises(ModelRefused, match="cds.predictor/99"):
        load_predictor(folder)


def test_writing_again_replaces_the_model_and_keeps_other_files(folder):
    (folder / "tuning.jsonl").write_text("{}\n")
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".jsonl"}
    files.pop("checksums.json")
    write_model(folder, files | {"card.md": "# new\n"})
    assert (folder / "card.md").read_text() == "# new\n"
    assert (folder / "tuning.jsonl").read_text() == "{}\n"
    assert verify(folder) == []
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_an_interrupted_writing_leaves_the_old_model_and_no_rubbish(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cds.model_folder.sha256", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_model(folder, {"card.md": "# half\n"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
