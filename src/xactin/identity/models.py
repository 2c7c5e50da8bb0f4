"""Who there is: agencies, people, posts held for a time, accounts."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Agency(models.Model):
    """An agency of the tree: province, commune, department, unit.

    `code` follows Decision 20/2020 (`H44.100`); `functions` are the roles it plays in
    procedures ("land", "infrastructure", ...), `unit_code` is the administrative unit
    of `administrative_units.csv` it serves, empty for a department.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=35, unique=True)
    kind = models.CharField(max_length=20)  # province, commune, department, unit
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    functions = models.JSONField(default=list)
    unit_code = models.CharField(max_length=5, blank=True)
    path = models.CharField(max_length=400, db_index=True)  # codes from the root, "/"-joined, ends with "/"

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """A person or a firm, known in statements only by `id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, default="citizen")  # citizen, firm
    full_name = models.CharField(max_length=200)
    folded_name = models.CharField(max_length=200, db_index=True)
    id_number = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class Post(models.Model):
    """A post in an agency. `code` (`H44.100/chair`) is what statements carry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=80, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=30)
    title_vi = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.code


class Holding(models.Model):
    """A person holds a post for a time; the mandate in the ledger is its proof."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="holding_ends_later"),
            models.UniqueConstraint(fields=["person", "post"], condition=Q(until__isnull=True), name="holding_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; there is no superuser, rights come from posts."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **more: Any) -> "Account":
        """A new account with a hashed password."""
        account = self.model(username=username, email=self.normalize_email(email), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """How a person signs in."""

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
