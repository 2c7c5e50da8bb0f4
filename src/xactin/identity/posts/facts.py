"""What rights may know of a post: where it stands in the tree."""

from xactin.identity.models import Post
from xactin.identity.rights import Facts


def facts_of(post: Post) -> Facts:
    """The facts of a post, for `may`."""
    return Facts(subject=f"post:{post.id}", path=post.agency.path)
