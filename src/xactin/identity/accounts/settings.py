"""Settings of sign-in (django-allauth) and of keys that sign: constants, taken up by the site's settings."""

import os
from urllib.parse import urlsplit

# A passkey belongs to a name, which must never come from a request's Host header.
XACTIN_RP_ID = (
    os.environ.get("XACTIN_RP_ID") or urlsplit(os.environ.get("XACTIN_URL", "")).hostname or "localhost"
)

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# A link that lets somebody choose a password: asked for, or sent with a new account.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

ACCOUNT_ADAPTER = "xactin.identity.web.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_USERNAME_MIN_LENGTH = 4
ACCOUNT_FORMS = {
    "login": "xactin.identity.web.forms.LoginForm",
    "reset_password_from_key": "xactin.identity.web.forms.ChoosePasswordForm",
    "signup": "xactin.identity.web.forms.SignupForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/3m/key",
}

# A stranger's address gets no mail because somebody typed it.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False

MFA_ADAPTER = "xactin.identity.web.sign_in.adapters.MfaAdapter"
MFA_FORMS = {
    "add_webauthn": "xactin.identity.web.forms.AddPasskeyForm",
    "edit_webauthn": "xactin.identity.web.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Xác Tín"
# RFC 6238, section 5.2: a code typed just before it changed is taken, and a clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Many people have no e-mail; a second factor must not wait for one.
MFA_ALLOW_UNVERIFIED_EMAIL = True

USERSESSIONS_TRACK_ACTIVITY = False

# Rate limits count in the database, so that they hold for all processes together.
CACHES = {
    "default": {
        "BACKEND": "xactin.identity.accounts.kept_counts.KeptCounts",
        "LOCATION": "identity_cache",
    }
}
