"""What counters took in, and the codes on their receipts."""

from django.db import models


class Receipt(models.Model):
    """A dossier that a counter took in: whose counter, when, and the code by which it is followed.

    `counter` is the code of the agency whose counter it was, which need not be the one that handles the dossier.
    Of the code only a digest under the master key stands here; another one takes its place when it is lost.
    """

    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="receipt"
    )
    counter = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    mac = models.CharField(max_length=64)
    code_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["counter", "-received_at"], name="receipt_of_counter")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.counter}"


class Handover(models.Model):
    """That the result of a case was handed out: at whose counter, when, and whether to a proxy. Never twice.

    Who a proxy was is content, which the entry commits to.
    """

    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="handover"
    )
    counter = models.CharField(max_length=60)
    at = models.DateTimeField()
    proxy = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"
