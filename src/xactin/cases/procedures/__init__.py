"""The catalogue of procedures: published versions and the limits this authority sets."""
