"""Every job has a worker that serves it, and can be found where jobs are."""

import re
from pathlib import Path

from procrastinate.contrib.django import app

from xactin.web.launcher import worker


def test_every_job_stands_in_the_jobs_of_a_room() -> None:
    modules = {
        name: task.func.__module__ for name, task in app.tasks.items() if not name.startswith("builtin")
    }
    ours = {name: module for name, module in modules.items() if not module.startswith("procrastinate.")}
    assert ours
    assert not {
        name: module for name, module in ours.items() if not re.fullmatch(r"xactin\..*\.?jobs", module)
    }


def test_the_worker_serves_every_queue() -> None:
    """A worker that names no queues serves all; naming some would leave others lying."""
    assert "queues=" not in Path(worker.__file__).read_text("utf-8")
