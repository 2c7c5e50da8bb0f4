"""Who takes part in a case beside who asks for it: invited by an attested act, joined or declined by another."""
