"""``cds init``, ``cds models``, ``cds doctor`` and ``cds train``."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hospital import MODEL, Cds, patient

from cds.doctor import checks
from cds.doctor.checkup import FAIL, OK, WARN, Finding, run_checks
from cds.resources import Places


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundled ``sample_data`` with two files."""
    folder = tmp_path / "bundled" / "sample_data"
    folder.mkdir(parents=True)
    (folder / "patient.json").write_text(json.dumps(patient()))
    (folder / "patients.ndjson").write_text(json.dumps(patient()) + "\n")
    for user in ("resources", "cli.init"):
        monkeypatch.setattr(f"cds.{user}.bundled", lambda kind: folder.parent / kind)
    return folder


def test_init_makes_a_folder_that_works(
    cds: Cds, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = cds("init", "ward")
    assert run.code == 0 and "4 files" in run.out
    settings = tomllib.loads(Path("ward/cds.toml").read_text(encoding="utf-8"))
    assert set(settings["folders"]) == {"models", "rules", "sample_data"}
    assert Path("ward/cds.toml").read_text().count("#") > 5
    monkeypatch.chdir("ward")
    assert cds("predict", "sample_data/patient.json").code == 0
    assert Places(settings=Path("cds.toml")).folders("models")[0].name == "models"


def test_init_overwrites_nothing_unless_forced(cds: Cds, samples: Path) -> None:
    Path("ward").mkdir()
    Path("ward/README.md").write_text("mine")
    run = cds("init", "ward")
    assert run.code == 2 and "README.md" in run.err and "--force" in run.err
    assert [path.name for path in Path("ward").iterdir()] == ["README.md"]
    assert Path("ward/README.md").read_text() == "mine"
    run = cds("init", "ward", "--force", "--json")
    assert json.loads(run.out)["files"][:2] == ["cds.toml", "README.md"]
    assert Path("ward/README.md").read_text() != "mine"


def test_init_puts_the_sample_ward_where_roster_looks_for_it(cds: Cds, samples: Path) -> None:
    (samples / "ward").mkdir()
    (samples / "ward" / "ward.toml").write_text("[ward]\n")
    (samples / "ward" / "staff.csv").write_text("name\n")
    run = cds("init", "work")
    assert run.code == 0 and "6 files" in run.out and "cds roster --week" in run.out
    assert Path("work/ward/staff.csv").read_text() == "name\n"
    assert not Path("work/sample_data/ward").exists()
    Path("mine/ward").mkdir(parents=True)
    Path("mine/ward/staff.csv").write_text("ours\n")
    run = cds("init", "mine")
    assert run.code == 2 and "ward/staff.csv" in run.err
    assert Path("mine/ward/staff.csv").read_text() == "ours\n"
    assert not Path("mine/cds.toml").exists()


def test_init_refuses_a_file_in_the_way(cds: Cds, samples: Path) -> None:
    Path("ward").write_text("")
    run = cds("init", "ward")
    assert run.code == 2 and "expected a folder" in run.err


def test_models_list_and_show(cds: Cds) -> None:
    listed = cds("models", "list")
    assert listed.code == 0
    assert listed.out.startswith(f"{MODEL} 1.2.0\n  Outcome: readmission within 30 days\n")
    shown = cds("models", "show", MODEL, "--lang", "zh").out
    for words in ("结局：30天内再入院", "收缩压 (mmHg)", "# A small model"):
        assert words in shown
    whole = json.loads(cds("models", "show", MODEL, "--json").out)["models"][0]
    assert [one["feature"] for one in whole["inputs"]][:2] == ["age", "sex"]
    assert whole["bands"][-1] == {"name": "high", "upper": 1.0}


def test_models_verify_finds_a_changed_file(cds: Cds, hospital: Path) -> None:
    assert cds("models", "verify").code == 0
    (hospital / "models" / MODEL / "card.md").write_text("better than it is")
    run = cds("models", "verify", MODEL)
    assert run.code == 3 and "does not verify" in run.out and "card.md" in run.out
    entry = json.loads(cds("models", "verify", "--json").out)["models"][0]
    assert entry["verified"] is False and len(entry["problems"]) == 1
    assert cds("models", "list").code == 3


def test_models_that_are_not_there(cds: Cds) -> None:
    for words in (["show", "x"], ["verify", "x"]):
        run = cds("models", *words)
        assert run.code == 2 and MODEL in run.err


def test_doctor_says_what_works(cds: Cds, samples: Path) -> None:
    run = cds("doctor", "--quick")
    assert run.code == 0, run.out
    assert f"1 verified: {MODEL}" in run.out
    assert "patient.json: risks from 1 of 1 models" in run.out
    assert run.out.endswith("Ready to use.\n")


def test_doctor_says_what_to_do(cds: Cds, samples: Path, hospital: Path) -> None:
    (hospital / "models" / MODEL / "model.txt").write_text("tree\n")
    run = cds("doctor", "--quick", "--json")
    assert run.code == 3
    document = json.loads(run.out)
    failed = {check["name"]: check for check in document["checks"] if check["status"] == "fail"}
    assert not document["usable"] and set(failed) == {"models", "sample data"}
    assert all(check["advice"] for check in failed.values())
    page = cds("doctor", "--quick").out
    assert "2 problems to mend first" in page
    assert max(map(len, page.splitlines())) <= 80


def test_a_check_that_breaks_does_not_hide_the_others() -> None:
    def broken() -> Finding:
        raise OSError("driver")

    seen: list[str] = []
    found = run_checks([("a", broken), ("b", lambda: Finding("b", OK, "fine"))], done=seen.append)
    assert [finding.status for finding in found] == [FAIL, OK]
    assert "driver" in found[0].found and seen == ["a", "b"]


def test_a_probe_is_believed_only_on_its_marked_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Child:
        returncode = -6
        stdout = b'noise\ncds-probe:{"works": true, "message": "x"}\nmore noise'

    monkeypatch.setattr("subprocess.run", lambda *_, **__: Child)
    assert checks.ask("shap")["works"] is True
    Child.stdout = b'{"works": true}\n'
    answer = checks.ask("shap")
    assert answer["works"] is False and "status -6" in answer["message"]


def test_a_probe_that_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = checks.ask("shap", seconds=0.01)
    assert answer["works"] is False and "no answer" in answer["message"]


@pytest.mark.parametrize(
    ("answer", "card", "status", "words"),
    [
        ({"works": True, "working": ["CPU"], "refused": []}, False, OK, "runs on CPU"),
        ({"works": True, "working": ["CPU"], "refused": ["CUDA"]}, False, OK, "not working: CUDA"),
        ({"works": True, "working": ["CPU"], "refused": ["CUDA"]}, True, WARN, "not working: CUDA"),
        (
            {
                "works": True,
                "working": ["CPU"],
                "refused": ["CUDA"],
                "notice": "runs on the CPU: libcudnn.so.9 is missing; install it",
            },
            True,
            WARN,
            "not working: CUDA: libcudnn.so.9 is missing",
        ),
        ({"works": True, "working": ["CUDA", "CPU"], "refused": []}, True, OK, "runs on CUDA, CPU"),
        ({"works": False, "message": "no module"}, False, WARN, "no module"),
    ],
)
def test_onnxruntime_is_judged_by_what_ran(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, object], card: bool, status: str, words: str
) -> None:
    monkeypatch.setattr(checks, "ask", lambda probe: answer)
    monkeypatch.setattr(checks, "nvidia_card", lambda: card)
    finding = checks.onnxruntime()
    assert finding.status == status and words in finding.found
    assert bool(finding.advice) == (status != OK)


def test_onnxruntime_really_runs_the_hand_written_model() -> None:
    pytest.importorskip("onnxruntime")
    answer = checks.ask("onnxruntime")
    assert answer["works"] and "CPU" in answer["working"]


def test_train_writes_a_first_recipe_for_a_table(cds: Cds) -> None:
    rows = "\n".join(f"{n},{40 + n % 40},{'MF'[n % 2]},{int(n % 3 == 0)}" for n in range(60))
    Path("ward.csv").write_text(f"pid,age,sex,died\n{rows}\n")
    words = ("train", "ward.csv", "--label", "died", "--id", "pid", "-o", "models/ward")
    run = cds(*words)
    assert run.code == 0 and "CHECK" in run.out
    recipe = tomllib.loads(Path("models/ward/recipe.toml").read_text(encoding="utf-8"))
    assert recipe["table"]["label"] == "died" and recipe["name"] == "ward"
    assert "cds train models/ward/recipe.toml --data . -o models/ward" in run.out
    again = cds(*words)
    assert again.code == 2 and "--force" in again.err
    assert cds(*words, "--force").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ward.csv", "-o", "m"], "--label COLUMN"),
        (["recipe.toml", "-o", "m", "--label", "x"], "are for tables"),
        (["recipe.toml", "-o", "m"], "recipe.toml"),
        (["recipe.toml", "-o", "m", "--seed", "-1"], "at least 0"),
        (["recipe.toml", "-o", "m", "--tune", "soon"], "not a number"),
    ],
)
def test_train_usage(cds: Cds, words: list[str], message: str) -> None:
    run = cds("train", *words)
    assert run.code == 2 and message in run.err
