"""The API of the room, and how programs say who they are: a bearer token, and the hat in `Xactin-Post`."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBearer

from xactin.identity import queries
from xactin.identity.accounts.commands import who_has_token
from xactin.identity.actors.hats import actor_with
from xactin.identity.errors import Forbidden
from xactin.identity.rights import Actor
from xactin.identity.web.refusals import refusals

HAT_HEADER = "Xactin-Post"


class BearerAuth(HttpBearer):
    """`Authorization: Bearer <token>` is an `Actor` in `request.auth`.

    `Xactin-Post: <code of a post>` picks the hat (`self` for none); without it the first post is worn.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor; None (401) for an unknown token. Raises Forbidden for a post not held."""
        found = who_has_token(token)
        if found is None:
            return None
        request.hats = found.hats  # type: ignore[attr-defined]  # `/me` tells them all
        wanted = request.headers.get(HAT_HEADER)
        try:
            return actor_with(found.of, found.hats, wanted, getattr(request, "LANGUAGE_CODE", None))
        except queries.NoSuchHat as error:
            raise Forbidden(
                f"Tài khoản này hiện không giữ chức vụ {wanted}.",
                f"This account does not hold the post {wanted} now.",
            ) from error


router = Router(tags=["identity"])


class HatOut(Schema):
    """A way the account may act."""

    post: str | None
    title: str
    role: str | None
    agency: str | None
    agency_name: str
    requires_passkey: bool
    since: datetime | None
    until: datetime | None


class MeOut(Schema):
    """Who asks, and as what."""

    person: str
    name: str
    kind: str
    post: str | None
    role: str | None
    agency: str | None
    key: str
    custody: str
    hats: list[HatOut]


class AgencyOut(Schema):
    """An agency of the tree."""

    code: str
    kind: str
    name: str
    parent: str | None
    functions: list[str]
    unit: str


def caller(request: HttpRequest) -> Actor:
    """Who calls a door of the API behind `BearerAuth`."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


@router.get(
    "/me",
    response=MeOut,
    auth=BearerAuth(),
    summary="Who asks, and the hats they have",
    openapi_extra=refusals(401, 403),
)
def me(request: HttpRequest) -> dict[str, Any]:
    """The person behind the token, the hat worn (header `Xactin-Post`) and all hats."""
    actor = caller(request)
    vietnamese = actor.language == "vi"
    hats = [
        {
            "post": hat.post_code,
            "title": hat.title_vi if vietnamese else hat.title_en,
            "role": hat.role,
            "agency": hat.agency_code,
            "agency_name": hat.agency_name_vi if vietnamese else hat.agency_name_en,
            "requires_passkey": hat.requires_passkey,
            "since": hat.since,
            "until": hat.until,
        }
        for hat in request.hats  # type: ignore[attr-defined]
    ]
    return {
        "person": str(actor.person_id),
        "name": actor.name,
        "kind": actor.kind,
        "post": actor.post_code,
        "role": actor.role,
        "agency": actor.agency_code,
        "key": actor.key_id,
        "custody": actor.custody,
        "hats": hats,
    }


@router.get("/agencies", response=list[AgencyOut], summary="The tree of agencies", openapi_extra=refusals())
def agencies(request: HttpRequest) -> list[dict[str, Any]]:
    """Every agency of this authority, parents before children. No token is needed."""
    vietnamese = getattr(request, "LANGUAGE_CODE", "vi") == "vi"
    codes = {found.id: found.code for _, found in queries.agency_tree()}
    return [
        {
            "code": found.code,
            "kind": found.kind,
            "name": found.name_vi if vietnamese else found.name_en,
            "parent": codes[found.parent_id] if found.parent_id else None,
            "functions": found.functions,
            "unit": found.unit_code,
        }
        for _, found in queries.agency_tree()
    ]
