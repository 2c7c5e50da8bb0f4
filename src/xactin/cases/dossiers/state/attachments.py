"""The uploads that come with an act, and the parts that they become."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers.state import content, store
from xactin.cases.errors import Invalid
from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package
from xactin.vault import queries as vault
from xactin.vault.commands import StoredFile


def attached(
    by: Actor, package: Package, found: store.Row, place: str, files: Sequence[str]
) -> dict[str, StoredFile]:
    """Uploads of the actor by the parts they become under `place` (`document.photo.0.2`), behind those that stand.

    Raises Invalid for a file that is none of theirs, was used already, or is of no type that the package takes."""
    media = {document.kind: document.media for document in package.procedure.documents}
    accepted = media[content.document_kind(place)]
    there = sum(part.startswith(f"{place}.") for part in found.state["parts"])
    stored: dict[str, StoredFile] = {}
    for number, id in enumerate(files, there + 1):
        file = vault.own_upload(UUID(id), owner=str(by.person_id))
        if file is None:
            raise Invalid({"": _("This file was not found among your uploads. Please attach it again.")})
        if accepted and file.media_type not in accepted:
            raise Invalid({"": _("A file of this type is not taken for this document.")})
        stored[f"{place}.{number}"] = file
    return stored
