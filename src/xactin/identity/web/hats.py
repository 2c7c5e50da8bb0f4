"""The hats as the header shows them."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xactin.identity.actors.hats import Hat as Worn
from xactin.identity.models import Person
from xactin.ui.nav import Hat


def _titled(hat: Worn, vietnamese: bool) -> str:
    """The post, and for whom somebody stands in there."""
    title = hat.title_vi if vietnamese else hat.title_en
    if hat.instead is None:
        return title
    return _("%(title)s (for %(name)s)") % {"title": title, "name": hat.instead.name}


def hats(request: HttpRequest) -> Sequence[Hat]:
    """Every way the account may act, the one worn marked."""
    actor = getattr(request, "actor", None)
    if not actor:
        return ()
    vietnamese = actor.language == "vi"
    own = _("For the firm") if actor.kind == Person.Kind.FIRM else _("For myself")
    return [
        Hat(
            id=hat.token,
            title=own if hat.post_code is None else _titled(hat, vietnamese),
            agency=hat.agency_name_vi if vietnamese else hat.agency_name_en,
            worn=hat.post_code == actor.post_code,
        )
        for hat in getattr(request, "hats", ())
    ]
