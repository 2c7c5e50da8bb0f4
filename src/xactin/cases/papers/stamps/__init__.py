"""The stamp on each page of a drawing: where it stands, how it is appended, whether it can be seen."""
