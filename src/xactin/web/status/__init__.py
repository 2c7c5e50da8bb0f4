"""How the system is: the health of its parts, and its troubles as somebody's task."""
