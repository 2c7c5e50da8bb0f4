"""What the ledger does by itself."""

from contextlib import suppress

from procrastinate.contrib.django import app

from xactin.ledger.errors import ClaimRefused
from xactin.ledger.rolls import attest_rolls


@app.periodic(cron="* * * * * */8")
@app.task(name="ledger.attest_rolls", queue="punctual", queueing_lock="ledger.attest_rolls")
def attest(timestamp: int) -> None:
    """Attests what was read and told since the last time, so that no more than ten seconds can be changed unseen."""
    # A demo's clock may move between the signing and the writing: nothing was written, and the next round signs anew.
    with suppress(ClaimRefused):
        attest_rolls()
