"""Where nothing fits well what somebody searched: other words to try, fields to look through, where to go."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.dossiers.surroundings import handling_agencies, language
from xactin.cases.models import ProcedureVersion
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in

MOST_WORDS: Final = 4
MOST_FIELDS: Final = 8
MOST_COUNTERS: Final = 3


def advice(near: Sequence[ProcedureVersion]) -> dict[str, Any]:
    """What to do. `near` are the procedures that came nearest, the best first."""
    return {
        "text": _(
            "No procedure fits these words for certain. Try other words, look through a field, or ask in person."
        ),
        "words": _words(near),
        "fields": _fields(),
        "where": _counters(),
    }


def _words(near: Sequence[ProcedureVersion]) -> list[str]:
    """What people call the nearest procedures, filled up with others of the catalogue."""
    rows = [*near[:MOST_WORDS], *procedures.catalogue().defer("files", "search")[: 2 * MOST_WORDS]]
    called = [row.keywords.split(",")[0].strip() for row in rows]
    return list(dict.fromkeys(filter(None, called)))[:MOST_WORDS]


def _fields() -> list[dict[str, str]]:
    """The fields with most procedures, as one package of each names them."""
    listed = list(procedures.catalogue().values_list("field_code", "pk"))
    counted = Counter(code for code, _pk in listed)
    one_of = dict(listed)
    return [
        {
            "code": code,
            "name": text_in(procedures.version(one_of[code]).package.procedure.field_name, language()),
            "url": f"{reverse('cases:catalogue')}?{urlencode({'field': code})}",
        }
        for code, _count in counted.most_common(MOST_FIELDS)
    ]


def _counters() -> list[str]:
    """The one-stop units of communes; where there are many, which of them is for whoever asks to know."""
    agencies = handling_agencies("commune")
    if not agencies or len(agencies) > MOST_COUNTERS:
        return [_("Public administration service centre of the commune where you live")]
    english = language() == "en"
    name = _("Public administration service centre, %(agency)s")
    return [name % {"agency": one.name_en if english else one.name_vi} for one in agencies]
