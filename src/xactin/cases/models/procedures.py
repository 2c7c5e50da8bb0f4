"""What is stored of procedures: published versions, limits of this authority, and drafts on their way to a version."""

import uuid

from django.db import models
from django.db.models import F, Q


class ProcedureVersion(models.Model):
    """One version of a procedure, never edited once published.

    `files` holds the package as published (name -> text), `digest` what entries sign as `rule`.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    field_code = models.CharField(max_length=40)
    level = models.CharField(max_length=20)
    kind = models.CharField(max_length=30, db_default="application", default="application")
    # Which of its parties asks, and so does what a dossier leaves to its applicant; "" where nobody does.
    asks = models.CharField(max_length=60, blank=True, db_default="", default="")
    search = models.TextField()  # folded words of name, summary and field
    # What people call it: phrases, commas between.
    keywords = models.TextField(blank=True, db_default="", default="")
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True)
    published_at = models.DateTimeField()
    published_entry = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once"),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gt=F("in_force_from")),
                name="procedure_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class SearchCount(models.Model):
    """How often the catalogue was asked something on a day, and how often somebody opened what was found. No person."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    words = models.CharField(max_length=80)  # folded
    asked = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "words"], name="search_counted_once")]

    def __str__(self) -> str:
        return f"{self.words} {self.day}"


class AuthorityLimit(models.Model):
    """A limit this authority set within what a procedure allows (`authority_limits`)."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    duration = models.JSONField()
    set_entry = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "name"], name="authority_limit_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProcedureDraft(models.Model):
    """A procedure that somebody is writing, or that was read from a file of the national database.

    Nobody is bound by a draft. `number` counts the drafts of one code: a file that changed gives the next. `source` is
    the file as it came ("" for what was begun here), `doubts` what the reading of it was not sure of. A review is of
    exactly one package: `reviewed_digest`, attested by `reviewed_entry`; saving the draft again ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    name_vi = models.CharField(max_length=300)
    search = models.TextField()  # folded words of code, name and field
    design = models.JSONField()
    doubts = models.JSONField(default=list)
    source = models.TextField(blank=True)
    source_digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.UUIDField(null=True)  # the person; null: from the command line of the machine
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_digest = models.CharField(max_length=64, blank=True)
    reviewed_entry = models.UUIDField(null=True)
    published = models.ForeignKey(ProcedureVersion, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="procedure_draft_once"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, reviewed_digest="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(reviewed_digest=""),
                name="procedure_draft_reviewed",
            ),
        ]
        indexes = [models.Index(fields=["name_vi", "id"], name="procedure_draft_names")]

    def __str__(self) -> str:
        return f"{self.code} #{self.number}"
