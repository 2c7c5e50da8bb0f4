"""`xactin proposals`: what waits for a second person, and the way on where nobody is left who could confirm."""

from uuid import UUID


def waiting() -> int:
    """Prints what waits: id, since when, the post, for whom or which duties, and who could confirm it."""
    from xactin.identity.posts.queries import could_confirm, waiting

    for one in waiting():
        what = one.person.full_name if one.person else ", ".join(one.duties)
        others = ", ".join(could_confirm(one)) or "nobody"
        print(one.pk, f"{one.proposed_at:%Y-%m-%dT%H:%MZ}", one.post.code, f"{what}; could confirm: {others}")
    return 0


def confirm(id: str) -> int:
    """Confirms by the authority's own key. Raises what the command raises."""
    from xactin.identity.commands import confirm_for_want_of_others

    confirm_for_want_of_others(proposal=UUID(id))
    print(f"{id} confirmed; everybody in a trusted post there is told")
    return 0
