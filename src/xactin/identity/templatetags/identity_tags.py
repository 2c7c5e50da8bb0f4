"""What this room's pages say of devices."""

from django import template

from xactin.identity.web.devices import device_text

register = template.Library()
register.filter("device", device_text)
