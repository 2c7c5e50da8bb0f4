"""The documentation says what the code does: commands, settings, dependencies."""

import argparse
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import resolve

from tests.architecture.source import PACKAGE, ROOT
from xactin.web import cli

PAGES = [
    path for path in (ROOT / "README.md", ROOT / "README.vi.md", ROOT / "CONTRIBUTING.md") if path.exists()
]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
# Set by one of our own processes for another, never by people.
INTERNAL = {"XACTIN_BUNDLED_POSTGRES", "XACTIN_PORT", "XACTIN_SUPERVISED"}


def commands(
    parser: argparse.ArgumentParser, before: str = "xactin"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                found = list(commands(inner, f"{before} {name}"))
                yield from found or [(f"{before} {name}", inner)]


COMMANDS = dict(commands(cli.parser()))


OPERATING = [ROOT / "docs" / name for name in ("operating.md", "operating.vi.md")]


@pytest.mark.parametrize("page", OPERATING, ids=lambda page: page.name)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_is_described(command: str, page: Path) -> None:
    assert f"| `{command}" in page.read_text("utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_answers_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split()[1:], "--help"])
    assert ended.value.code == 0
    assert "usage: " + command in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_only_commands_that_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(
        re.findall(
            r"\bxactin ((?:procedure |demo |erase |proposals )?[a-z][a-z-]+)(?= |`|$)",
            "\n".join(re.findall(r"`([^`\n]+)`", text)),
        )
    )
    assert {f"xactin {name}" for name in named} <= set(COMMANDS) | {
        "xactin procedure",
        "xactin demo",
        "xactin erase",
        "xactin proposals",
    }
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(?:[A-Z]+=\S+ )?make ([a-z]+)", text)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", OPERATING, ids=lambda page: page.name)
def test_the_settings_in_the_code_are_those_described(page: Path) -> None:
    described = set(re.findall(r"^\| `(XACTIN_\w+)`", page.read_text("utf-8"), re.MULTILINE))
    read = {
        name
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts
        for name in re.findall(
            r'(?:environ(?:\.get\(|\[|\.setdefault\()|\bown\.get\()"(XACTIN_[A-Z0-9_]+)"',
            path.read_text("utf-8"),
        )
    }
    read |= {f"XACTIN_ALLOW_{what}" for what in ("BUNDLED_POSTGRES", "DEFAULT_SECRET", "HTTP")}
    assert read - INTERNAL == described


def test_each_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*project["project"]["dependencies"]]
    for group in (
        *project["dependency-groups"].values(),
        *project["project"]["optional-dependencies"].values(),
    ):
        asked += group
    names = {re.split(r"[\[<>=~!; ]", text)[0] for text in asked}
    front = json.loads((ROOT / "package.json").read_text("utf-8"))
    names |= {*front["dependencies"], *front["devDependencies"]}
    reasons = set(
        re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "dependencies.md").read_text("utf-8"), re.MULTILINE)
    )
    assert reasons == names


def test_at_run_time_few_packages_are_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert len(project["project"]["dependencies"]) <= 25, "is it an extra, or of set-up? docs/dependencies.md"


def test_the_pictures_kept_are_few_and_small() -> None:
    """Those of all pages are output of the journeys."""
    kept = list((ROOT / "docs" / "screens").iterdir())
    assert 0 < len(kept) <= 12
    assert sum(one.stat().st_size for one in kept) < 1_000_000


def test_nothing_built_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone")
    assert not [
        name for name in listed.stdout.split() if name.endswith((".mo", ".pyc")) or "/vendor/" in name
    ]


def test_what_the_code_says_to_read_is_in_the_repository() -> None:
    """A page that a comment or docstring names; whoever inherits the code has nothing beside it."""
    pages = {path.name for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))}
    pages |= {f"{path.parent.name}/{path.name}" for path in PACKAGE.rglob("*.md")} | {"README.md"}
    named = {
        (path.name, name)
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"\b(?:docs/)?((?:\w+/)?[\w.-]+\.md)\b", path.read_text("utf-8"))
    }
    assert {one for one in named if one[1].removeprefix("docs/") not in pages} == set()


def test_what_conformity_names_is_there() -> None:
    """Each page has an address of the site and each test a file: what goes is not claimed any longer."""
    text = (ROOT / "docs" / "conformity.md").read_text("utf-8")
    files = set(re.findall(r"`((?:src|tests)/[^`]+\.py)`", text))
    assert len(files) > 20
    assert {one for one in files if not (ROOT / one).exists()} == set()
    for address in set(re.findall(r"`(/[^`]*)`", text)):
        resolve(address)
