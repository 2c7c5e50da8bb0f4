"""The tables of a state machine as one would write it with Django alone."""

from django.contrib.auth.models import User
from django.db import models


class Dossier(models.Model):
    """A case with its state."""

    number = models.CharField(max_length=40, unique=True)
    procedure = models.CharField(max_length=40)
    state = models.CharField(max_length=20, db_index=True)
    applicant = models.ForeignKey(User, on_delete=models.PROTECT)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    due_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        app_label = "plain"

    def __str__(self) -> str:
        return self.number


class Task(models.Model):
    """What a role has to do, and what it answered."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="tasks")
    name = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="open")
    due_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    done_at = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)

    class Meta:
        app_label = "plain"
        indexes = [models.Index(fields=["role", "state", "due_at"])]

    def __str__(self) -> str:
        return self.name


class Audit(models.Model):
    """Who did what and when."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE)
    actor = models.ForeignKey(User, on_delete=models.PROTECT)
    act = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)
    detail = models.JSONField(default=dict)

    class Meta:
        app_label = "plain"

    def __str__(self) -> str:
        return self.act
