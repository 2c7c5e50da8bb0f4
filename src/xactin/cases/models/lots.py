"""Lots: alike tasks that one person looked at beside one another and decided at once, each attested singly."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """Tasks of one kind, chosen by one person in one post for one act. It is no attestation: each of its acts is.

    `sealed` is what was confirmed (`lots/contents.py`), bound to this row: nobody who can only write to the database
    makes a worker sign anything. `passkey`: the device signs, in ceremonies of at most 64.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    post_code = models.CharField(max_length=80)
    version = models.ForeignKey("cases.ProcedureVersion", on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=80)
    act = models.CharField(max_length=60)
    passkey = models.BooleanField(default=False)
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, sealed__isnull=True)
                | Q(confirmed_at__isnull=False, sealed__isnull=False),
                name="lot_confirmed_whole",
            ),
        ]
        indexes = [models.Index(fields=["person", "-made_at"], name="lot_of_person")]

    def __str__(self) -> str:
        return str(self.id)


class LotItem(models.Model):
    """A dossier of a lot and what became of it. `entry`: the statement by which it is done, known beforehand, so that
    the same item twice is one act. `told`: why it was left out, in the language of whose lot it is.
    """

    class State(models.TextChoices):
        """What became of a dossier of a lot."""

        CHOSEN = "chosen", _("Chosen")
        OUT = "out", _("Taken out")
        UNSIGNED = "unsigned", _("Waits for your device")
        WAITING = "waiting", _("Waits for its turn")
        DONE = "done", _("Done")
        CHANGED = "changed", _("Left out: changed since it was shown")
        GONE = "gone", _("Left out: no longer open")
        REFUSED = "refused", _("Left out")

    id = models.BigAutoField(primary_key=True)
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="items", db_index=False)
    place = models.PositiveSmallIntegerField()
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    token = models.CharField(max_length=40)
    entry = models.UUIDField(null=True)
    signature = models.JSONField(null=True)  # {credential, batch}: what the device answered
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHOSEN)
    told = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "place"], name="lot_item_place"),
            models.UniqueConstraint(fields=["lot", "case", "token"], name="lot_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.place}"
