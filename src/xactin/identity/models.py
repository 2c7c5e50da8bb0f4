"""Who there is: agencies, people, posts held for a time, keys, accounts."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from xactin.identity.rules import AGENCY_CODE_PATTERN


class Agency(models.Model):
    """An agency of the tree: province, commune, department, unit.

    `code` follows Decision 20/2020 (`H44.100`); `functions` are the roles it plays in
    procedures ("land", "infrastructure", ...), `unit_code` is the administrative unit
    of `administrative_units.csv` it serves, empty for a department.
    """

    class Kind(models.TextChoices):
        """What stands at this place of the tree."""

        PROVINCE = "province"
        COMMUNE = "commune"
        DEPARTMENT = "department"
        UNIT = "unit"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=35, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    functions = models.JSONField(default=list)
    unit_code = models.CharField(max_length=5, blank=True)
    path = models.CharField(max_length=400, db_index=True)  # codes from the root, "/"-joined, ends with "/"
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=AGENCY_CODE_PATTERN), name="agency_code_form"),
        ]

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """A person or a firm, known in statements only by `id`.

    `id_number` is the 12 digits of a CCCD, or a firm's tax code: a claim, until an official compared it with the
    card (`verified_at`). Several may claim a number, one verified person has it. `sort_key` orders names as a
    Vietnamese list does: by given name, in the order of the Vietnamese alphabet.
    """

    class Kind(models.TextChoices):
        """Who can hold an account."""

        CITIZEN = "citizen"
        FIRM = "firm"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CITIZEN)
    full_name = models.CharField(max_length=200)
    folded_name = models.CharField(max_length=200, db_index=True)
    sort_key = models.CharField(max_length=1000, db_collation="C", db_index=True)
    id_number = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id_number"],
                condition=~Q(id_number="") & Q(verified_at__isnull=False),
                name="person_verified_number_once",
            ),
        ]
        indexes = [models.Index(fields=["id_number"], name="person_id_number")]

    def __str__(self) -> str:
        return str(self.id)


class Post(models.Model):
    """A post in an agency. `code` (`H44.100:chair`) is what statements carry.

    `role` is what procedures call it in their tasks; `duties` what it is trusted with besides (identity/duties.py),
    None for a post that an upgrade has not come to yet. `requires_passkey`: whoever acts in this post signs with a
    passkey, never with the server's key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=80, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=30)
    title_vi = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    requires_passkey = models.BooleanField(default=False)
    duties = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class Proposal(models.Model):
    """Something that takes two persons, proposed by one: duties for a post, or a holder for it."""

    class Kind(models.TextChoices):
        """What is proposed."""

        DUTIES = "duties"
        HOLDER = "holder"

    id = models.UUIDField(primary_key=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    duties = models.JSONField(default=list)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True)
    terms = models.JSONField(null=True)  # of a substitute, as `Holding.terms`, with `since`
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # "confirmed", "declined"
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="holder", person__isnull=False) | Q(kind="duties", person__isnull=True),
                name="proposal_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | Q(ended_at__isnull=False, outcome__in=("confirmed", "declined")),
                name="proposal_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Holding(models.Model):
    """A person holds a post for a time; the mandates in the ledger are its proof.

    `terms`: of who stands in for the holder (`substitutes/rules.py`), None for a holder. `since` may lie ahead then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    terms = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="holding_ends_later"
            ),
            models.UniqueConstraint(
                fields=["person", "post"], condition=Q(until__isnull=True), name="holding_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SigningKey(models.Model):
    """A key that signs statements of a person; `id` is the kernel's key id.

    Custody `server`: `private` is the Ed25519 key, sealed by the vault. Custody `passkey`: the private
    half never leaves the authenticator; `credential_id`, `rp_id` and `origins` are of the enrolment.
    """

    class Custody(models.TextChoices):
        """Who holds the private half."""

        SERVER = "server"
        PASSKEY = "passkey"

    id = models.CharField(primary_key=True, max_length=32)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="keys")
    alg = models.CharField(max_length=10)
    public = models.CharField(max_length=200)
    custody = models.CharField(max_length=10, choices=Custody.choices)
    private = models.BinaryField(null=True)
    credential_id = models.CharField(max_length=1400, blank=True)
    rp_id = models.CharField(max_length=253, blank=True)
    origins = models.JSONField(default=list)
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(custody="server", private__isnull=False, credential_id="")
                | Q(custody="passkey", private__isnull=True) & ~Q(credential_id=""),
                name="signing_key_custody",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(custody="server", revoked_at__isnull=True),
                name="one_server_key",
            ),
            models.UniqueConstraint(
                fields=["credential_id"], condition=~Q(credential_id=""), name="credential_once"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class KeyMandate(models.Model):
    """The ledger's mandate (`id`) by which a key signs in a post or, without holding, for the person."""

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="mandates")
    holding = models.ForeignKey(Holding, null=True, on_delete=models.PROTECT, related_name="mandates")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "holding"],
                condition=Q(ended_at__isnull=True),
                name="mandate_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; there is no superuser, rights come from posts."""

    def get_queryset(self) -> "models.QuerySet[Account]":
        """Accounts with their people: no page asks for one without the other."""
        return super().get_queryset().select_related("person")

    def create_user(
        self, username: str, email: str = "", password: str | None = None, **more: Any
    ) -> "Account":
        """A new account with a hashed password."""
        account = self.model(username=username, email=self.normalize_email(email), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """How a person signs in. `email` is their primary address, the one copy: allauth keeps it as they change it."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    language = models.CharField(max_length=2, default="vi")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = AccountManager()

    def __str__(self) -> str:
        return self.username


class ApiToken(models.Model):
    """A token by which a program acts as an account, until it ends. Only its sha256 is stored; it is shown once."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class PasskeyChallenge(models.Model):
    """The challenge of an enrolment under way; taken once, and within ten minutes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    challenge = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class WorkCalendar(models.Model):
    """When an agency works, as it was set: the last of an agency is in force, earlier ones stay for their digest."""

    id = models.BigAutoField(primary_key=True)
    entry = models.UUIDField(unique=True)  # the attestation that set it
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="calendars")
    digest = models.CharField(max_length=64, db_index=True)
    calendar = models.JSONField()  # kernel `Calendar.to_dict`
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest


class Reply(models.Model):
    """What a write with an `Idempotency-Key` answered, kept 24 hours, scoped to who asked."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    body = models.CharField(max_length=64)  # sha256 of method, path and body
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()  # sealed
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="identity_reply_once")]

    def __str__(self) -> str:
        return self.key
