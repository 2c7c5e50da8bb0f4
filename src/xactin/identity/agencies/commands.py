"""Agencies, their posts, and who holds them. Each act is an entry; holding a post is a mandate."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from xactin.identity import queries
from xactin.identity.attesting import attest, require
from xactin.identity.errors import Invalid, NotFound, Refused
from xactin.identity.keys.commands import end, grant, lock_person
from xactin.identity.models import Agency, Holding, KeyMandate, Person, Post, SigningKey
from xactin.identity.rights import Actor, Facts
from xactin.identity.rules import AGENCY_CODE_LENGTH, is_agency_code, is_code_below, is_function, is_role
from xactin.identity.units import Unit, unit
from xactin.kernel.attestation import parse_time, time_text
from xactin.ledger.clock import now
from xactin.vault.ids import new_id


@transaction.atomic
def create_agency(
    *,
    code: str,
    kind: str,
    name_vi: str = "",
    name_en: str = "",
    parent: Agency | None = None,
    functions: Sequence[str] = (),
    unit_code: str = "",
    by: Actor | None = None,
) -> Agency:
    """An agency in the tree. A province or commune named by its unit takes its name from the list of units.

    Raises Invalid (code, unit) and Forbidden.
    """
    require(by, "agency.create", Facts(subject=f"agency:{code}", kind="agency"))
    _check_code(code, parent)
    if parent is not None:  # of two that add the same commune, one looks at a time whether it is there
        Agency.objects.select_for_update(no_key=True).get(pk=parent.pk)
    if wrong := [name for name in functions if not is_function(name)]:
        raise Invalid(
            f"“{wrong[0]}” không phải tên chức năng: chỉ dùng chữ thường không dấu, chữ số và gạch dưới.",
            f"“{wrong[0]}” is no name of a part: small letters, digits and underscores only.",
            {"field": "functions"},
        )
    served = _unit_served(kind, unit_code)
    if served and not name_vi:
        name_vi, name_en = served.committee, f"People's Committee of {served.name_en}"
    if not name_vi:
        raise Invalid("Cơ quan phải có tên.", "An agency needs a name.", {"field": "name_vi"})
    try:
        with transaction.atomic():
            agency = Agency.objects.create(
                code=code,
                kind=kind,
                name_vi=name_vi,
                name_en=name_en or name_vi,
                parent=parent,
                functions=sorted(functions),
                unit_code=unit_code,
                path=f"{parent.path if parent else ''}{code}/",
            )
    except IntegrityError as error:
        raise Invalid("Mã định danh đã có.", "The code exists already.", {"field": "code"}) from error
    queries.forget_tree()
    effect = {
        "kind": str(kind),
        "name": {"vi": agency.name_vi, "en": agency.name_en},
        "parent": parent.code if parent else None,
        "functions": agency.functions,
        "unit": unit_code or None,
    }
    attest(by, subject=f"agency:{code}", act="agency.create", effect=effect)
    return agency


def _check_code(code: str, parent: Agency | None) -> None:
    if not is_agency_code(code):
        raise Invalid(
            f"Mã định danh phải gồm một chữ cái, hai chữ số, rồi các nhóm cách nhau bởi dấu chấm, "
            f"không quá {AGENCY_CODE_LENGTH} ký tự (ví dụ H44.100).",
            "The code must be a letter and two digits, then dotted groups, "
            f"{AGENCY_CODE_LENGTH} characters at most (such as H44.100).",
            {"field": "code"},
        )
    if parent is not None and not is_code_below(code, parent.code):
        raise Invalid(
            f"Mã phải là mã của cơ quan cấp trên, dấu chấm, rồi một nhóm chữ số hoặc chữ in hoa: "
            f"{parent.code}.… (Quyết định 20/2020/QĐ-TTg).",
            f"The code must be that of the agency above, a dot, then one group of digits or capitals: "
            f"{parent.code}.… (Decision 20/2020).",
            {"field": "code"},
        )


def _unit_served(kind: str, unit_code: str) -> Unit | None:
    """The administrative unit an agency serves; a commune has one People's Committee."""
    served = unit(unit_code) if unit_code else None
    if unit_code and served is None:
        raise Invalid(
            "Không có đơn vị hành chính mang mã này.", "No unit has this code.", {"field": "unit_code"}
        )
    twin = Agency.objects.filter(kind=kind, unit_code=unit_code).first() if served else None
    if served and twin and kind in (Agency.Kind.PROVINCE, Agency.Kind.COMMUNE):
        raise Invalid(
            f"{served.name} đã có cơ quan: {twin.name_vi} ({twin.code}).",
            f"{served.name_en} has its agency already: {twin.name_en} ({twin.code}).",
            {"field": "unit_code"},
        )
    return served


@transaction.atomic
def create_post(
    *,
    agency: Agency,
    role: str,
    title_vi: str,
    title_en: str,
    name: str = "",
    requires_passkey: bool = False,
    by: Actor | None = None,
) -> Post:
    """A post in an agency; its code is `<agency>:<name or role>`, such as `H44.100:chair`. Raises Invalid."""
    code = f"{agency.code}:{name or role}"
    require(by, "post.create", Facts(subject=f"post:{code}", kind="post"))
    for field, value in (("role", role), ("name", name or role)):
        if not is_role(value):
            raise Invalid(
                "Chỉ dùng chữ thường không dấu, chữ số và gạch nối, bắt đầu bằng chữ (ví dụ chair-2).",
                "Small letters, digits and hyphens only, a letter first (such as chair-2).",
                {"field": field},
            )
    _check_policy(role, requires_passkey)
    try:
        with transaction.atomic():
            post = Post.objects.create(
                code=code,
                agency=agency,
                role=role,
                title_vi=title_vi,
                title_en=title_en,
                requires_passkey=requires_passkey,
            )
    except IntegrityError as error:
        raise Invalid(
            f"Cơ quan này đã có chức vụ {code}. Đặt cho chức vụ mới một tên phân biệt, ví dụ {role}-2.",
            f"This agency has the post {code} already. Give the new one a name of its own, such as {role}-2.",
            {"field": "name"},
        ) from error
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
        },
    )
    return post


def _check_policy(role: str, requires_passkey: bool) -> None:
    # The acts of this room are several entries at once, which no passkey can sign one by one.
    if role == "administrator" and requires_passkey:
        raise Refused(
            "Việc của quản trị viên được ký bằng khóa do hệ thống giữ; không thể bắt buộc khóa truy cập.",
            "What an administrator does is signed by the key kept here; a passkey cannot be asked for.",
        )


@transaction.atomic
def require_passkey(*, post: Post, required: bool, by: Actor) -> None:
    """Sets a post's policy: whether its acts must be signed by a passkey."""
    require(by, "post.policy", Facts(subject=f"post:{post.id}", kind="post"))
    _check_policy(post.role, required)
    post.requires_passkey = required
    post.save(update_fields=["requires_passkey"])
    attest(by, subject=f"post:{post.id}", act="post.policy", effect={"passkey": required})


@transaction.atomic
def appoint(*, person: Person, post: Post, until: datetime | None = None, by: Actor | None = None) -> Holding:
    """A person holds a post from now on, until a day if one is given; each of their keys may sign in it.

    Raises Forbidden, Invalid (a time gone by), Refused when they hold it already.
    """
    require(by, "post.appoint", Facts(subject=f"post:{post.id}", kind="post"))
    at = _signed_time(now())
    if until is not None and until <= at:
        raise Invalid("Ngày kết thúc đã qua.", "The end lies in the past.", {"field": "until"})
    lock_person(person.pk)
    if queries.held_now().filter(person=person, post=post).exists():
        raise Refused("Người này đang giữ chức vụ này.", "This person holds the post already.")
    until = _signed_time(until) if until else None
    holding = Holding.objects.create(id=new_id(), person=person, post=post, since=at, until=until)
    # The post's chain before the mandates: an end locks them in this order too.
    attest(by, subject=f"post:{post.id}", act="post.appoint", effect=_held(holding))
    for key in SigningKey.objects.filter(person=person, revoked_at__isnull=True).order_by("created_at"):
        grant(key, holding, by=by)
    return holding


def _signed_time(moment: datetime) -> datetime:
    """A moment as entries can tell it, to the millisecond."""
    return parse_time(time_text(moment))


def _held(holding: Holding) -> dict[str, str | None]:
    """What an appointment signs: opaque ids and times."""
    until = time_text(holding.until) if holding.until else None
    return {
        "holding": str(holding.id),
        "person": str(holding.person_id),
        "since": time_text(holding.since),
        "until": until,
    }


@transaction.atomic
def end_holding(*, holding: Holding, by: Actor) -> None:
    """A person no longer holds a post: their mandates in it end now. What they signed stays valid.

    Raises Forbidden, NotFound when it has ended already, Refused for the last administrator.
    """
    require(by, "post.end", Facts(subject=f"post:{holding.post_id}", kind="post"))
    lock_person(holding.person_id)
    if holding.post.role == "administrator":
        lock_administrators()
    held = queries.held_now().select_related("post").filter(pk=holding.pk).first()
    if held is None:
        raise NotFound("Chức vụ này đã kết thúc.", "This holding has ended already.")
    others = queries.held_now().filter(post__role="administrator", person__account__is_active=True)
    if held.post.role == "administrator" and not others.exclude(pk=held.pk).exists():
        raise Refused(
            "Không thể kết thúc quản trị viên cuối cùng.", "The last administrator cannot be ended."
        )
    held.until = max(_signed_time(now()), held.since)
    effect = {"holding": str(held.id), "until": time_text(held.until)}
    attest(by, subject=f"post:{held.post_id}", act="post.end", effect=effect)
    for mandate in KeyMandate.objects.filter(holding=held, ended_at__isnull=True):
        end(mandate, by=by)
    held.save(update_fields=["until"])


def lock_administrators() -> None:
    """Of those who would end or deactivate an administrator, one looks at a time whether another is left."""
    posts = Post.objects.select_for_update(no_key=True).filter(role="administrator").order_by("id")
    list(posts.values_list("pk"))
