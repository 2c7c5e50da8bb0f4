"""The style pages: every component once, with invented content in the page's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from xactin.ui.schema_form import SchemaForm, parse, validate
from xactin.ui.web import samples


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """The portal's look and all components."""
    return render(request, "ui/style/components.html", samples.components(get_language() or "vi"))


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The look of the officials' workplace."""
    return render(request, "ui/style/desk.html", samples.inbox(get_language() or "vi"))


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """A form of every kind of field; sent, it says what is wrong and shows what it read."""
    schema = samples.form_schema()
    language = get_language() or "vi"
    data = parse(schema, request.POST) if request.method == "POST" else None
    errors = validate(schema, data, language) if data is not None else {}
    drawn = SchemaForm(schema, data=data, errors=errors, prefilled=samples.prefilled(language))
    path = samples.path(language)
    status = 422 if errors else 200
    context = {"form": drawn, "path": path, "sent": data is not None and not errors}
    return render(request, "ui/style/form.html", context, status=status)


@require_safe
def flow(request: HttpRequest) -> HttpResponse:
    """A small flow as BPMN, for the picture."""
    return HttpResponse(samples.FLOW, content_type="application/xml")
