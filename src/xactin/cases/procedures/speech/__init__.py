"""Procedures found in the words of people: pure, used by the page, the API and the bench alike.

`Index` holds what procedures are called; `Index.answer` ranks them for what somebody said and says whether it is sure.
"""

from xactin.cases.procedures.speech.index import Answer, Entry, Hit, Index
from xactin.cases.procedures.speech.twins import grouped

__all__ = ["Answer", "Entry", "Hit", "Index", "grouped"]
