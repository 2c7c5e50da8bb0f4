"""Who stands in for whom: named in writing, for a time, with limits, and proven by mandates like any holder."""
