"""The designer: drafts of procedures as lists, tables and sentences, for who has never seen BPMN."""
