"""The shell: help, versions, completion, and what each kind of trouble exits with."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hospital import Cds

import cds as package
from cds.cli import catalogue
from cds.cli.app import main
from cds.cli.group import group

ROOT = Path(package.__file__).parent.parent
HEAVY = (
    "numpy",
    "pandas",
    "polars",
    "sklearn",
    "scipy",
    "lightgbm",
    "shap",
    "ortools",
    "onnxruntime",
)


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cds", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_lists_every_command_with_its_example(cds: Cds, words: list[str]) -> None:
    run = cds(*words)
    assert run.code == 0 and run.err == ""
    lines = run.out.splitlines()
    for command in catalogue.COMMANDS:
        row = next(i for i, line in enumerate(lines) if line.startswith(f"  {command.name} "))
        assert command.summary in lines[row]
        assert lines[row + 1].strip() == f"$ {command.example}"
    assert max(map(len, lines)) <= 80


def test_version(cds: Cds) -> None:
    assert cds("--version").out == f"cds {package.__version__}\n"


@pytest.mark.parametrize("command", catalogue.COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_module_help_and_a_sound_example(
    cds: Cds, command: catalogue.Command
) -> None:
    module = importlib.import_module(f"cds.cli.{command.name}")
    assert hasattr(module, "command") or hasattr(module, "app")
    run = cds(command.name, "--help")
    assert run.code == 0
    assert command.summary in run.out
    assert "Example:" in run.out
    assert command.example.split()[:2] == ["cds", command.name]
    # Every option says what it does.
    context = group().make_context("cds", [], resilient_parsing=True)
    built = group().get_command(context, command.name)
    for member in [built, *getattr(built, "commands", {}).values()]:
        assert all(getattr(parameter, "help", "") for parameter in member.params), member.name


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["predcit", "x"], "did you mean 'predict'"),
        (["predict", "x", "--jsn"], "--json"),
        (["predict"], "missing argument"),
        (["predict", "x", "--top", "many"], "not a whole number"),
        (["predict", "x", "--top", "0"], "expected at least 1"),
        (["models", "lst"], "did you mean 'list'"),
        (["train", "x"], "missing option"),
        (["init", "a", "b"], "unexpected extra argument"),
        (["predict", ""], "is empty; is a shell variable not set"),  # not the current folder
        (["predict", "x", " "], "is empty"),
        (["inventory", "run", ""], "is empty"),
        (["roster", ""], "is empty"),
        (["init", ""], "is empty"),
    ],
)
def test_wrong_usage_is_one_message_with_a_hint(cds: Cds, words: list[str], message: str) -> None:
    run = cds(*words)
    assert run.code == 2 and run.out == ""
    assert message in run.err.lower()
    assert run.err.startswith("cds: error: ") and "--help'" in run.err
    assert len(run.err.splitlines()) == 2


def test_a_bug_is_owned_and_its_details_are_kept_until_asked_for(
    cds: Cds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(option: object) -> str:
        raise ZeroDivisionError("seven beds")

    monkeypatch.setattr("cds.cli.context.language", broken)
    run = cds("predict", "x.json")
    assert run.code == 1 and run.out == ""
    assert "a bug in cds" in run.err and "seven beds" in run.err and "report" in run.err
    assert "Traceback" not in run.err
    assert "Traceback" in cds("predict", "x.json", "-v").err
    monkeypatch.setenv("CDS_DEBUG", "1")
    assert "Traceback" in cds("predict", "x.json").err


def test_interrupted(cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(option: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("cds.cli.context.language", stop)
    run = cds("predict", "x.json")
    assert (run.code, run.out, run.err) == (130, "", "cds: interrupted\n")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("cds.cli.catalogue", ""),
        ("cds.errors", ""),
        ("cds.cli.context", "cds: interrupted\n"),
        ("typer", "cds: interrupted\n"),
        ("cds.cli.models", "cds: interrupted\n"),
    ],
)
def test_interrupted_while_modules_are_read(module: str, said: str) -> None:
    """Ctrl-C in the first tenths of a second once gave a traceback."""
    script = f"""
import sys
class Stop:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
from cds.cli.app import main
sys.exit(main(["models", "list"]))
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", said)


def test_a_reader_that_leaves_early_hears_nothing_more(tmp_path: Path) -> None:
    lines = "\n".join('{"id": "a", "age": 70, "sex": "male"}' for _ in range(2000))
    (tmp_path / "many.ndjson").write_text(lines)
    command = f"{sys.executable} -m cds predict many.ndjson --json | head -n 1"
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.stderr == "" and run.returncode == 0
    assert run.stdout.startswith('{"schema"') and run.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "position", "offered"),
    [
        ("cds pre", 1, ["predict"]),
        ("cds ", 1, [command.name for command in catalogue.COMMANDS]),
        ("cds predict --j", 2, ["--json"]),
        ("cds predict --lang z", 3, ["zh"]),
        ("cds predict --model sm", 3, ["small-30d"]),
        ("cds models ver", 2, ["verify"]),
    ],
)
def test_completion_in_bash(typed: str, position: int, offered: list[str]) -> None:
    run = process(_CDS_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=str(position))
    assert run.stdout.split() == offered, run.stderr


def test_completion_scripts_are_offered() -> None:
    assert "_CDS_COMPLETE=complete_bash" in process("--show-completion", "bash").stdout or (
        "complete_bash" in process(_CDS_COMPLETE="source_bash").stdout
    )


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from cds.cli.app import main; main(['--help']); "
        f"print([m for m in {HEAVY + ('typer', 'rich', 'pydantic')!r} if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_prediction_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"id": "a", "age": 70, "sex": "male"}')
    script = (
        "import sys; from cds.cli.app import main; code = main(['predict', 'p.json', '--json']); "
        f"print(code, [m for m in {HEAVY + ('rich', 'pydantic')!r} if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "0 []"


def test_main_takes_the_command_line(monkeypatch: pytest.MonkeyPatch, capsys: object) -> None:
    monkeypatch.setattr(sys, "argv", ["cds", "--version"])
    assert main() == 0
