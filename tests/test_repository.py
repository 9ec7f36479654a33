"""What must be true of the repository itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import cds

ROOT = Path(__file__).parent.parent


def fenced_commands(markdown: str) -> list[str]:
    """The contents of every ``sh`` block of a Markdown text, one string a block."""
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", markdown, re.DOTALL)]


def test_ci_runs_the_readme_test_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    test_command = fenced_commands(readme)[1]
    assert "pytest" in test_command
    assert test_command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_changelog_names_the_current_version() -> None:
    assert f"## {cds.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_has_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = project["dependencies"] + project["optional-dependencies"]["test"]
    unbounded = [line for line in requirements if "<" not in line]
    assert unbounded == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_tracked_file_is_larger_than_three_megabytes() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    assert [path for path in paths if path.exists() and path.stat().st_size > 3_000_000] == []


def test_the_page_for_clinicians_gives_the_figures_that_the_models_files_give() -> None:
    from benchmarks.model_table import rows

    page = (ROOT / "docs" / "clinicians.md").read_text(encoding="utf-8")
    assert "\n".join(rows()) in page
    assert len(rows()) >= 7


def test_the_readme_names_every_command() -> None:
    from cds.cli.catalogue import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command.name for command in COMMANDS if f"cds {command.name}" not in readme] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
