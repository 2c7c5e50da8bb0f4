"""What must stand before the first request: tables, static files, and the demo where it was asked for."""

import os
import sys
from pathlib import Path

import django
from django.core.exceptions import ObjectDoesNotExist

from xactin.web.launcher import static_files
from xactin.web.launcher.data_folder import DataFolder


def main(arguments: list[str]) -> int:
    """Run as a process of its own by `xactin up`. In production, tables are never changed unasked."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from xactin.web.keeping import migrations, roles
    from xactin.web.keeping.settling import settle

    demo = "--demo" in arguments
    try:
        with roles.owner():
            if demo or not migrations.applied():
                call_command("migrate", interactive=False, verbosity=0)
            elif migrations.pending():
                print("xactin: the code is newer than the tables: run `xactin upgrade`", file=sys.stderr)
                return 2
            roles.give_rights()
    except roles.RolesRefused as error:
        print(f"xactin: {error}", file=sys.stderr)
        return 2
    for line in settle():
        print(line)
    if not settings.DEBUG:
        static_files.collect(Path(settings.STATIC_ROOT))
    if demo:
        from xactin.demo.founding import ensure_demo

        password = os.environ.get("XACTIN_DEMO_PASSWORD") or settings.SURROUNDINGS.data.demo_password()
        for line in ensure_demo(password=password, bare="--bare" in arguments):
            print(line)
    return 0 if _has_authority(settings.SURROUNDINGS.data) else 2


def _has_authority(data: DataFolder) -> bool:
    """Whether there is an authority whose log may go on; it is then published."""
    from xactin.ledger.errors import AnchorAway, LogBehind
    from xactin.web.launcher.publication import publish_log

    try:
        publish_log(data)
    except ObjectDoesNotExist:
        print("xactin: there is no authority yet: run `xactin init`, or `xactin up --demo`", file=sys.stderr)
        return False
    except AnchorAway as error:
        print(f"xactin: {error}", file=sys.stderr)  # people can work meanwhile; the worker tries again
    except LogBehind as error:
        print(f"xactin: {error} A backup came back without `xactin restore`?", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
