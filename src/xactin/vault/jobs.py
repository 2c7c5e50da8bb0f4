"""What the vault does by itself: uploads that nobody used, and bytes that nothing names, go away."""

import logging

from procrastinate.contrib.django import app

from xactin.vault.commands import sweep

log = logging.getLogger("xactin.vault")


@app.periodic(cron="17 2 * * *")
@app.task(name="vault.sweep", queueing_lock="vault.sweep")
def sweep_store(timestamp: int) -> None:
    """Sweeps the store once a night."""
    swept = sweep()
    if any(swept.values()):
        log.info("swept away: %(uploads)d uploads nobody used, %(stray)d stray files", swept)
