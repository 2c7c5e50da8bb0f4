"""The command `xactin erase`: ordered by one account, carried out by another."""

from contextlib import nullcontext

import pytest

from xactin.cases import testing
from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.rights import ERASE
from xactin.identity.testing import give_usually
from xactin.vault import queries as vault
from xactin.web.cli import main
from xactin.web.launcher import database as launched
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


@pytest.mark.django_db
def test_a_refusal_at_the_terminal_is_in_the_language_of_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    testing.province_with(testing.PERMIT)
    monkeypatch.setattr(launched, "database", lambda _folder: nullcontext())
    wrong = ["erase", "order", "H44.100-999999-0001", "--by", "chutich1", "--basis", BASIS]
    assert main(wrong) == 2
    assert capsys.readouterr().err == "xactin: There is no such dossier among those you may see.\n"
