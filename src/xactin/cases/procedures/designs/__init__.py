"""Designs: a procedure as somebody who has never seen BPMN writes it down, and the package made from that. Pure."""
