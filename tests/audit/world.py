"""An authority with something in every table that the audit looks at."""

import os
from datetime import UTC, datetime
from unittest import mock

from allauth.mfa.models import Authenticator

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.counter.commands import Seen, Visitor, begin_for
from xactin.cases.counter.handover import hand_over
from xactin.cases.models import Case
from xactin.cases.parties import commands as parties
from xactin.cases.parties.tests import package as shared
from xactin.cases.procedures import commands as procedures
from xactin.cases.results.commands import revoke
from xactin.identity import commands as identity
from xactin.identity.models import Account
from xactin.identity.queries import actor_for
from xactin.kernel.log.checkpoint import cosign, witness_key
from xactin.kernel.procedure.package import load_package
from xactin.kernel.testing import private_key
from xactin.ledger import commands as ledger
from xactin.ledger import queries
from xactin.ledger.rolls import attest_rolls
from xactin.ledger.testing import sequence_all
from xactin.notices.commands import tell
from xactin.notices.topics import Event

TOLD = Event(id=1, topic="case.acted", body={}, created=datetime(2026, 11, 2, 8, tzinfo=UTC))
WORDS = {"vi": "Hồ sơ đã được tiếp nhận", "en": "Your dossier was received"}


class World:
    """A finished dossier, one under consultation, one asked for more, a revoked one, one with a co-owner, one taken in
    at a counter; a limit; a witness."""

    def __init__(self) -> None:
        testing.province_with(testing.PERMIT, testing.BIRTH)
        package = load_package(testing.package_folder(testing.PERMIT))
        procedures.set_limit(
            by=actor_for("quantri1"), package=package, name="consult_land", duration={"working_day": 1}
        )
        self.done, self.open, self.asked, self.revoked = (testing.apply() for _ in range(4))
        testing.to_result(self.done)
        testing.to_result(self.revoked)
        revoke(by=actor_for("chutich1"), case=self.revoked.pk, reason="Cấp sai thẩm quyền")
        testing.do(self.open, "receive", "accept")
        testing.do(self.open, "review", "consult")
        testing.do(self.open, "consult_land", "agree", {"opinion": "Đồng ý"})
        self._asked_and_given(self.asked)
        self._joined()
        self._at_the_counter()
        citizen = Account.objects.get(username="congdan1")
        identity.create_token(citizen, "máy tính")
        Authenticator.objects.create(user=citizen, type="totp", data={"secret": "x"})
        tell(event=TOLD, people=[citizen.person_id], title=WORDS, text=WORDS, url="/cases/")
        attest_rolls()
        sequence_all()
        self._witnessed()

    def _asked_and_given(self, case: Case) -> None:
        """A paper in two versions, and answers of the form."""
        testing.do(case, "receive", "accept")
        testing.do(case, "review", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})
        by = actor_for("congdan1")
        given = applications.Given(kind="drawing", file=testing.an_upload(by))
        data = testing.example(testing.PERMIT)["data"]
        data["schedule"]["months"] += 1
        applications.supply(by=by, case=case.pk, data=data, documents=[given])

    def _joined(self) -> None:
        """A party beside who asks."""
        procedures.publish(by=actor_for("quantri1"), package=load_package(shared.package()))
        by, owner = actor_for("congdan1"), Account.objects.get(username="congdan2").person
        case = applications.submit(by=by, code=shared.CODE, data=shared.FORM).case
        invitation = parties.invite(
            by=by, case=case, kind="co_owner", number=owner.id_number, name=owner.full_name
        )
        parties.accept(by=actor_for("congdan2"), case=case, invitation=invitation)

    def _at_the_counter(self) -> None:
        """A dossier taken in with a code on its receipt, and a result handed out."""
        told, by = testing.example(testing.BIRTH)["data"], actor_for("motcua1")
        visitor = Visitor(number="025199012345", name="Hà Thị Mới")
        seen = Seen(papers={"birth_proof": "later"})
        begin_for(by=by, visitor=visitor, code="1.001193", data=told, seen=seen)
        hand_over(by=by, case=self.done.pk, signed=True)

    def _witnessed(self) -> None:
        key, name = private_key("witness"), "witness.test/w"
        public = witness_key(name, key.public_key().public_bytes_raw())
        note = queries.checkpoint_note()
        text = note.partition("\n\n")[0] + "\n"
        with mock.patch.dict(os.environ, {"XACTIN_WITNESSES": public}):
            ledger.add_cosignature(note + cosign(text, name, key, time=1_790_000_000))
