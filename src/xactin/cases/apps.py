"""The room `cases` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Registers the room with Django, with the menus, the topics of the outbox and the audit."""

    name = "xactin.cases"
    label = "cases"

    def ready(self) -> None:
        """Called by Django once all rooms are loaded."""
        from xactin.cases import jobs, openings, rights
        from xactin.cases.audit import apart, catalogue, counters, derived, dossiers, rebuild
        from xactin.cases.audit import procedures as published
        from xactin.cases.dossiers import announcements
        from xactin.cases.dossiers.queries import unfinished_at
        from xactin.cases.dossiers.services import register_service
        from xactin.cases.dossiers.state.makers import register_maker
        from xactin.cases.erasure import retention
        from xactin.cases.erasure.notices import told
        from xactin.cases.extension import notices as extension_notices
        from xactin.cases.lots import commands as lots
        from xactin.cases.office.pieces import pieces
        from xactin.cases.papers.plain_text import missing_letter
        from xactin.cases.parties import notices as party_notices
        from xactin.cases.results import services as results
        from xactin.cases.results.paper import SignedPaper
        from xactin.cases.runtime import NOTIFY, SEAL
        from xactin.cases.web.lists import today
        from xactin.identity.commands import register_pieces, register_use
        from xactin.kernel.procedure.requirements.results import DRAFT
        from xactin.ledger.audit import register_check, register_fold, register_rebuild, register_rest
        from xactin.ledger.commands import register_holding
        from xactin.notices.commands import register_topic
        from xactin.ui import nav, sections
        from xactin.ui.schema_form import letters

        letters.register(missing_letter)
        rights.register()
        openings.register()
        register_use(unfinished_at)
        register_pieces(pieces)
        nav.register("portal", _("Procedures"), "cases:catalogue", order=10)
        nav.register("portal", _("My dossiers"), "cases:own-list", order=20)
        nav.register("portal", _("Follow a dossier"), "cases:follow", order=25)
        nav.register("portal", _("Check a paper"), "cases:verify", order=30)
        sections.register("today", today.figures, order=10)
        sections.register("today", today.late, order=20)
        nav.register("cases", _("Today"), "cases:today", order=5, duties={rights.SIGN}, icon="clock")
        nav.register("cases", _("Inbox"), "cases:inbox", order=10, duties={rights.WORK}, icon="inbox")
        readers = {rights.WORK, rights.INSPECT}
        nav.register("cases", _("Dossiers"), "cases:desk-list", order=20, duties=readers, icon="file")
        nav.register(
            "cases", _("Register of dossiers"), "cases:register", order=30, duties=readers, icon="list"
        )
        nav.register(
            "insight",
            _("Score of service quality"),
            "cases:score",
            order=10,
            duties={rights.SIGN, rights.INSPECT},
            icon="star",
        )
        nav.register(
            "account",
            _("Pictures of signatures and seals"),
            "cases:signature-pictures",
            duties={rights.SIGN, rights.AGENCIES},
        )
        nav.register(
            "operations",
            _("Administrative procedures"),
            "cases:managed",
            order=20,
            duties={rights.PUBLISH, rights.DESIGN, rights.LIMITS, rights.INSPECT},
            icon="list",
        )
        register_holding("case", retention.HOLDING)
        register_topic("case.erasure", told)
        register_topic("case.party", party_notices.told)
        register_topic("case.extension", extension_notices.told)
        nav.register(
            "operations", _("Erasure of data"), "cases:erasures", order=30, duties={rights.ERASE}, icon="file"
        )
        register_fold("case", dossiers.check, claims=derived.CLAIMS)
        register_fold("procedure", published.check, claims=published.CLAIMS)
        register_service(DRAFT, results.draft)
        register_service(SEAL, results.seal)
        register_service(NOTIFY, announcements.notify)
        register_maker(SignedPaper())
        register_check(apart.check)
        register_rebuild("procedure", catalogue.rebuild)
        register_rebuild("case", rebuild.rebuild)
        register_rest(counters.rebuild)
        register_topic("case.acted", announcements.acted)
        register_topic(lots.TOPIC, lots.worked, alone=True, about=lots.matter)
        register_topic(jobs.TICK_ALONE, jobs.tick_alone, alone=True, about=announcements.time_matter)
        register_topic("case.service", announcements.service, alone=True, about=announcements.service_matter)
