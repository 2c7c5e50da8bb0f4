"""procedure.yaml as it is written, format 1 or 2, made into a `Procedure`. Its form was checked before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from xactin.kernel.procedure.description import (
    APPLICANT,
    NO_WORDS,
    Act,
    AuthorityLimit,
    Beginning,
    Check,
    Document,
    Eligibility,
    Fee,
    LimitBy,
    Party,
    Place,
    Privacy,
    Procedure,
    Result,
    Service,
    Signature,
    Supplement,
    Task,
    Telling,
)
from xactin.kernel.procedure.kinds import APPLICATION
from xactin.kernel.procedure.notation.yaml_form import format_of

Said = Mapping[str, Any]

_APPLICANT: Final = Party(APPLICANT, {"vi": "Người nộp hồ sơ", "en": "Applicant"}, asks=True)


def procedure_of(meta: Said) -> Procedure:
    """The whole of procedure.yaml. Raises ValueError for a day that is none."""
    written = format_of(meta)
    tasks = {name: _task(name, said, written) for name, said in meta["tasks"].items()}
    services = {name: _service(name, said) for name, said in meta.get("services", {}).items()}
    field, online = meta["field"], meta.get("online", "")
    until = meta["effective"].get("until")
    return Procedure(
        format=written,
        kind=meta["kind"] if written == 2 else APPLICATION,
        code=str(meta["code"]),
        version=str(meta["version"]),
        start=_date(meta["effective"]["from"]),
        end=None if until is None else _date(until),
        name=meta["name"],
        summary=meta.get("summary", NO_WORDS),
        field_code=field["code"],
        field_name=field["name"],
        keywords=meta.get("keywords", NO_WORDS),
        limit=meta["limit"],
        level=meta.get("level", ""),
        handled_by=meta.get("handled_by", NO_WORDS),
        online=online,
        channels=_many(meta, "channels"),
        applicants=_many(meta, "applicants"),
        legal_basis=_many(meta, "legal_basis"),
        privacy=_privacy(meta["privacy"]) if "privacy" in meta else None,
        begins=_begins(meta, written),
        parties=_parties(meta, written),
        owner=meta.get("owner", ""),
        found_by=_many(meta, "found_by"),
        parts={part: tuple(pointers) for part, pointers in meta.get("parts", {}).items()},
        documents=tuple(_document(said) for said in meta.get("documents", ())),
        eligibility=tuple(Eligibility(said["when"], said["message"]) for said in meta.get("eligibility", ())),
        checks=tuple(
            Check(
                said["when"], said["message"], said["kind"], *(said.get(k, "") for k in ("at", "id", "task"))
            )
            for said in meta.get("checks", ())
        ),
        fee=tuple(
            Fee(said["kind"], said["name"], said["amount"], said.get("set_by"))
            for said in meta.get("fee", ())
        ),
        supplement=_supplement(meta["supplement"]) if "supplement" in meta else None,
        reception=meta.get("reception", ""),
        tasks=tasks,
        services=services,
        timers=meta.get("timers", {}),
        decisions=meta.get("decisions", {}),
        ends=meta.get("ends", {}),
        authority_limits={
            name: AuthorityLimit(said["maximum"], said.get("default"))
            for name, said in meta.get("authority_limits", {}).items()
        },
        result=_result(meta["result"], tasks, services) if "result" in meta else None,
    )


def _many(said: Said, key: str) -> tuple[str, ...]:
    return tuple(said.get(key, ()))


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _begins(meta: Said, written: int) -> tuple[Beginning, ...]:
    if written == 1:
        return (Beginning("person"),)
    return tuple(Beginning(said["origin"], _many(said, "posts")) for said in meta["begins"])


def _parties(meta: Said, written: int) -> dict[str, Party]:
    if written == 1:
        return {APPLICANT: _APPLICANT}
    return {
        name: Party(name, said["name"], said.get("asks", False), _many(said, "reads"))
        for name, said in meta.get("parties", {}).items()
    }


def _task(name: str, said: Said, written: int) -> Task:
    """Format 1 has one party, and says it where an agency would stand."""
    agencies = said.get("agencies", ())
    of_party = written == 1 and said["agency"] == APPLICANT
    return Task(
        id=name,
        name=said["name"],
        acts=tuple(_act(act) for act in said["acts"]),
        agency="" if of_party else said.get("agency", ""),
        post="" if of_party else said.get("post", ""),
        party=APPLICANT if of_party else said.get("party", ""),
        agencies=agencies if isinstance(agencies, str) else tuple(agencies),
        limit=said.get("limit"),
        limit_by=LimitBy(**said["limit_by"]) if "limit_by" in said else None,
        silence=said.get("silence") == "consent",
        reads=_many(said, "reads"),
        sees=_many(said, "sees"),
        reserved=said.get("reserved", False),
        irrevocable=said.get("irrevocable", False),
        help=said.get("help"),
        started_by=Place(**said["started_by"]) if "started_by" in said else None,
    )


def _act(said: Said) -> Act:
    return Act(
        id=said["id"],
        kind=said["kind"],
        label=said["label"],
        help=said.get("help"),
        writes=_many(said, "writes"),
        receives=said.get("receives", False),
        throws=said.get("throws", ""),
        reads=_many(said, "reads"),
        revises=said.get("revises", ""),
        attaches=said.get("attaches", ""),
        lacks=said.get("lacks", {}),
        objects=said.get("objects", False),
        despite=said.get("despite", ""),
        data_schema=said.get("data_schema"),
        example=said.get("example"),
    )


def _service(name: str, said: Said) -> Service:
    tells = said.get("tells")
    return Service(
        id=name,
        kind=said["kind"],
        name=said.get("name"),
        reads=_many(said, "reads"),
        writes=_many(said, "writes"),
        limit=said.get("limit"),
        irrevocable=said.get("irrevocable", False),
        tells=Telling(tells["to"], tells["text"]) if tells else None,
    )


def _document(said: Said) -> Document:
    return Document(
        kind=said["kind"],
        name=said["name"],
        required=said["required"],
        media=_many(said, "media"),
        show_only=said.get("show_only", False),
        reuse=said.get("reuse"),
        note=said.get("note"),
        catalogue=_many(said, "catalogue"),
    )


def _privacy(said: Said) -> Privacy:
    return Privacy(
        purpose=said["purpose"],
        legal_basis=tuple(said["legal_basis"]),
        receivers=said["receivers"],
        years=said["retention"]["years"],
        basis=said["retention"].get("basis", ""),
    )


def _supplement(said: Said) -> Supplement:
    return Supplement(
        within=said["within"],
        restart=said.get("restart", "zero"),
        times=said.get("times"),
        lapse=said.get("lapse", ""),
    )


def _result(said: Said, tasks: Mapping[str, Task], services: Mapping[str, Service]) -> Result:
    block = said.get("signature")
    return Result(
        kind=said["kind"],
        name=said["name"],
        template=said.get("template", ""),
        number=said.get("number", ""),
        signed_by=said.get("signed_by") or _signing(tasks, services),
        paper=said.get("paper", ""),
        requires=_many(said, "requires"),
        signature=_signature(block) if block else None,
        register=said.get("register"),
        attach=_many(said, "attach"),
        stamp=said.get("stamp"),
        compare=_many(said, "compare"),
        catalogue=said.get("catalogue", ""),
    )


def _signature(said: Said) -> Signature:
    return Signature(said.get("form", ""), said.get("body", NO_WORDS), said.get("title", NO_WORDS))


def _signing(tasks: Mapping[str, Task], services: Mapping[str, Service]) -> str:
    """Format 1 does not name the task that signs: it is the one reserved task that reads the draft and can still
    be taken back (what is irrevocable issues). "" where that is not one: `check` says so."""
    drafts = {part for one in services.values() if one.kind == "result.draft" for part in one.writes}
    found = [
        task.id
        for task in tasks.values()
        if task.reserved and not task.irrevocable and drafts & set(task.reads)
    ]
    return found[0] if len(found) == 1 else ""
