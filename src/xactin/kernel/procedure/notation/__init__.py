"""How procedure.yaml is written: its exact form, and its two formats made into one description."""
