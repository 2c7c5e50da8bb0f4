"""The addresses of the room."""

from django.urls import include, path

from xactin.cases.web import files, parties, procedures
from xactin.cases.web.citizens import own, portal, verify
from xactin.cases.web.lists import persons
from xactin.cases.web.lists import views as list_views
from xactin.cases.web.officials import beginnings, counter, desk, erasing, lots, revoking
from xactin.cases.web.officials.pictures import picture, signature_pictures

app_name = "cases"
urlpatterns = [
    path("", portal.home, name="home"),
    path("procedures/", portal.catalogue, name="catalogue"),
    path("procedures/<str:code>/", portal.procedure, name="procedure"),
    path("procedures/<str:code>/apply/", portal.apply, name="apply"),
    path("procedures/<str:code>/apply/draft/", portal.draft, name="draft"),
    path("procedures/<str:code>/apply/forget/", portal.forget, name="forget-draft"),
    path("procedures/<str:code>/apply/files/", portal.upload, name="upload"),
    path("procedures/<str:code>/apply/check/", portal.check, name="check"),
    path("flows/<str:digest>.bpmn", portal.diagram, name="diagram"),
    path("cases/", own.cases, name="own-list"),
    path("cases/<uuid:case>/", own.case, name="own"),
    path("cases/<uuid:case>/parties/", parties.parties, name="parties"),
    path("cases/<uuid:case>/parties/<uuid:invitation>/revoke/", parties.revoke, name="revoke-invitation"),
    path("cases/invitations/<uuid:invitation>/", parties.invitation, name="invitation"),
    path("cases/invitations/<uuid:invitation>/answer/", parties.answer, name="answer-invitation"),
    path("cases/<uuid:case>/supply/", own.supply, name="supply"),
    path("cases/<uuid:case>/withdraw/", own.withdraw, name="withdraw"),
    path("cases/<uuid:case>/papers/<str:form>.pdf", files.paper, name="paper"),
    path("cases/<uuid:case>/result.pdf", files.result, name="result"),
    path("cases/<uuid:case>/bundle.json", files.bundle, name="bundle"),
    path("cases/<uuid:case>/<str:task>/<str:act>/", own.act, name="own-act"),
    path("files/<uuid:file>", files.file, name="file"),
    path("desk/", list_views.inbox, name="inbox"),
    path("desk/cases/", list_views.cases, name="desk-list"),
    path("desk/lots/", lots.choose, name="lots"),
    path("desk/lots/<uuid:lot>/", lots.lot, name="lot"),
    path("desk/lots/<uuid:lot>/confirm/", lots.confirm, name="lot-confirm"),
    path("desk/lots/<uuid:lot>/prepare/", lots.prepare, name="lot-prepare"),
    path("desk/lots/<uuid:lot>/sign/", lots.sign, name="lot-sign"),
    path("desk/lots/<uuid:lot>/drop/", lots.drop, name="lot-drop"),
    path("desk/begin/", beginnings.beginnings, name="beginnings"),
    path("desk/begin/<str:code>/", beginnings.begin, name="begin"),
    path("desk/receive/<str:code>/", counter.receive, name="receive"),
    path("desk/person/", persons.look, name="person-search"),
    path("desk/search/", list_views.search, name="search"),
    path("desk/cases/<uuid:case>/", desk.case, name="desk-case"),
    path("desk/cases/<uuid:case>/revoke/", revoking.revocation, name="revoke"),
    path("desk/cases/<uuid:case>/erase/", erasing.erase, name="erase"),
    path("desk/cases/<uuid:case>/erase/<uuid:erasure>/", erasing.confirm, name="erase-confirm"),
    path("desk/erasures/", erasing.erasures, name="erasures"),
    path("desk/cases/<uuid:case>/again/<int:job>/", desk.again, name="again"),
    path("desk/cases/<uuid:case>/sign/", desk.sign, name="sign"),
    path("desk/cases/<uuid:case>/<str:task>/<str:act>/", desk.act, name="act"),
    path("desk/cases/<uuid:case>/<str:task>/<str:act>/typed/", desk.typed, name="typed"),
    path("desk/cases/<uuid:case>/<str:task>/<str:act>/prepare/", desk.prepare, name="prepare"),
    path("desk/signatures/", signature_pictures, name="signature-pictures"),
    path("desk/signatures/<str:kind>.png", picture, name="signature-picture"),
    path("desk/signatures/<str:kind>/<str:code>.png", picture, name="seal-picture"),
    path("desk/procedures/", procedures.managed, name="managed"),
    path("desk/procedures/publish/", procedures.publish, name="publish"),
    path("desk/procedures/publish/confirm/", procedures.publish_confirmed, name="publish-confirmed"),
    path("desk/procedures/searches/", procedures.searches, name="searches"),
    path("desk/procedures/drafts/", include("xactin.cases.web.designs.urls")),
    path("desk/procedures/<str:code>/", procedures.managed_procedure, name="managed-procedure"),
    path("desk/procedures/<str:code>/limits/<str:name>/", procedures.limit, name="limit"),
    path("verify/", verify.upload, name="verify"),
    path("verify/<str:code>", verify.result, name="verify-code"),
    path("verify/<str:code>/bundle.json", verify.bundle, name="verify-bundle"),
]
