"""What is stored of procedures and dossiers. Every row but drafts can be derived from the ledger.

An act writes `Case` and `OpenTask` by one raw statement (`dossiers/state/store.py`); the models here
declare the tables, their constraints and indexes, and serve reading.
"""

import uuid
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xactin.cases.models.counter import Handover, Receipt
from xactin.cases.models.lots import Lot, LotItem
from xactin.cases.models.procedures import AuthorityLimit, ProcedureDraft, ProcedureVersion, SearchCount
from xactin.cases.rules import NationalState
from xactin.cases.states import NATIONAL_STATES

__all__ = [
    "ActDraft",
    "AuthorityLimit",
    "Case",
    "CaseAgency",
    "Draft",
    "Erasure",
    "Handover",
    "Lot",
    "LotItem",
    "OpenTask",
    "Party",
    "PendingAct",
    "Phase",
    "ProcedureDraft",
    "ProcedureVersion",
    "Receipt",
    "Result",
    "SealingKey",
    "SearchCount",
    "Serial",
    "Timer",
    "state_name",
]


@SearchVectorField.register_lookup
class Found(models.Lookup):
    """`words__found="'nguyen':* & 'hang':*"`: the text is a `tsquery` as it stands (rules.search_query).

    Django's own search would cut a dossier's number into words of a language.
    """

    lookup_name = "found"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """`words @@ %s::tsquery`."""
        left, values = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", (*values, self.rhs)


class Phase(models.TextChoices):
    """Where a dossier stands, in the engine's words."""

    SUBMITTED = "submitted", _("Submitted")
    PROCESSING = "processing", _("In progress")
    SUPPLEMENT = "supplement", _("Waiting for the applicant")
    DONE = "done", _("Result issued")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    STOPPED = "stopped", _("Stopped")


def state_name(case: "Case") -> str:
    """The state of a case in the reader's language: the nation's words; where nobody asked, no result is returned."""
    state = NationalState(case.national_state)
    if case.applicant_id is None and state in (NationalState.DONE, NationalState.RETURNED):
        return str(_("Work finished"))
    return str(NATIONAL_STATES[state])


class Serial(models.Model):
    """The last dossier number of a unit and day (`H44.100-260826-0001`), taken under its row lock."""

    prefix = models.CharField(primary_key=True, max_length=60)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.prefix


class Case(models.Model):
    """A dossier. `state` is the engine's; the columns beside it are derived for lists and search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=60)
    # An act rewrites this row, and each index costs it: the ones below begin with these columns.
    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    agency = models.ForeignKey("identity.Agency", on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.CharField(max_length=20, db_default="person", default="person")
    # What it came from, a subject of the ledger (`case:<id>`): so that its source can show what it led to.
    source = models.CharField(max_length=160, blank=True, db_default="", default="")
    # Nobody asks for what an authority begins itself.
    applicant = models.ForeignKey(
        "identity.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    applicant_name = models.CharField(max_length=200, blank=True)
    # Whose matter it is, where that is not who applied; and its place in a list of people.
    owner_name = models.CharField(max_length=200, blank=True, db_default="", default="")
    owner_key = models.CharField(max_length=1000, blank=True, db_collation="C", db_default="", default="")
    words = SearchVectorField()  # what it is found by: dossiers/state/people.py
    state = models.JSONField()
    phase = models.CharField(max_length=20, choices=Phase.choices)
    national_state = models.PositiveSmallIntegerField(choices=list(NATIONAL_STATES.items()))
    fee = models.PositiveBigIntegerField(default=0)  # VND
    due_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)  # from when it counts as late: rules.late_from
    # No column: whoever reads the row here is not told the applicant's name (`dossiers/queries.py`).
    applicant_withheld = False

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="case_number_once")]
        indexes = [
            models.Index(fields=["applicant", "-id"], name="case_applicant"),
            models.Index(
                fields=["agency", "due_at", "id"],
                name="case_agency_due",
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(fields=["source"], name="case_source", condition=~Q(source="")),
            # What is pending is merged often and in small pieces, so that no act waits for much of it.
            GinIndex(fields=["words"], name="case_words", fastupdate=True, gin_pending_list_limit=256),
        ]

    def __str__(self) -> str:
        return self.number


class CaseAgency(models.Model):
    """An agency that has or had a part in a case: the handling one and those consulted.

    Lists of officials walk this key from its end: as quick for an agency with a million cases as for one with ten.
    """

    pk = models.CompositePrimaryKey("agency_id", "case_id")
    agency = models.ForeignKey("identity.Agency", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="involved")

    def __str__(self) -> str:
        return f"{self.case_id} {self.agency_id}"


class OpenTask(models.Model):
    """A task somebody has to do now. The row goes when the task is done; the ledger remembers."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="open_tasks", db_index=False)
    token = models.CharField(max_length=40)
    node = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)  # user, supply, service
    agency = models.ForeignKey(
        "identity.Agency", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=30)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "token"], name="open_task_once")]
        indexes = [models.Index(fields=["agency", "role", "due_at", "id"], name="open_task_inbox")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.node}"


class Party(models.Model):
    """Somebody who was invited to a case as one of its parties, and what became of it: `answered_at` is when they
    answered, or when the invitation was taken back.

    `kind` is one that the package names. Who asks for the case stands on its own row, not here. `id` is the entry
    that invited.
    """

    class State(models.TextChoices):
        """What became of an invitation."""

        INVITED = "invited", _("Not answered yet")
        ACCEPTED = "accepted", _("Takes part")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Taken back")

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties", db_index=False)
    kind = models.CharField(max_length=60)
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "person"],
                condition=Q(state__in=("invited", "accepted")),
                name="party_once",
            ),
            models.CheckConstraint(
                condition=Q(state="invited", answered_at__isnull=True)
                | Q(state__in=("accepted", "declined", "revoked"), answered_at__isnull=False),
                name="party_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "kind"], name="party_of_case"),
            models.Index(fields=["person", "state"], name="party_person"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Timer(models.Model):
    """When a case next has something that time alone does (`tick`)."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="timer")
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Draft(models.Model):
    """An application not yet sent. Its content is sealed; like `ActDraft`, it is no attestation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "code"], name="draft_of")]

    def __str__(self) -> str:
        return str(self.id)


class ActDraft(models.Model):
    """What somebody has typed in the form of an act and not done yet, sealed. It is no attestation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=120)
    act = models.CharField(max_length=120)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "case", "task", "act"], name="act_draft_once")
        ]

    def __str__(self) -> str:
        return str(self.id)


class PendingAct(models.Model):
    """A statement that waits for its passkey, for ten minutes at most (kernel/README.md, "at")."""

    id = models.UUIDField(primary_key=True, editable=False)  # the statement's id
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    statement = models.JSONField()
    sealed = models.BinaryField()  # what the act carries: data, note, salts
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class Result(models.Model):
    """What was issued: found by its random code, downloaded by who may, revocable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="result")
    code = models.CharField(max_length=40, unique=True)  # 128 random bits, see papers/qr.py
    number = models.CharField(max_length=60)
    file = models.UUIDField(null=True)  # of the vault, once sealed
    sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.number


class Erasure(models.Model):
    """An order to erase content of a dossier: given by one person, carried out by another, or dropped.

    `parts` are commitments by part. `id` is the entry that ordered it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="erasures")
    parts = models.JSONField()
    basis = models.CharField(max_length=300)
    ordered_by = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ordered_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # erased, dropped
    ended_by = models.ForeignKey(
        "identity.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="erasure_ordered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.ordered_at}"


class SealingKey(models.Model):
    """A key and certificate for PAdES in trials: of the trial CA, of an agency's seal, of a signer in a post.

    With a certificate of the State's public-service CA a signing adapter takes its place
    (papers/signing). The private key is sealed by the vault.
    """

    # ca | agency:<code> | one-stop:<code> | post:<code>:<person>
    owner = models.CharField(primary_key=True, max_length=200)
    certificate = models.BinaryField()  # DER
    sealed = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner
