"""Every job has a worker that serves it, and can be found where jobs are."""

from pathlib import Path

from procrastinate.contrib.django import app

from xactin.web.launcher import worker


def test_every_job_stands_in_the_jobs_of_a_room() -> None:
    ours = [name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))]
    assert ours
    assert not [name for name in ours if not name.startswith("xactin.") or ".jobs." not in name]


def test_the_worker_serves_every_queue() -> None:
    """A worker that names no queues serves all; naming some would leave others lying."""
    assert "queues=" not in Path(worker.__file__).read_text("utf-8")
