"""Posts in agencies: made, named, closed, asked for a passkey, given duties. Each act is an entry of the post."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from xactin.identity import news, queries
from xactin.identity.attestations.attesting import attest, require
from xactin.identity.duties import sensitive, usual_duties
from xactin.identity.errors import Invalid, Refused
from xactin.identity.models import Agency, Post, Proposal
from xactin.identity.posts.duties import check_duties, write_duties
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.holding_commands import (
    check_remaining,
    check_two_confirm,
    holds,
    lock_vital,
)
from xactin.identity.posts.proposal_commands import propose_duties
from xactin.identity.rights import Actor, Facts
from xactin.identity.rules import clean_name, is_role
from xactin.kernel.attestation import time_text
from xactin.ledger.clock import claimed
from xactin.vault.ids import new_id


@transaction.atomic
def create_post(
    *,
    agency: Agency,
    role: str,
    title_vi: str,
    title_en: str,
    name: str = "",
    requires_passkey: bool = False,
    duties: Collection[str] | None = None,
    by: Actor | None = None,
) -> Post:
    """A post in an agency; its code is `<agency>:<name or role>`, such as `H44.100:chair`. Raises Invalid.

    `duties`: by default those usual for the role. The sensitive ones of them are proposed: another has to confirm.
    """
    code = f"{agency.code}:{name or role}"
    require(by, "post.create", Facts(subject=f"post:{code}", path=agency.path))
    if agency.closed_at is not None:
        raise Refused("Cơ quan này đã đóng.", "This agency is closed.")
    for field, value in (("role", role), ("name", name or role)):
        if not is_role(value):
            raise Invalid(
                "Chỉ dùng chữ thường không dấu, chữ số và gạch nối, bắt đầu bằng chữ (ví dụ chair-2).",
                "Small letters, digits and hyphens only, a letter first (such as chair-2).",
                {"field": field},
            )
    wanted = usual_duties(role, agency.kind) if duties is None else sorted(set(duties))
    check_duties(wanted, agency)
    if by is not None and wanted and duties is not None:
        require(by, "post.duties", Facts(subject=f"post:{code}", path=agency.path))
    waiting = sensitive(wanted) if by is not None else []
    at_once = [one for one in wanted if one not in waiting]
    post = _stored(agency, code, role, title_vi, title_en, requires_passkey, at_once)
    attest(
        by,
        subject=f"post:{post.id}",
        act="post.create",
        effect={
            "code": code,
            "agency": agency.code,
            "role": role,
            "title": {"vi": title_vi, "en": title_en},
            "passkey": requires_passkey,
            "duties": at_once,
        },
    )
    if waiting and by is not None:
        propose_duties(post=post, duties=waiting, by=by)
    return post


def _stored(
    agency: Agency, code: str, role: str, title_vi: str, title_en: str, passkey: bool, duties: list[str]
) -> Post:
    try:
        with transaction.atomic():
            return Post.objects.create(
                id=new_id(),  # its entries name it, and a passkey signs those after a rehearsal
                code=code,
                agency=agency,
                role=role,
                title_vi=title_vi,
                title_en=title_en,
                requires_passkey=passkey,
                duties=duties,
            )
    except IntegrityError as error:
        raise Invalid(
            f"Cơ quan này đã có chức vụ {code}. Đặt cho chức vụ mới một tên phân biệt, ví dụ {role}-2.",
            f"This agency has the post {code} already. Give the new one a name of its own, such as {role}-2.",
            {"field": "name"},
        ) from error


@transaction.atomic
def require_passkey(*, post: Post, required: bool, by: Actor) -> None:
    """Sets a post's policy: whether its acts must be signed by a passkey."""
    require(by, "post.policy", facts_of(post))
    weaker = post.requires_passkey and not required
    post.requires_passkey = required
    post.save(update_fields=["requires_passkey"])
    attest(by, subject=f"post:{post.id}", act="post.policy", effect={"passkey": required})
    if weaker:
        news.tell(by, "post.policy", post)


@transaction.atomic
def set_duties(*, post: Post, duties: Collection[str], by: Actor | None) -> Proposal | None:
    """Gives a post these duties and takes the others; sensitive ones that it had not are proposed.

    Returns the proposal that is made for a second person, if there is one; what one waits for already is not proposed
    again. Raises Forbidden, Invalid, and Refused
    for a post that the actor holds or where nobody else would be left to do what is taken.
    """
    require(by, "post.duties", facts_of(post))
    lock_vital()
    post.refresh_from_db()
    if by is not None and holds(by.person_id, post):
        raise Refused(
            "Không ai được tự giao nhiệm vụ cho chức vụ mình đang giữ.",
            "Nobody gives duties to a post that they hold themselves.",
        )
    had, wanted = set(post.duties or ()), set(duties)
    check_duties(sorted(wanted), post.agency)
    check_remaining(post, lost=had - wanted)
    check_two_confirm(post, lost=had - wanted)
    waiting = sensitive(wanted - had) if by is not None else []
    now_given = sorted(wanted - set(waiting))
    proposed = post.proposals.filter(ended_at=None, kind="duties").values_list("duties", flat=True)
    waiting = sorted(set(waiting).difference(*proposed))
    if now_given != sorted(had):
        write_duties(post, now_given, by=by)
        news.tell(by, "post.duties", post, duties=sorted(set(now_given) ^ had))
    return propose_duties(post=post, duties=waiting, by=by) if waiting and by is not None else None


@transaction.atomic
def rename_post(*, post: Post, title_vi: str, title_en: str, by: Actor) -> None:
    """Changes the title of a post, as it stands under signatures from now on; its code and role stay."""
    require(by, "post.edit", facts_of(post))
    found = _open_post(post)
    found.title_vi, found.title_en = clean_name(title_vi), clean_name(title_en) or clean_name(title_vi)
    if not found.title_vi:
        raise Invalid("Chức vụ phải có tên.", "A post needs a title.", {"field": "title_vi"})
    effect = {"title": {"vi": found.title_vi, "en": found.title_en}}
    attest(by, subject=f"post:{found.id}", act="post.edit", effect=effect)
    found.save(update_fields=["title_vi", "title_en"])


@transaction.atomic
def close_post(*, post: Post, by: Actor) -> None:
    """Nobody is appointed to a post any more. Raises Forbidden, and Refused while somebody holds it."""
    require(by, "post.edit", facts_of(post))
    found = _open_post(post)
    found.closed_at = claimed()
    attest(by, subject=f"post:{found.id}", act="post.close", effect={"closed": time_text(found.closed_at)})
    # Behind the chain's lock: whoever appointed has committed, or waits and finds the post closed.
    if queries.held_now().filter(post=found).exists() or found.proposals.filter(ended_at=None).exists():
        raise Refused(
            "Chức vụ này còn người đảm nhiệm, hoặc còn đề nghị chờ xác nhận.",
            "Somebody holds this post, or a proposal for it waits.",
        )
    found.save(update_fields=["closed_at"])


def _open_post(post: Post) -> Post:
    found = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("agency").get(pk=post.pk)
    if found.closed_at is not None:
        raise Refused("Chức vụ này đã đóng.", "This post is closed.")
    return found
