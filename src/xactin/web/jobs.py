"""What the site does by itself."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app

from xactin.web.status import troubles

log = logging.getLogger("xactin.web.jobs")
SILENT_FOR = 60  # seconds without a heartbeat: the worker that had the job is dead


@app.periodic(cron="* * * * *")
@app.task(queue="punctual", queueing_lock="web.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Gives jobs of a killed worker to another; a job is written so that it may run twice."""
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_FOR):
        log.warning("job %s (%s) is given to another worker", job.id, job.task_name)
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="* * * * *")
@app.task(queue="punctual", queueing_lock="web.announce_troubles", name="web.announce_troubles")
def announce_troubles(timestamp: int) -> None:
    """Tells the post that has to look of what failed twice."""
    troubles.announce()
