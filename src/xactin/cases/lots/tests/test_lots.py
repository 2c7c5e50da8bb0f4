"""Many dossiers at once: one confirmation, an attestation of its own for each, and nothing lost in between."""

from typing import Any
from uuid import UUID

import pytest

from xactin.cases import testing
from xactin.cases.dossiers import commands as dossiers
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.lots import commands, queries
from xactin.cases.models import Case, Lot, LotItem, OpenTask, PendingAct, Result
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.passkeys import enrol
from xactin.cases.tests.visiting import Visitor
from xactin.identity import commands as identity
from xactin.identity.models import Post
from xactin.identity.queries import Actor, actor_for
from xactin.identity.tests.passkeys import assertion
from xactin.ledger.audit import run_audit
from xactin.ledger.errors import SignatureRefused
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all
from xactin.notices.testing import settle
from xactin.vault.secrets import SecretsError

pytestmark = pytest.mark.django_db
State = LotItem.State


def waiting(*cases: Case, node: str = "receive") -> list[int]:
    return [testing.open_task(case, node).pk for case in cases]


def gathered(by: Actor, tasks: list[int], act: str = "accept", node: str = "receive") -> Lot:
    version = OpenTask.objects.get(pk=tasks[0]).case.version_id
    return commands.gather(by=by, tasks=tasks, version=version, node=node, act=act)


def all_shown(by: Actor, lot: Lot) -> dict[int, str]:
    return {
        one.item.pk: one.shown for one in queries.considered(by, lot, own_answer="own") if not one.refused
    }


def states(lot: Lot) -> list[str]:
    return list(lot.items.order_by("place").values_list("state", flat=True))


def acts(case: Case) -> list[str]:
    return [row.statement["act"] for row in entries_of(f"case:{case.pk}")]


def test_each_is_attested_singly_and_what_does_not_go_along_says_why() -> None:
    testing.province_with(testing.BIRTH)
    cases = [testing.apply(testing.BIRTH) for _ in range(4)]
    by = actor_for("motcua1")
    lot = gathered(by, waiting(*cases))
    shown = all_shown(by, lot)
    items = {one.case_id: one.pk for one in queries.items(lot)}
    del shown[items[cases[3].pk]]  # taken out
    shown[items[cases[1].pk]] = "0." + "0" * 64  # changed since it was shown
    testing.do(cases[2], "receive", "accept")  # somebody else was faster
    commands.confirm(by=by, lot=lot.pk, shown=shown, data={})
    commands.confirm(by=by, lot=lot.pk, shown={}, data={})  # sent twice
    settle()
    lot.refresh_from_db()
    assert states(lot) == [State.DONE, State.CHANGED, State.GONE, State.OUT]
    told = {one.case_id: one.told for one in queries.items(lot)}
    assert "Nội dung đã thay đổi" in told[cases[1].pk]
    assert "đã thực hiện lúc" in told[cases[2].pk]
    assert (acts(cases[0])[-1], acts(cases[3])[-1]) == ("case.receive.accept", "case.submit")
    assert lot.finished_at is not None
    sequence_all()
    assert run_audit() == []


def test_a_worker_that_was_killed_anywhere_goes_on_and_does_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    testing.province_with(testing.BIRTH)
    cases = [testing.apply(testing.BIRTH) for _ in range(3)]
    by, kept = actor_for("motcua1"), dossiers.act
    lot = gathered(by, waiting(*cases))
    commands.confirm(by=by, lot=lot.pk, shown=all_shown(by, lot), data={})

    def killed(**asked: Any) -> None:
        kept(**asked)
        raise KeyboardInterrupt  # after the act was written, before its item was

    monkeypatch.setattr(dossiers, "act", killed)
    with pytest.raises(KeyboardInterrupt):
        commands.work(lot=lot.pk)
    assert states(lot) == [State.WAITING] * 3
    assert len(acts(cases[0])) == 2
    monkeypatch.setattr(dossiers, "act", kept)
    commands.work(lot=lot.pk)
    commands.work(lot=lot.pk)
    assert states(lot) == [State.DONE] * 3
    assert [acts(case).count("case.receive.accept") for case in cases] == [1, 1, 1]


def test_what_was_confirmed_is_sealed_and_ends_with_the_post() -> None:
    testing.province_with(testing.BIRTH)
    case, other = testing.apply(testing.BIRTH), testing.apply(testing.BIRTH)
    by = actor_for("motcua1")
    lot, second = gathered(by, waiting(case)), gathered(by, waiting(other))
    for one in (lot, second):
        commands.confirm(by=by, lot=one.pk, shown=all_shown(by, one), data={})
    forged = Lot.objects.get(pk=second.pk).sealed
    Lot.objects.filter(pk=lot.pk).update(sealed=forged)
    with pytest.raises(SecretsError):
        commands.work(lot=lot.pk)
    assert acts(case) == ["case.submit"]
    identity.end_holding(holding=Post.objects.get(code=by.post_code).holdings.get(), by=actor_for("quantri1"))
    commands.work(lot=second.pk)
    assert states(second) == [State.REFUSED]
    assert acts(other) == ["case.submit"]


def test_a_lot_is_its_persons_and_holds_only_their_tasks() -> None:
    testing.province_with(testing.BIRTH)
    case = testing.apply(testing.BIRTH)
    by, tasks = actor_for("motcua1"), waiting(case)
    with pytest.raises(NotFound):
        gathered(actor_for("chutich1"), tasks)
    with pytest.raises(OutOfTurn):
        gathered(by, tasks, act="supplement")
    lot = gathered(by, tasks)
    with pytest.raises(NotFound):
        commands.confirm(by=actor_for("chutich1"), lot=lot.pk, shown={1: "x"}, data={})
    with pytest.raises(Invalid):
        commands.confirm(by=by, lot=lot.pk, shown={}, data={})
    page = f"/desk/lots/{lot.pk}/"
    assert Visitor("chutich1").open(page).status_code == 404
    desk = Visitor("motcua1")
    assert case.number in desk.page(page)
    assert desk.send(f"{page}drop/").status_code == 302
    assert not Lot.objects.exists()


def test_from_the_inbox_with_one_text_for_all() -> None:
    testing.province_with(testing.BIRTH)
    cases = [testing.apply(testing.BIRTH) for _ in range(2)]
    desk, tasks = Visitor("motcua1"), waiting(*cases)
    chosen = desk.send("/desk/lots/", task=tasks)
    assert "Từ chối tiếp nhận" in chosen.content.decode()
    kind = f"{cases[0].version_id}/receive/refuse"
    gone = desk.send("/desk/lots/", all="1", filters="", kind=kind)
    lot = Lot.objects.get()
    assert gone.headers["location"] == f"/desk/lots/{lot.pk}/"
    items = [f"{item}:{shown}" for item, shown in all_shown(actor_for("motcua1"), lot).items()]
    page = f"/desk/lots/{lot.pk}/confirm/"
    assert desk.send(page, item=items, reason="").status_code == 422
    assert desk.send(page, item=items, reason="Nộp sai cơ quan").status_code == 302
    settle()
    state = desk.page(f"/desk/lots/{lot.pk}/")
    assert "2 trên 2" in state
    for case in cases:
        case.refresh_from_db()
        assert case.phase == "refused"


def signed(by: Actor, key: Any, lot: UUID) -> None:
    asked = commands.ask(by=by, lot=lot)
    assert asked is not None
    commands.answer(by=by, lot=lot, credential=assertion(key, asked[1]))


def test_a_passkey_signs_many_papers_at_once_each_with_its_own_number_and_proof() -> None:
    testing.province_with(testing.PERMIT)
    cases = [testing.apply() for _ in range(3)]
    for case in cases:
        testing.to_approval(case)
    key = enrol("chutich1")
    identity.require_passkey(
        post=Post.objects.get(code=actor_for("chutich1").post_code), required=True, by=actor_for("quantri1")
    )
    by = actor_for("chutich1")
    lot = gathered(by, waiting(*cases, node="approve"), act="approve", node="approve")
    shown = all_shown(by, lot)
    with pytest.raises(Forbidden):
        commands.confirm(by=by, lot=lot.pk, shown=shown, data={})
    commands.confirm(by=by, lot=lot.pk, shown=shown, data={}, passkey=True)
    signed(by, key, lot.pk)
    # The first goes back meanwhile: its number stays free, so the papers behind it are another's and signed once more.
    first = queries.items(lot)[0]
    PendingAct.objects.filter(pk=first.entry).delete()
    settle()
    assert states(lot) == [State.UNSIGNED] * 3
    signed(by, key, lot.pk)
    settle()
    assert states(lot) == [State.DONE] * 3
    assert commands.ask(by=by, lot=lot.pk) is None
    numbers = [Result.objects.get(case=case).number for case in cases]
    assert sorted(numbers) == ["01/GPXD", "02/GPXD", "03/GPXD"]
    last = entries_of(f"case:{cases[2].pk}")[-1]
    assert last.custody == "passkey"
    sequence_all()
    assert run_audit() == []


def test_another_device_signs_nothing() -> None:
    testing.province_with(testing.BIRTH)
    case = testing.apply(testing.BIRTH)
    key = enrol("motcua1")
    by = actor_for("motcua1")
    lot = gathered(by, waiting(case))
    commands.confirm(by=by, lot=lot.pk, shown=all_shown(by, lot), data={}, passkey=True)
    assert commands.ask(by=by, lot=lot.pk) is not None
    with pytest.raises(SignatureRefused):
        commands.answer(by=by, lot=lot.pk, credential=assertion(key, b"0" * 32))
    assert states(lot) == [State.UNSIGNED]


def test_a_program_does_the_same() -> None:
    testing.province_with(testing.BIRTH)
    cases = [testing.apply(testing.BIRTH) for _ in range(2)]
    counter, chair = Asker("motcua1"), Asker("chutich1")
    tasks = [{"case": str(one.pk), "task": testing.open_task(one, "receive").token} for one in cases]
    tasks.append({"case": str(cases[0].pk), "task": "t99"})
    assert chair.post("/lots", {"act": "accept", "items": tasks}).status_code == 404
    made = counter.post("/lots", {"act": "accept", "items": tasks})
    assert made.status_code == 202, made.content
    settle()
    told = counter.get(f"/lots/{made.json()['id']}").json()
    assert [one["state"] for one in told["items"]] == ["done", "done"]
    assert told["finished_at"]
    assert chair.get(f"/lots/{made.json()['id']}").status_code == 404
