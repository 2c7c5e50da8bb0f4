"""The duties of a post as they are written: checked against what rooms know, attested whole."""

from collections.abc import Collection
from typing import Final

from xactin.identity.attestations.attesting import attest
from xactin.identity.duties import apart, duty
from xactin.identity.errors import Invalid, Refused
from xactin.identity.models import Agency, Post
from xactin.identity.rights import Actor

CONFIRM: Final = "duties.confirm"
"""What takes two persons: with fewer than two who have it, nobody could be trusted with anything any more."""
ADMINISTRATION: Final = frozenset({"agencies.manage", "people.manage", "duties.give"})
"""What an authority cannot do without: somebody who covers a post has to be left with each of them."""


def check_duties(duties: Collection[str], agency: Agency) -> None:
    """Raises Invalid for a duty nobody knows or that is not for this kind of agency, Refused for two that are apart."""
    for id in duties:
        found = duty(id)
        if found is None:
            raise Invalid(f"Không có nhiệm vụ “{id}”.", f"There is no duty “{id}”.", {"field": "duties"})
        if found.levels and agency.kind not in found.levels:
            raise Invalid(
                f"Nhiệm vụ “{found.vi}” không giao cho loại cơ quan này.",
                f"The duty “{found.en}” is not for this kind of agency.",
                {"field": "duties"},
            )
    two = apart(duties)
    if two:
        raise Refused(
            f"Một chức vụ không thể vừa có nhiệm vụ “{two[0].vi}” vừa có “{two[1].vi}”.",
            f"No post has both duties “{two[0].en}” and “{two[1].en}”.",
            {"field": "duties"},
        )


def write_duties(post: Post, duties: Collection[str], *, by: Actor | None) -> None:
    """Attests the whole list and keeps it; who calls has checked everything."""
    post.duties = sorted(duties)
    attest(by, subject=f"post:{post.id}", act="post.duties", effect={"duties": post.duties})
    post.save(update_fields=["duties"])
