"""Static files of a data folder: a copy of what set-up made, and never an old one."""

from pathlib import Path

import pytest

from xactin.web.launcher import static_files


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that were compressed anew, which takes long and is not done here."""
    folders: list[Path] = []

    def build(target: Path, wanted: str) -> None:
        target.mkdir(exist_ok=True)
        (target / static_files.STAMP).write_text(wanted, "ascii")
        folders.append(target)

    monkeypatch.setattr(static_files, "build", build)
    return folders


def test_what_is_ready_is_copied_once(tmp_path: Path, built: list[Path]) -> None:
    ready, target = tmp_path / "ready", tmp_path / "static"
    (ready / "ui").mkdir(parents=True)
    (ready / "ui" / "ui.0123.css.br").write_bytes(b"small")
    (ready / static_files.STAMP).write_text(static_files.stamp(), "ascii")
    assert static_files.collect(target, ready=ready)
    assert (target / "ui" / "ui.0123.css.br").read_bytes() == b"small"
    assert not static_files.collect(target, ready=ready)
    assert built == []


def test_what_is_old_or_missing_is_not_taken(tmp_path: Path, built: list[Path]) -> None:
    ready, target = tmp_path / "ready", tmp_path / "static"
    assert static_files.collect(target, ready=ready)
    (target / static_files.STAMP).write_text("of an earlier version", "ascii")
    ready.mkdir()
    (ready / static_files.STAMP).write_text("of an earlier version", "ascii")
    assert static_files.collect(target, ready=ready)
    assert built == [target, target]
