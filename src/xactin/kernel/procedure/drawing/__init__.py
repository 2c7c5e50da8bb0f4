"""BPMN in: what a drawn process says (`bpmn`), the words that are covered (`words`), how it is joined (`joins`)."""
