"""What happens after an act is committed: people are told, services of the flow run."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import override

from xactin.cases.dossiers import services, wording
from xactin.cases.dossiers.records import ActDone
from xactin.cases.dossiers.system_commands import serve
from xactin.cases.dossiers.visibility import doers_at
from xactin.cases.models import Case, OpenTask, Party
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import NationalState
from xactin.cases.runtime import NOTIFY
from xactin.cases.states import NATIONAL_STATES
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Service
from xactin.kernel.procedure.package import Package
from xactin.notices.commands import mark_done, tell
from xactin.notices.topics import Event, Matter


def service(event: Event) -> None:
    """Does a service task of a flow."""
    services.run_service(case=UUID(event.body["case"]), token=event.body["token"])


def service_matter(body: Mapping[str, Any]) -> Matter:
    """Which step of which dossier a service task is."""
    case = Case.objects.filter(pk=body["case"]).first()
    if case is None:
        return Matter(vi="Một bước tự động", en="An automatic step")
    task = case.open_tasks.filter(token=body["token"]).first()
    rule = procedures.version(case.version_id).package.rules.get(task.node) if task else None
    name = rule.name if rule else {"vi": "bước tự động", "en": "automatic step"}
    return Matter(
        vi=f"Hồ sơ {case.number}: {name['vi']}",
        en=f"Dossier {case.number}: {name['en']}",
        url=reverse("cases:desk-case", args=[case.pk]),
    )


def time_matter(body: Mapping[str, Any]) -> Matter:
    """A dossier for which time could not pass: no limit of it ends, no silence becomes consent."""
    case = Case.objects.filter(pk=body["case"]).first()
    number = case.number if case else "?"
    return Matter(
        vi=f"Hồ sơ {number}: thời hạn không chạy",
        en=f"Dossier {number}: its time limits do not run",
        url=reverse("cases:desk-case", args=[case.pk]) if case else "",
    )


def acted(event: Event) -> None:
    """Tells the applicant of each step that matters to them, and officials of what waits for them."""
    case = Case.objects.defer("state", "words").get(pk=event.body["case"])
    package = procedures.version(case.version_id).package
    act = str(event.body["act"])
    if _matters(event):
        _tell_of_state(event, case, package)
    _notify(event, case, package.procedure.services.get(act.partition(".")[2]))
    asked = list(OpenTask.objects.filter(case=case, kind="user"))
    _tell_officials(event, case, package, [task for task in asked if task.agency_id is not None])
    _tell_parties(event, case, package, [task for task in asked if task.agency_id is None])


def _tell_officials(event: Event, case: Case, package: Package, asked: Sequence[OpenTask]) -> None:
    """What waits for whom; what was asked before and is done counts as read, so that a bell says what is left."""
    place = reverse("cases:desk-case", args=[case.pk])
    mark_done(url=place, before=event, but=_doers(one for one in asked if one.opened_at < event.created))
    for task in asked:
        if task.opened_at < event.created:
            continue
        tell(
            event=event,
            people=_doers([task]),
            title={
                "vi": f"Việc mới: {package.rules[task.node].name['vi']}",
                "en": f"New task: {package.rules[task.node].name['en']}",
            },
            text={
                "vi": f"{case.number}, {package.procedure.name['vi']}",
                "en": f"{case.number}, {package.procedure.name['en']}",
            },
            url=place,
            mail=False,
        )


def _doers(tasks: Iterable[OpenTask]) -> set[UUID]:
    """Who holds a post that may do one of these tasks."""
    return {person for task in tasks if task.agency_id for person in doers_at(task.agency_id, task.role)}


def _tell_parties(event: Event, case: Case, package: Package, asked: Sequence[OpenTask]) -> None:
    """Who asks, or joined as a party, is told of what waits for them: until when, and what no answer means."""
    for task in asked:
        if task.opened_at < event.created:
            continue
        rule = package.rules[task.node]
        tell(
            event=event,
            people=_members(case, package, task.role),
            title={words: f"{case.number}: {name}" for words, name in rule.name.items()},
            text=_lines(package.procedure.name, wording.task_term(task.due_at, silence=rule.silence)),
            url=reverse("cases:own", args=[case.pk]),
        )


def _matters(event: Event) -> bool:
    """Whether the applicant hears of an act: where it moved their dossier to another state that asks for something,
    gives a date or is an end. That work goes on is not news, unless it goes on after their own turn."""
    was, now = event.body.get("was"), event.body.get("state")
    return was != now and (now != NationalState.PROCESSING or was == NationalState.SUPPLEMENT)


def _tell_of_state(event: Event, case: Case, package: Package) -> None:
    """The state of a dossier, to who asked for it; what was told before of it is out of date, and counts as read
    where nothing of it waits for them."""
    page = reverse("cases:own", args=[case.pk])
    state = NationalState(event.body.get("state", case.national_state))
    waiting = OpenTask.objects.filter(case=case, kind="user", agency=None, opened_at__lt=event.created)
    if not waiting.exists():
        mark_done(url=page, before=event)
    tell(
        event=event,
        people=[case.applicant_id] if case.applicant_id else [],
        title=_both("Hồ sơ {number}: {state}", "Dossier {number}: {state}", case.number, state),
        text=_lines(package.procedure.name, wording.state_term(case, package, state)),
        url=page,
    )


def _lines(name: Mapping[str, str], more: Mapping[str, str]) -> Mapping[str, str]:
    """What a dossier is of, and below it what the notice has to add."""
    return {words: "\n".join(filter(None, (name[words], more.get(words, "")))) for words in ("vi", "en")}


def _notify(event: Event, case: Case, service: Service | None) -> None:
    """What a service of kind `notify` has to say, once its act is committed."""
    if service is None or service.kind != NOTIFY or service.tells is None:
        return
    package = procedures.version(case.version_id).package
    tell(
        event=event,
        people=_members(case, package, service.tells.to),
        title={words: f"{case.number}: {text}" for words, text in service.tells.text.items()},
        text=dict(package.procedure.name),
        url=reverse("cases:own", args=[case.pk]),
    )


def _members(case: Case, package: Package, party: str) -> list[UUID]:
    """Who is this party of a case: who asked for it, or those who joined."""
    if party == package.procedure.asks:
        return [case.applicant_id] if case.applicant_id else []
    joined = Party.objects.filter(case=case, kind=party, state=Party.State.ACCEPTED)
    return list(joined.order_by("answered_at").values_list("person_id", flat=True))


def notify(case: Case, token: str) -> ActDone | None:
    """The service `notify`: a party of the case is told what the package says, once the act that says so
    is committed (`acted`)."""
    package = procedures.version(case.version_id).package
    saw = engine.saw_of(package, case.state, token)
    return serve(case=case.pk, task=token, saw=saw, wrote={}, system="notices")


def _both(vi: str, en: str, number: str, state: NationalState) -> Mapping[str, str]:
    texts = {}
    for words, text in (("vi", vi), ("en", en)):
        with override(words):
            texts[words] = text.format(number=number, state=str(NATIONAL_STATES[state]))
    return texts
