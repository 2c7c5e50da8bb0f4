"""What this room's pages say of devices and of duties: `{% load identity_tags %}`."""

from collections.abc import Collection

from django import template

from xactin.identity.duties import duty_name
from xactin.identity.web.sign_in.devices import device_text

register = template.Library()
register.filter("device", device_text)


@register.filter
def duty_names(duties: Collection[str] | None) -> str:
    """The duties of a post in words."""
    return ", ".join(map(duty_name, duties or ()))
