"""This room's rows beside their entries: compared by the audit, and written anew."""
