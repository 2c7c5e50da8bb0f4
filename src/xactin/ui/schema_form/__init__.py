"""Forms drawn from JSON Schema: the same schema shows, reads and checks what a person enters.

`SchemaForm` draws and lists errors (Django); `parse`, `cleaned` (the same for JSON) and `validate` are pure.
"""

from xactin.ui.schema_form.fields import Field, fields_of
from xactin.ui.schema_form.form import SchemaForm
from xactin.ui.schema_form.parsing import cleaned, parse
from xactin.ui.schema_form.validation import validate

__all__ = ["Field", "SchemaForm", "cleaned", "fields_of", "parse", "validate"]
