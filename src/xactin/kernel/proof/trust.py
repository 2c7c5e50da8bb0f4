"""Whom a verifier relies on."""

from __future__ import annotations

from dataclasses import dataclass

from xactin.kernel.log.checkpoint import LOG, VerifierKey


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier relies on. It comes from outside the bundle."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Trust:
        """Verifier keys, one a line; lines that are empty or begin with `#` say nothing. Raises NoteError."""
        lines = (line.strip() for line in text.splitlines())
        keys = [VerifierKey.parse(line) for line in lines if line and not line.startswith("#")]
        logs = tuple(key for key in keys if key.kind == LOG)
        return cls(logs, tuple(key for key in keys if key.kind != LOG))
