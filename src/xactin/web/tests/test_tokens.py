"""API tokens from the command line, and those that stood before tokens ended."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from xactin.identity import queries
from xactin.identity.models import ApiToken
from xactin.identity.testing import Province, small_province
from xactin.ledger.clock import now
from xactin.web.cli import _is_refusal
from xactin.web.keeping import migrations
from xactin.web.terminal.authority import print_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(db: None) -> Iterator[Province]:
    yield small_province()
    queries.forget_tree()


def test_the_token_alone_goes_to_standard_output(
    province: Province, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_token("congdan1", 90) == 0
    told = capsys.readouterr()
    assert told.out.startswith("xt_")
    assert len(told.out.split()) == 1
    assert f"{ApiToken.objects.get().expires_at:%Y-%m-%d}" in told.err
    assert (ApiToken.objects.get().expires_at - now()).days == 89


def test_who_has_no_account_gets_none(province: Province, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_token("nobody", 90) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("xactin: ")


@pytest.mark.parametrize("days", [0, 999])
def test_a_time_that_cannot_be_is_refused_in_words(
    province: Province, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    with pytest.raises(Exception, match=r"1 (to|đến) 365") as refused:
        print_token("congdan1", days)
    assert _is_refusal(refused.value)  # `xactin` makes one line of it, and exits with 2
    assert capsys.readouterr().out == ""
    assert not ApiToken.objects.exists()


def test_tokens_of_before_end_a_year_after_they_were_made_but_not_at_once(province: Province) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([("identity", "0002_cache")])
    with connection.cursor() as cursor:
        for name, days in (("young", 10), ("old", 400)):
            cursor.execute(
                "INSERT INTO identity_apitoken (account_id, digest, label, created_at)"
                " VALUES (%s, %s, %s, now() - make_interval(days => %s))",
                [province.accounts["congdan1"].pk, name * 8, name, days],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert any("a year after they were made" in step for step in migrations.pending())
    MigrationExecutor(connection).migrate([("identity", "0003_token_end")])
    left = {one.label: (one.expires_at - now()).days for one in ApiToken.objects.all()}
    assert left["old"] in (29, 30)
    assert left["young"] in (354, 355)
