"""The pieces of a post's work to which a substitute may be limited: a task of a procedure, and the acts of it."""

from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.identity.commands import Piece
from xactin.identity.models import Post

MOST = 60
"""Procedures that are offered: those that this agency had dossiers of."""


def pieces(post: Post) -> list[Piece]:
    """The tasks that this post does, of procedures that its agency has or had dossiers of."""
    had = Case.objects.filter(involved__agency=post.agency).order_by().values_list("version_id", flat=True)
    found: dict[str, Piece] = {}
    for version in sorted(had.distinct(), reverse=True)[:MOST]:
        package = procedures.version(version).package
        said = package.procedure
        for node, task in said.tasks.items():
            if task.post == post.role:
                id = f"{package.code}/{node}"
                vi, en = (f"{said.name[words]}: {task.name[words]}" for words in ("vi", "en"))
                found.setdefault(id, Piece(id, vi, en, (f"case.{node}.*",)))
    return sorted(found.values(), key=lambda piece: piece.vi)
