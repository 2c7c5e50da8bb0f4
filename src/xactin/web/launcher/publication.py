"""What is published before anybody asks: the log as far as it goes, and the key that proves it."""

from xactin.web.launcher.data_folder import DataFolder


def publish_log(data: DataFolder) -> str:
    """Puts every waiting entry into the log, and the log's key where `xactin verify` finds it; returns the key.

    After a start, a new origin or a restore there is then something that others can check.
    """
    from xactin.ledger import commands, queries

    while commands.sequence_once():
        continue
    key = queries.authority().verifier_key
    known = data.trust.read_text("utf-8").splitlines() if data.trust.exists() else []
    if key not in known:
        data.trust.write_text("\n".join([*known, key]) + "\n", "utf-8")
    return key
