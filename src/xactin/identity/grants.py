"""What web and workers may do with the tables of this room, beside reading: the words of GRANT.

Agencies, people, posts, holdings and keys are ended, never removed: the log names them.
"""

from typing import Final

RIGHTS: Final = {
    "identity_account": "INSERT, UPDATE",
    "identity_agency": "INSERT, UPDATE",
    "identity_apitoken": "INSERT, UPDATE",
    "identity_cache": "INSERT, UPDATE, DELETE",
    "identity_holding": "INSERT, UPDATE",
    "identity_keymandate": "INSERT, UPDATE",
    "identity_passkeychallenge": "INSERT, UPDATE, DELETE",
    "identity_person": "INSERT, UPDATE",
    "identity_post": "INSERT, UPDATE",
    "identity_proposal": "INSERT, UPDATE",
    "identity_reply": "INSERT, UPDATE, DELETE",
    "identity_signingkey": "INSERT, UPDATE",
    "identity_workcalendar": "INSERT",
    # allauth's, which stands in this room: addresses, second factors and sessions come and go.
    "account_emailaddress": "INSERT, UPDATE, DELETE",
    "account_emailconfirmation": "INSERT, UPDATE, DELETE",
    "mfa_authenticator": "INSERT, UPDATE, DELETE",
    "usersessions_usersession": "INSERT, UPDATE, DELETE",
}
