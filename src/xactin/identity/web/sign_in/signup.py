"""The page on which a citizen makes an account."""

from allauth.account.forms import SignupForm
from allauth.account.views import SignupView
from django.db import IntegrityError
from django.http import HttpResponse
from django.utils.translation import gettext as _


class CitizenSignup(SignupView):  # type: ignore[misc]
    """allauth's page. Of two sign-ups at the same moment with one name, the later is told at its field.

    The form looked before either was written; the database is what keeps them apart.
    """

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Makes the account and signs in."""
        try:
            made: HttpResponse = super().form_valid(form)
        except IntegrityError:
            form.add_error("username", _("This user name is taken."))
        else:
            return made
        shown: HttpResponse = self.form_invalid(form)
        return shown


signup = CitizenSignup.as_view()
