"""The command `xactin erase`: ordered by one account, carried out by another."""

import pytest

from xactin.cases import testing
from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.rights import ERASE
from xactin.identity.testing import give_usually
from xactin.vault import queries as vault
from xactin.web.terminal.erasing import confirm, drop, order, waiting

BASIS = "Điều 14 Luật Bảo vệ dữ liệu cá nhân"


@pytest.mark.django_db
def test_the_command_orders_and_another_confirms(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give_usually(monkeypatch, ERASE, {"chair", "auditor"})
    finished = testing.finished_work()
    order(finished.number, by="chutich1", basis=BASIS, parts=["form.task"])
    assert finished.number in capsys.readouterr().out
    waiting()
    (id, number, *_more) = capsys.readouterr().out.split()
    assert number == finished.number
    with pytest.raises(Forbidden):
        confirm(id, by="chutich1")
    confirm(id, by="thanhtra1")
    assert "form.task" not in vault.commitments_of(f"case:{finished.pk}")
    with pytest.raises(NotFound):
        drop(id, by="thanhtra1")
