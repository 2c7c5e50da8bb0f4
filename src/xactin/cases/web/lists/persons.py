"""Looking for a person: asked by a form, kept in the session and never in an address.

What was typed is sealed there; the address of the list that follows names only which search it was.
"""

from base64 import b64decode, b64encode
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xactin.cases.lists.persons import PURPOSES, Sought, note_search
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.vault import secrets
from xactin.vault.ids import new_id

_KEPT: Final = "desk.person"
_SHORTEST: Final = 2


@official_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Notes who is looked for what for, and leads to the dossiers."""
    words, purpose = request.POST.get("person", "").strip()[:100], request.POST.get("purpose", "")
    faults = {}
    if len(words) < _SHORTEST:
        faults["person"] = _("Type a name or a personal number.")
    if purpose not in PURPOSES:
        faults["purpose"] = _("Say what the person is looked for.")
    if faults:
        shown = {"person_typed": words, "purpose": purpose, "purposes": purposes(), "faults": faults}
        return render(request, "cases/person_search.html", shown, status=422)
    note_search(acted_by(request), Sought(words, purpose))
    search = str(new_id())
    request.session[_KEPT] = {
        "id": search,
        "words": b64encode(secrets.seal(words.encode(), _KEPT)).decode(),
        "purpose": purpose,
    }
    return redirect(f"{reverse('cases:desk-list')}?person={search}")


def sought(request: HttpRequest, sent: QueryDict) -> Sought | None:
    """The person whom an address asks for; one that this session does not know finds nobody, and is said."""
    wanted = sent.get("person", "")
    if not wanted:
        return None
    kept: dict[str, Any] = request.session.get(_KEPT) or {}
    if kept.get("id") != wanted:
        messages.warning(request, _("This search for a person is over. Please look again, with its purpose."))
        return Sought("", "find.work")
    return Sought(secrets.unseal(b64decode(kept["words"]), _KEPT).decode(), kept["purpose"])


def purposes() -> list[tuple[str, str]]:
    """What people may be looked for: the word that is kept, and its name."""
    place = 0 if (get_language() or "vi").startswith("vi") else 1
    return [(id, names[place].partition(": ")[2]) for id, names in PURPOSES.items()]
