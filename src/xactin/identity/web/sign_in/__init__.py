"""Sign-in and sign-up in a browser, and the devices that are known from it."""
