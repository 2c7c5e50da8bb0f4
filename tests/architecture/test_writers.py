"""Who may write rows: commands, jobs and factories. What else writes is no act, and says here why."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, sources
from tests.architecture.test_rooms import OPEN_ROOMS

WRITERS = {"commands", "jobs", "testing"}
WRITING = {"bulk_create", "bulk_update", "create", "delete", "get_or_create", "update", "update_or_create"}
"""What a manager or a queryset writes by."""
# What no command writes, because it is no act: each with its reason.
MORE_WRITERS = {
    "cases/audit/rebuild.py": "derived rows written anew from the ledger, which is no act",
    "cases/audit/catalogue.py": "the same, of procedures",
    "cases/audit/counters.py": "the same, of the numbers that were given",
    "identity/audit/rebuild.py": "the same, of agencies, posts and keys",
    "cases/applications/drafts.py": "a draft is nobody's statement yet",
    "cases/applications/act_drafts.py": "what is being typed is nobody's statement yet",
    "cases/dossiers/state/settling.py": "derived columns given to rows of before, from their entries",
    "cases/results/seals.py": "keys of trials, made when first needed",
    "cases/results/services.py": "the system's own acts, called by jobs",
    "identity/attestations/attested_rows.py": "how names are folded for finding, of rows that are as attested",
    "identity/keys/passkeys.py": "the challenge of a ceremony under way",
    "identity/models.py": "allauth makes accounts by their manager; the row is attested as it is written",
    "identity/posts/duties.py": "the one way in which the commands of posts attest duties and keep them",
    "identity/web/idempotency.py": "what was answered, for a day",
}


def written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, call) of whatever writes a row: a manager, a queryset by its name, or a row itself.

    `row.save()` and `row.delete()` are known by saying no place: a picture or a file is saved somewhere.
    """
    held = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _asks(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of_row = node.func.attr in ("save", "delete") and not node.args
            names = {part.id for part in ast.walk(node.func.value) if isinstance(part, ast.Name)}
            if of_row or (node.func.attr in WRITING and (_asks(node.func.value) or names & held)):
                yield node.lineno, ast.unparse(node.func)


def _asks(value: ast.AST) -> bool:
    """`X.objects...`"""
    return any(isinstance(part, ast.Attribute) and part.attr == "objects" for part in ast.walk(value))


def writes(source: Source) -> list[str]:
    """Where a module writes that is none of those that may."""
    if WRITERS & set(source.parts) or source.parts[-1].endswith("_commands"):
        return []
    return [f"line {line}: {call}" for line, call in written(source.tree)]


@pytest.mark.parametrize(
    "source", [one for one in sources() if one.room not in OPEN_ROOMS], ids=lambda one: one.place
)
def test_only_commands_write(source: Source) -> None:
    """Nothing but a command, a job or a factory calls what writes a model."""
    if source.place not in MORE_WRITERS:
        assert writes(source) == []


def test_no_reason_outlives_what_it_excuses() -> None:
    excused = {source.place for source in sources() if source.place in MORE_WRITERS and writes(source)}
    assert excused == MORE_WRITERS.keys(), "it writes no more, or has moved: excuse it no more"


@pytest.mark.parametrize(
    "code",
    [
        "Case.objects.create(id=1)",
        "Case.objects.filter(pk=1).update(state={})",
        "mine = Case.objects.filter(pk=1)\nmine.exclude(phase='done').delete()",
        "case.save()",
        "request.user.save(update_fields=['language'])",
        "case.documents.first().delete()",
    ],
)
def test_the_rule_catches_what_writes_a_row(code: str) -> None:
    assert len(list(written(ast.parse(code)))) == 1


@pytest.mark.parametrize(
    "code",
    ["picture.save(out, 'PNG')", "storage.delete(name)", "known.update(a=1)", "Case.objects.get(pk=1)"],
)
def test_the_rule_leaves_files_and_dictionaries_alone(code: str) -> None:
    assert list(written(ast.parse(code))) == []
