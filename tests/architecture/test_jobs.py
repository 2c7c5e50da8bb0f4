"""Every job has a worker that serves it, and can be found where jobs are."""

import re

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
    """It names its queues, and a job of another would lie for ever."""
    app.perform_import_paths()
    ours = {task.queue for task in app.tasks.values()} - {"builtin"}  # the library's own, which nobody defers
    assert ours == set(worker.PLACES)
