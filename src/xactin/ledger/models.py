"""What the ledger stores. Its rows are written by raw statements (`chains/`, `log/`) and never changed.

Only `Head`, `Mandate.ended`, `Log` and the queue move on; all of them can be derived from the entries again.
"""

from django.db import models
from django.db.models import F, Q


class Entry(models.Model):
    """An attestation at its place. `number` is drawn after the locks, so that it orders what depends on
    another.

    `statement`, `signature` and `effect` are canonical bytes; `digest` is that of the whole entry.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, editable=False)
    subject = models.CharField(max_length=161)
    seq = models.IntegerField()
    statement = models.BinaryField()
    signature = models.BinaryField()
    effect = models.BinaryField()
    prev = models.BinaryField(null=True)
    at = models.DateTimeField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "seq"], name="entry_place_once"),
            models.CheckConstraint(condition=Q(seq__gte=0), name="entry_counts_from_0"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}#{self.seq}"


class Head(models.Model):
    """The end of a subject's chain; its row lock is the lock of the subject. `seq` is -1 before the first
    entry.
    """

    subject = models.CharField(primary_key=True, max_length=161)
    seq = models.IntegerField()
    digest = models.BinaryField(null=True)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject


class Unsequenced(models.Model):
    """An entry that has no place in the log yet: written with it, taken by the sequencer."""

    number = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.number)


class Mandate(models.Model):
    """A key may sign as somebody: `mandate` is the canonical document, the other columns are for asking.

    `id` is the mandate's own; its entries stand under the subject `mandate:<id>`.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.CharField(max_length=32, db_index=True)
    person = models.CharField(max_length=128, null=True)
    post = models.CharField(max_length=128, null=True)
    agency = models.CharField(max_length=128, null=True)
    system = models.CharField(max_length=128, null=True)
    mandate = models.BinaryField()
    ended = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class SystemKey(models.Model):
    """The key by which a part of the platform signs (`{"system": name}`), sealed under the master key."""

    name = models.CharField(primary_key=True, max_length=60)
    mandate = models.UUIDField(unique=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Log(models.Model):
    """The one authority of this install and the state of its log. `size` is what sequencers compare and set."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    authority = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    demo = models.BooleanField()
    origin = models.CharField(max_length=200)
    verifier_key = models.CharField(max_length=400)
    sealed = models.BinaryField()  # the log's private key
    genesis = models.BigIntegerField()  # number of the entry at index 0
    size = models.BigIntegerField(default=0)
    mandates = models.BinaryField()  # root of the mandates after the last leaf
    clock_shift = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_log"),
            # A real authority has the real clock, whatever the code says.
            models.CheckConstraint(
                condition=Q(demo=True) | Q(clock_shift__exact="00:00:00"), name="real_clock"
            ),
        ]

    def __str__(self) -> str:
        return self.origin


class Leaf(models.Model):
    """The place of an entry in the log. `data` is what is published, `mandates` the root just before it."""

    index = models.BigIntegerField(primary_key=True)
    # No foreign key: its check would lock each entry once more. The audit compares both ways.
    entry = models.BigIntegerField(unique=True)
    data = models.BinaryField()
    mandates = models.BinaryField()

    def __str__(self) -> str:
        return str(self.index)


class Tile(models.Model):
    """A tile of the log, as wide as the log has grown."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class MandateNode(models.Model):
    """A node of the mandates' trees, by its hash: roots of the past stay readable."""

    hash = models.BinaryField(primary_key=True)
    node = models.BinaryField()

    def __str__(self) -> str:
        return bytes(self.hash).hex()


class Checkpoint(models.Model):
    """A signed note that was published. `previous` is the size before: no two follow the same one."""

    size = models.BigIntegerField(primary_key=True)
    previous = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField()
    created = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(previous__lt=F("size")), name="log_grows")]

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's line under a checkpoint of ours: it saw this one, at a time it names."""

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="cosignatures")
    witness = models.CharField(max_length=400)  # its verifier key
    line = models.TextField()
    seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once")]

    def __str__(self) -> str:
        return self.witness
