"""Forms drawn from JSON Schema: the same schema shows, reads and checks what a person enters.

`SchemaForm` draws and lists errors (Django); `parse` and `validate` are pure and serve the API too.
"""

from xactin.ui.schema_form.fields import Field, fields_of
from xactin.ui.schema_form.form import SchemaForm
from xactin.ui.schema_form.parsing import parse
from xactin.ui.schema_form.validation import validate

__all__ = ["Field", "SchemaForm", "fields_of", "parse", "validate"]
