"""What the vault stores: sealed content beside the ledger, and who opened it. Erased rows keep their names
only.
"""

import uuid

from django.db import models
from django.db.models import Q


class Value(models.Model):
    """A value that a statement commits to, sealed with its salt. `sealed` is null once erased."""

    # Drawn under the subject's lock: the greatest of a part is the one in force.
    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=161)
    part = models.CharField(max_length=160)
    commitment = models.BinaryField()
    sealed = models.BinaryField(null=True)
    erased = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "part", "-id"], name="value_of_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__isnull=True) ^ Q(erased__isnull=True), name="value_sealed_or_erased"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.part}"


class Member(models.Model):
    """One of the many contents of a batch, which an entry commits to by the `root` over their commitments.

    `index` counts from 0 in each batch. Erased members keep place and commitment, so that paths to the root can
    be worked out for ever.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=161)
    part = models.CharField(max_length=160)
    root = models.BinaryField()
    index = models.IntegerField()
    commitment = models.BinaryField()
    sealed = models.BinaryField(null=True)
    erased = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "root", "index"], name="member_place_once"),
            models.CheckConstraint(condition=Q(index__gte=0), name="member_counts_from_0"),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True) ^ Q(erased__isnull=True), name="member_sealed_or_erased"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.part}[{self.index}]"


class File(models.Model):
    """A stored file. Name, digest, salt and the key of its bytes are sealed; `sealed` is null once erased.

    `address` is the sha256 of the ciphertext, under which the bytes stand in the store.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=128)  # who uploaded it: an actor's person id, or a system
    address = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)
    commitment = models.BinaryField()
    sealed = models.BinaryField(null=True)
    created = models.DateTimeField()
    erased = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="file_of_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__isnull=True) ^ Q(erased__isnull=True), name="file_sealed_or_erased"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Binding(models.Model):
    """A file became a part of a subject. Once: a second act that would use the same upload fails."""

    file = models.OneToOneField(File, primary_key=True, on_delete=models.PROTECT, related_name="binding")
    subject = models.CharField(max_length=161)
    part = models.CharField(max_length=160)
    bound = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "part"], name="binding_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.part}"


class Opening(models.Model):
    """Content was opened: by whom, for what, which parts of which subject (or which file), when."""

    id = models.BigAutoField(primary_key=True)
    who = models.CharField(max_length=128)
    purpose = models.CharField(max_length=80)
    subject = models.CharField(max_length=161)
    parts = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="opening_of_subject")]

    def __str__(self) -> str:
        return f"{self.who} {self.purpose} {self.subject}"
