"""What the ledger does by itself."""

from procrastinate.contrib.django import app

from xactin.ledger.rolls import attest_rolls


@app.periodic(cron="* * * * * */8")
@app.task(name="ledger.attest_rolls", queueing_lock="ledger.attest_rolls")
def attest(timestamp: int) -> None:
    """Attests what was read and told since the last time, so that no more than ten seconds can be changed unseen."""
    attest_rolls()
