"""What a Django application needs to keep around SpiffWorkflow."""

from django.contrib.auth.models import User
from django.db import models


class Dossier(models.Model):
    """A case: the library's state as it serialises it, and what is open, for the inbox."""

    state = models.TextField()
    open_tasks = models.JSONField(default=list)
    done = models.BooleanField(default=False, db_index=True)
    applicant = models.ForeignKey(User, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "spiff"

    def __str__(self) -> str:
        return str(self.pk)


class Audit(models.Model):
    """Who did what and when."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE)
    actor = models.ForeignKey(User, on_delete=models.PROTECT)
    act = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)
    detail = models.JSONField(default=dict)

    class Meta:
        app_label = "spiff"

    def __str__(self) -> str:
        return self.act
