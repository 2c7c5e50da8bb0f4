"""The pictures that signatures show: whose they are, who may set them, and what stands now.

A picture is content of a subject of its own, sealed in the vault and named by its commitment in the entry that set it:
`signature:<person>` or `seal:<code of the agency>`. It proves nothing: the signature around it does.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from xactin.cases.papers.signing.seal import AGENCY, CHAIR
from xactin.cases.rights import SEAL_KIND, SET_SEAL, SET_SIGNATURE, SIGNATURE_KIND
from xactin.identity.models import Agency
from xactin.identity.queries import Actor, Facts, may
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries

PART: Final = "picture"
PNG: Final = "image/png"


def signature_subject(person: UUID | str) -> str:
    """Whose signature a picture is."""
    return f"{SIGNATURE_KIND}:{person}"


def seal_subject(agency: str) -> str:
    """Which agency's seal a picture is, by its code."""
    return f"{SEAL_KIND}:{agency}"


def may_set_signature(actor: Actor) -> bool:
    """Whether this post signs results, so that its holder's picture is asked for."""
    return may(actor, SET_SIGNATURE, own(actor)).allowed


def may_set_seal(actor: Actor, agency: Agency) -> bool:
    """Whether this post may set the picture of an agency's seal."""
    return may(actor, SET_SEAL, seal(agency)).allowed


def standing(subject: str) -> vault.StoredFile | None:
    """The picture that is shown now."""
    return next(iter(vault_queries.files(subject=subject, parts=[PART])), None)


def opened(subject: str, *, by: str, purpose: str) -> bytes | None:
    """Its bytes, None where none was set. The opening is logged."""
    kept = standing(subject)
    if kept is None:
        return None
    _row, chunks = vault_queries.open_file(by=by, purpose=purpose, id=kept.id)
    return b"".join(chunks)


def shown(signer: Mapping[str, Any], agency: str, *, by: str) -> dict[str, bytes]:
    """What the two signatures of a result show: of whoever attested it (a statement's `by`), and of the agency."""
    subjects = {CHAIR: signature_subject(signer["person"]), AGENCY: seal_subject(agency)}
    found = {name: opened(subject, by=by, purpose="seal") for name, subject in subjects.items()}
    return {name: png for name, png in found.items() if png is not None}


def own(actor: Actor) -> Facts:
    """What decides about the picture of the actor's own signature."""
    return Facts(subject=signature_subject(actor.person_id), path=actor.agency_path)


def seal(agency: Agency) -> Facts:
    """What decides about the picture of an agency's seal."""
    return Facts(subject=seal_subject(agency.code), path=agency.path)
