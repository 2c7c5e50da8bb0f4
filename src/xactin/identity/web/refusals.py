"""How an operation of the API tells its refusals in the OpenAPI document (RFC 9457)."""

from typing import Any, Final

PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "stable, for programs"},
        "facts": {"type": "object", "description": "what the refusal is about"},
    },
}
_REFUSALS: Final = {
    400: "The request could not be read",
    401: "No valid token",
    403: "Not in this post, or not by this person",
    404: "Nothing of this name that the asker may see",
    409: "Not now: done by somebody else, changed meanwhile, out of turn, or still being worked on",
    413: "Too large",
    415: "The content of the file is of a type that is not taken",
    422: "A value is missing or wrong, or the Idempotency-Key was used with another request",
    429: "Too often; Retry-After says when to ask again",
    503: "Not available for a moment; nothing was done",
    507: "No room left for files",
}


def refusals(*statuses: int) -> dict[str, Any]:
    """The part of an operation's OpenAPI that tells its refusals (RFC 9457)."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {
        "responses": {
            status: {"description": _REFUSALS[status], "content": content}
            for status in sorted({*statuses, 400, 422, 429, 503})
        }
    }
