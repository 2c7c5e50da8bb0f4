"""The door for web servers. Refuses unsound production settings before it answers anything."""

import os

from django.core.wsgi import get_wsgi_application

from xactin.web.launcher import environment
from xactin.web.launcher.processes import end_with_supervisor
from xactin.web.limits.bodies import Bodies

end_with_supervisor()
environment.require_sound(environment.read())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xactin.web.settings")
application = Bodies(get_wsgi_application())
