"""The check of batches: their members are streamed, counted and folded to the root that was signed."""

from collections.abc import Collection, Iterator
from itertools import count

from xactin.kernel.batches import batch_root
from xactin.ledger.chains.batches import contents_for

Root = tuple[str, int]
"""The root of a batch (hex), and how many members its effect counts."""


def check_batch(subject: str, name: str, said: Root, erased: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the members of one batch: (kind, text). `erased` are commitments erased by attestation."""
    root, expected = said
    commitments: list[str] = []
    for place, (index, content) in zip(count(), contents_for(subject).members(subject, root)):
        if index != place:
            yield "payload", f"{name}: member {place} is gone"
            return
        commitments.append(content.commitment)
        if content.commitment in erased:
            if content.state != "erased":
                yield (
                    "erasure",
                    f"{name}: member {index} was erased by attestation, but it is {content.state}",
                )
        elif content.state == "erased":
            yield "erasure", f"{name}: member {index} was erased without attestation"
        elif content.state != "sound":
            yield "payload", f"{name}: member {index} is {content.state}"
    if len(commitments) != expected:
        yield "payload", f"{name}: it has {len(commitments)} members and not {expected}"
    elif batch_root(commitments) != root:
        yield "payload", f"{name}: its members are not those that were attested"
