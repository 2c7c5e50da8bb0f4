"""What may be done with the catalogue: publish a version, set a limit. Both are attested."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import AuthorityLimit, ProcedureVersion
from xactin.cases.procedures.queries import fits
from xactin.cases.procedures.reviewing import begin_of, ending_with, problems_of, until_of
from xactin.identity import commands as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor, Facts, folded, may
from xactin.kernel.procedure.description import Procedure
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.procedure.problems import Problem
from xactin.kernel.refusal import Refusal
from xactin.kernel.working_time import CalendarError, longest
from xactin.ledger import commands as ledger

__all__ = ["Invalid", "NotPublishable", "publish", "publish_folder", "set_limit"]


class NotPublishable(Refusal):
    """`check()` found problems; `problems` lists every one."""

    status = 422
    code = "not_publishable"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            "; ".join(f"{problem.where}: {problem.vi}" for problem in problems),
            "; ".join(f"{problem.where}: {problem.en}" for problem in problems),
            {"problems": [{"code": problem.code, "where": problem.where} for problem in problems]},
        )
        self.problems = problems


def publish_folder(*, by: Actor, folder: Path) -> bool:
    """Publishes the package of a folder; False when exactly this version is published already."""
    return publish(by=by, package=load_package(folder))


@transaction.atomic
def publish(*, by: Actor, package: Package) -> bool:
    """Puts a version into the catalogue, attested by its digest. The one in force before ends when it begins,
    which is never a day that has passed (`begin_of`).

    Raises NotPublishable with all that `check` finds, Forbidden, and Invalid for a version already
    published with other content: a version is never edited.
    """
    if ProcedureVersion.objects.filter(digest=package.digest).exists():
        return False
    subject = f"procedure:{package.code}"
    _require(by, "procedure.publish", subject)
    if ProcedureVersion.objects.filter(code=package.code, version=package.version).exists():
        raise _version_taken()
    problems = problems_of(package)
    if problems:
        raise NotPublishable(problems)
    begins = begin_of(package)
    effect = {
        "version": package.version,
        "digest": package.digest,
        "from": begins.isoformat(),
        "until": package.effective_until.isoformat() if package.effective_until else None,
    }
    rule = {"id": package.code, "version": package.version, "digest": package.digest}
    entry, at = _attest(by, subject, "procedure.publish", effect, rule)
    ending_with(package).update(in_force_until=begins)
    _keep(package, begins, at, entry)
    return True


def _version_taken() -> Invalid:
    return Invalid(
        {"version": _("This version is published already and is never edited: give it a new name.")}
    )


def _keep(package: Package, begins: date, at: datetime, entry: Any) -> None:
    """Writes the row of a version. Raises Invalid where somebody else has just published it."""
    try:
        ProcedureVersion.objects.create(
            code=package.code,
            version=package.version,
            digest=package.digest,
            files={name: data.decode() for name, data in package.files.items()},
            **listed(package),
            in_force_from=begins,
            in_force_until=until_of(package),
            published_at=at,
            published_entry=entry,
        )
    except IntegrityError as error:
        raise _version_taken() from error


def listed(package: Package) -> dict[str, str]:
    """What lists and the search show of a version: columns that its package determines."""
    said = package.procedure
    return {
        "name_vi": said.name["vi"],
        "name_en": said.name["en"],
        "field_code": said.field_code,
        "level": said.level,
        "kind": said.kind,
        "asks": said.asks,
        "keywords": ", ".join(filter(None, (str(said.keywords.get(one, "")) for one in ("vi", "en")))),
        "search": folded(" ".join([package.code, *_words(said)])),
    }


def _words(said: Procedure) -> list[str]:
    """What a procedure can be found by, in both languages."""
    texts = [said.name, said.summary, said.field_name, said.keywords]
    return [str(text.get(words, "")) for text in texts for words in ("vi", "en")]


@transaction.atomic
def set_limit(*, by: Actor, package: Package, name: str, duration: Mapping[str, int]) -> None:
    """Sets a limit this authority may set, within the procedure's maximum; for dossiers started from now on."""
    _require(by, "limit.set", f"procedure:{package.code}")
    if name not in package.procedure.authority_limits:
        raise Invalid({"name": _("This procedure has no such limit to set.")})
    try:
        nothing = longest([duration], calendar()) <= 0
    except CalendarError as error:
        raise Invalid({"duration": _("This is no length of time.")}) from error
    if nothing:
        raise Invalid({"duration": _("A limit is longer than nothing.")})
    if not fits(package, name, duration):
        raise Invalid({"duration": _("This is longer than the procedure allows.")})
    entry, _at = _attest(
        by, f"procedure:{package.code}", "limit.set", {"name": name, "duration": dict(duration)}
    )
    AuthorityLimit.objects.update_or_create(
        code=package.code, name=name, defaults={"duration": dict(duration), "set_entry": entry}
    )


def _require(by: Actor, act: str, subject: str) -> None:
    decision = may(by, act, Facts(subject=subject))
    if not decision.allowed:
        raise Forbidden(decision.reason)


def _attest(
    by: Actor, subject: str, act: str, effect: Mapping[str, Any], rule: Mapping[str, str] | None = None
) -> tuple[Any, datetime]:
    with ledger.acting(subject=subject, mandates=[by.mandate_id]) as chain:
        ref = chain.attest(identity.signer_of(by), act=act, rule=rule, effect=effect)
        return ref.id, chain.at
