"""Does the package stay within what the platform that runs it can do? Services, beginnings, who signs, fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from xactin.kernel.procedure.description import Procedure, Service
from xactin.kernel.procedure.kinds import kind_problems
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about
from xactin.kernel.procedure.requirements.forms import Forms, field_problems
from xactin.kernel.procedure.requirements.results import DRAFT, drafts, result_problems


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A kind of service that the platform does, and what it needs of the package.

    `writes`: how many parts it makes. `result`: whether it needs `result`; `draft`: whether it needs a service
    that draws the result up, and reads what that wrote; `tells`: whether it needs `tells`.
    """

    writes: int = 0
    result: bool = False
    draft: bool = False
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a platform can do: kinds of services by name, and from where it begins cases. `reserved`: names that
    it uses for acts of its own, so that no service may have them. `forms`: which fields it draws; None: not asked."""

    services: Mapping[str, ServiceKind]
    origins: Collection[str]
    reserved: Collection[str] = ()
    forms: Forms | None = None


def runtime_problems(package: Package, runtime: Runtime | None) -> Iterator[Problem]:
    """What nobody would do. `runtime` None: which services and beginnings there are is not asked."""
    said = package.procedure
    yield from kind_problems(said) if said.format > 1 else ()
    yield from _parties(said)
    yield from result_problems(package)
    if runtime is None:
        return
    for beginning in said.begins:
        if beginning.origin not in runtime.origins:
            yield problem_about(
                "origin_unknown",
                f"begins.{beginning.origin}",
                "Nền tảng này chưa bắt đầu được việc từ “{0}”",
                "This platform begins no case from “{0}”",
                beginning.origin,
            )
    yield from _services(package, runtime)
    if runtime.forms is not None:
        yield from field_problems(package, runtime.forms)


def _services(package: Package, runtime: Runtime) -> Iterator[Problem]:
    said = package.procedure
    for name, rule in package.rules.items():
        if rule.kind == "user":
            continue
        if name in runtime.reserved:
            yield problem_about(
                "service_name",
                name,
                "Mã “{0}” dành riêng cho nền tảng, hãy đặt mã khác cho bước tự động",
                "The id “{0}” is the platform's own: name the service otherwise",
                name,
            )
        service = said.services.get(name)
        # A message event may stand undescribed; then nobody says who would bring the message.
        kind = runtime.services.get(service.kind) if service else None
        if service is None or kind is None or rule.kind == "message":
            yield problem_about(
                "service_kind",
                name,
                "Nền tảng này không làm được bước tự động hoặc nhận tin loại “{0}”",
                "This platform does no service, and receives no message, of kind “{0}”",
                service.kind if service else "message",
            )
        else:
            yield from _needs(said, service, kind)


def _needs(said: Procedure, service: Service, kind: ServiceKind) -> Iterator[Problem]:
    where = f"services.{service.id}"
    if len(service.writes) != kind.writes:
        yield problem_about(
            "service_writes",
            where,
            "Bước tự động loại này ghi đúng {0} phần (writes)",
            "A service of this kind writes exactly {0} part(s)",
            str(kind.writes),
        )
    if kind.result and (said.result is None or not said.result.template or not said.result.number):
        yield problem_about(
            "service_needs",
            where,
            "Bước này cần mục result có template và number",
            "This service needs `result` with a template and a number",
        )
    signed = {said.result.paper} if said.result and said.result.paper else drafts(said)
    if kind.draft and not signed & set(service.reads):
        yield problem_about(
            "service_needs",
            where,
            "Bước này phải đọc văn bản đã ký, hoặc dự thảo do một bước loại “{0}” ghi",
            "This service has to read the signed paper, or the draft that a service of kind “{0}” writes",
            DRAFT,
        )
    if kind.tells and service.tells is None:
        yield problem_about(
            "service_needs",
            where,
            "Bước thông báo phải nói với ai và nói gì (tells)",
            "A notice has to say to whom and what (tells)",
        )


def _parties(said: Procedure) -> Iterator[Problem]:
    named = [(f"tasks.{task.id}.party", task.party) for task in said.tasks.values() if task.party]
    named += [
        (f"services.{one.id}.tells.to", one.tells.to)
        for one in said.services.values()
        if one.tells is not None
    ]
    for where, party in named:
        if party not in said.parties:
            yield problem_about(
                "party_unknown", where, "Không có bên “{0}” ở mục parties", "There is no party “{0}”", party
            )
    for task in said.tasks.values():
        if task.party and task.agencies:
            yield problem_about(
                "party_agencies",
                f"tasks.{task.id}.agencies",
                "Việc của bên “{0}” không chia cho nhiều cơ quan được",
                "What the party “{0}” does cannot be divided among agencies",
                task.party,
            )
    asked = said.supplement or any(
        act.kind in ("supplement", "withdraw") for task in said.tasks.values() for act in task.acts
    )
    if asked and not said.asks:
        yield problem_about(
            "party_unknown",
            "supplement",
            "Không có bên đề nghị thì không yêu cầu bổ sung được",
            "Nobody asks for this: nobody can be asked for more",
        )
