"""Whose models win, and what is said where a folder is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.errors import InputError
from cds.resources import KINDS, Places, bundled


def model(folder: Path, name: str) -> Path:
    """A model folder with its marker."""
    (folder / name).mkdir(parents=True)
    (folder / name / "predictor.json").write_text("{}")
    return folder / name


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_brings_its_own(kind: str) -> None:
    assert bundled(kind).is_dir()
    assert Places().folders(kind) == (bundled(kind),)


def test_home_wins_over_settings_which_win_over_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds.resources.bundled", lambda kind: tmp_path / "bundled" / kind)
    ours = model(tmp_path / "home" / "models", "a")
    ward_a, ward_b = (model(tmp_path / "ward" / "m", name) for name in "ab")
    own = [model(tmp_path / "bundled" / "models", name) for name in "abc"]
    settings = tmp_path / "ward" / "cds.toml"
    settings.write_text('[folders]\nmodels = "m"\n')
    places = Places(home=tmp_path / "home", settings=settings)
    assert places.named("models", "predictor.json") == {"a": ours, "b": ward_b, "c": own[2]}
    assert Places(settings=settings).named("models", "predictor.json")["a"] == ward_a


def test_settings_may_list_several_folders(tmp_path: Path) -> None:
    first, second = model(tmp_path / "x", "a"), model(tmp_path / "y", "b")
    settings = tmp_path / "cds.toml"
    settings.write_text('[folders]\nmodels = ["x", "y"]\n', encoding="utf-8-sig")
    named = Places(settings=settings).named("models", "predictor.json")
    assert (named["a"], named["b"]) == (first, second)


def test_a_folder_without_its_marker_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "models" / "half").mkdir(parents=True)
    (tmp_path / "models" / "note.txt").write_text("")
    assert "half" not in Places(home=tmp_path).named("models", "predictor.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[folders\n", "cannot be read as TOML"),
        ('[folders]\nmodels = "absent"\n', "does not exist"),
        ("[folders]\nmodels = 7\n", "expected a folder's name"),
    ],
)
def test_wrong_settings_are_told_by_place(tmp_path: Path, content: str, message: str) -> None:
    settings = tmp_path / "cds.toml"
    settings.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        Places(settings=settings).folders("models")
    assert caught.value.place is not None and caught.value.place.source == str(settings)


def test_settings_without_folders_are_fine(tmp_path: Path) -> None:
    settings = tmp_path / "cds.toml"
    settings.write_text("# nothing yet\n")
    assert Places(settings=settings).folders("models") == Places().folders("models")


def test_a_home_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CDS_HOME"):
        Places(home=tmp_path / "gone").folders("models")
