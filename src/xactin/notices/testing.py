"""What other rooms' tests ask of notices: run what an act left behind, at once."""

from collections.abc import Callable

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from xactin.notices import jobs
from xactin.notices.commands import relay_once

_JOBS: dict[str, Callable[..., None]] = {
    "notices.handle": jobs.handle_events,
    "notices.send_mail": jobs.send_mail,
}


def settle(rounds: int = 20) -> int:
    """Relays and runs the jobs of this room until nothing is left; returns how many ran. Failures raise.

    A handler that leaves new events behind has them handled too.
    """
    done = 0
    for _ in range(rounds):
        relay_once()
        waiting = ProcrastinateJob.objects.filter(task_name__in=_JOBS, status="todo").order_by("id")
        found = list(waiting.values_list("id", "task_name", "args"))
        if not found:
            break
        for id, name, arguments in found:
            _JOBS[name](**arguments)
            with connection.cursor() as cursor:  # as the worker does with what is done
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (id,))
            done += 1
    return done
