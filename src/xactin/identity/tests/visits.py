"""A visit by a browser, signed in."""

from django.test import Client

from xactin.identity.testing import PASSWORD


def signed_in(username: str, *, recently: bool = True) -> Client:
    """A browser in which somebody has signed in; `recently`: and given the password once more."""
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    if recently:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client
