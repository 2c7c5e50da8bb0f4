"""What is on its way (outbox) and what people were told."""

import uuid
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

NEXT: Final = models.Func(
    models.Value("notices_notice_number"), function="nextval", output_field=models.BigIntegerField()
)


class Outbox(models.Model):
    """An event that an act left behind, in the act's own transaction; the relay takes it within a second."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=80)
    body = models.JSONField()
    created = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "notices_outbox"

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Notice(models.Model):
    """Something a person was told, in both languages. One event tells a person once."""

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )  # version 7: newest has the highest
    # By this the notices of some seconds are attested together; the database gives it.
    number = models.BigIntegerField(unique=True, editable=False, db_default=NEXT)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    event = models.BigIntegerField()
    topic = models.CharField(max_length=80)
    title_vi = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_vi = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "topic"], name="notice_once"),
            models.CheckConstraint(condition=Q(url="") | Q(url__regex=r"^/[^/]"), name="notice_url_is_ours"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["url"], name="notice_unread_of_page", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MailChoice(models.Model):
    """Whether a person wants notices by e-mail too; who chose nothing gets them."""

    person = models.OneToOneField(
        "identity.Person", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    wanted = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.person_id)
