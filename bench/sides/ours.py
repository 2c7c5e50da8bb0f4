"""This engine as a side: acts by `cases.commands`: signed, bound to content, encrypted, chained.

While it is measured a sequencer runs beside it and extends the log, as in a real installation; at the
end the whole database is audited.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench.payload import CONSULTED, DATA, OPINION
from bench.watch import Watch

PACKAGE = Path(__file__).parent.parent / "package"
CODE = "9.000001"
AUTHORITY = "H99"
LOCAL = ("reception", "chair", "clerk")  # posts of each commune; those consulted serve all
DOERS = {
    "receive": ("reception", "accept", {}),
    **{f"consult_{name}": (name, "agree", OPINION) for name in CONSULTED},
    "approve": ("chair", "approve", {}),
    "issue": ("clerk", "issue", {}),
}


def start(url: str) -> None:
    """Django with the platform's own settings. The keys of this authority are good for nothing else."""
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("XACTIN_MODE", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xactin.web.settings")
    django.setup()


def prepare(url: str, communes: int = 1) -> None:
    """Tables, an authority with its people, and the procedure, all by the commands of a real one."""
    start(url)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    found(communes)


def found(communes: int) -> None:
    """The authority of the bench: a province, its consulted departments, and communes."""
    from xactin.cases.procedures import commands as procedures
    from xactin.identity import commands as identity
    from xactin.identity.models import Agency
    from xactin.identity.queries import actor_for

    identity.found_authority(
        code=AUTHORITY,
        name_vi="Tỉnh của phép đo",
        name_en="Province of the benchmark",
        username="administrator",
        full_name="Quản trị viên",
        password=None,
    )
    by = actor_for("administrator")
    province = Agency.objects.get(code=AUTHORITY)

    def agency(code: str, kind: str, name: str, functions: tuple[str, ...] = ()) -> Agency:
        return identity.create_agency(
            code=code, kind=kind, name_vi=name, name_en=name, parent=province, functions=functions, by=by
        )

    def official(username: str, place: Agency, role: str) -> None:
        post = identity.create_post(agency=place, role=role, title_vi=role, title_en=role)
        account = identity.make_person_account(username=username, password=None, full_name=username, by=by)
        identity.appoint(person=account.person, post=post)

    for number in range(communes):
        commune = agency(commune_code(number), "commune", f"Xã {number}")
        for role in LOCAL:
            official(f"{role}{number}", commune, role)
    for number, name in enumerate(CONSULTED, 1):
        official(name, agency(f"{AUTHORITY}.{number:02d}", "department", name, (name,)), "consultant")
    identity.make_person_account(username="applicant", password=None, full_name="Nguyễn Thị Minh Hằng", by=by)
    procedures.publish_folder(by=by, folder=PACKAGE)


def commune_code(number: int) -> str:
    """`H99.100` is the first."""
    return f"{AUTHORITY}.{100 + number}"


def people(commune: int = 0) -> dict[str, Any]:
    """The actors of the seven acts, by applicant, role or function."""
    from xactin.identity.queries import actor_for

    return {
        "applicant": actor_for("applicant"),
        **{role: actor_for(f"{role}{commune}") for role in LOCAL},
        **{name: actor_for(name) for name in CONSULTED},
    }


def opened(url: str, number: int) -> Callable[[Watch], None]:
    """One whole case: seven acts."""
    start(url)
    from xactin.cases.applications import commands as applications
    from xactin.cases.dossiers import commands

    actors = people()

    def case(watch: Watch) -> None:
        with watch.act():
            done = applications.submit(by=actors["applicant"], code=CODE, data=DATA)
        waiting = opened_tasks(done)
        while waiting:
            node, token = waiting.pop(0)
            name, act, data = DOERS[node]
            with watch.act():
                done = commands.act(by=actors[name], case=done.case, task=token, act=act, data=data)
            waiting += opened_tasks(done)
        if done.phase != "done":
            raise RuntimeError(f"the case ended as {done.phase}")

    return case


def opened_tasks(done: Any) -> list[tuple[str, str]]:
    """(node, token) of what an act opened."""
    return [(task["node"], task["id"]) for task in done.effect["opened"]]


def beside(url: str, stop: threading.Event) -> None:
    """What runs beside the acts in an installation: the sequencer of the log."""
    start(url)
    from xactin.ledger.commands import run_sequencer

    run_sequencer(stop)


def finish(url: str) -> str:
    """The log is brought up to date, then everything is audited. Raises if anything is found."""
    start(url)
    from xactin.ledger.audit import run_audit
    from xactin.ledger.commands import sequence_once

    while sequence_once(10_000):
        pass
    findings = run_audit(processes=os.cpu_count() or 1)
    if findings:
        raise SystemExit("\n".join(f"{one.kind} {one.subject}: {one.text}" for one in findings[:20]))
    return "audit of every case of this run: clean"
