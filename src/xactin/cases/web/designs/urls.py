"""The addresses of the designer, below `/desk/procedures/drafts/`."""

from django.urls import path

from xactin.cases.web.designs import drafts, editing, pages

urlpatterns = [
    path("", drafts.drafts, name="drafts"),
    path("import/", drafts.import_files, name="drafts-import"),
    path("chosen/", drafts.chosen, name="drafts-chosen"),
    path("new/", pages.begin, name="draft-new"),
    path("<uuid:draft>/", pages.page, name="draft-page"),
    path("<uuid:draft>/flow.bpmn", pages.flow, name="draft-flow"),
    path("<uuid:draft>/preview/", pages.preview, name="draft-preview"),
    path("<uuid:draft>/act/<str:act>/", pages.act, name="draft-act"),
    path("<uuid:draft>/about/", editing.about, name="draft-about"),
    path("<uuid:draft>/result/", editing.result, name="draft-result"),
    path("<uuid:draft>/parts/<str:kind>/", editing.listed, name="draft-parts"),
    path("<uuid:draft>/parts/<str:kind>/new/", editing.edit, name="draft-part-new"),
    path("<uuid:draft>/parts/<str:kind>/<str:item>/", editing.edit, name="draft-part"),
    path("<uuid:draft>/parts/<str:kind>/<str:item>/move/", editing.move, name="draft-move"),
]
