"""The score equals the examples that were published, to a hundredth."""

from decimal import Decimal

import pytest

from xactin.cases.quality.score import (
    PARTS,
    payment,
    petitions,
    progress,
    ratio,
    reused,
    satisfaction,
    total,
)


@pytest.mark.parametrize(
    ("points", "published"),
    [
        (progress(144_625, 184_513), "15.68"),
        (progress(854, 1_270), "13.45"),
        (petitions(182, 247), "4.42"),
        (payment(paid=82_913, owed=98_459, procedures_paid=93, procedures_used=56, procedures_with_fee=310), "6.25"),
        (payment(paid=44, owed=44, procedures_paid=7, procedures_used=0, procedures_with_fee=8), "8.00"),
    ],
)  # fmt: skip
def test_published_examples(points: Decimal, published: str) -> None:
    assert points == Decimal(published)


def test_edges() -> None:
    assert sum(part.most for part in PARTS) == 100
    assert progress(0, 0) is None  # nothing received is neither none nor all
    assert progress(10, 10) == 20
    assert petitions(0, 0) == 6
    assert satisfaction(0, 0) == 0
    assert satisfaction(9, 10) == 6 == satisfaction(10, 10)
    assert satisfaction(45, 100) == 3
    assert (reused(4, 10), reused(9, 10), reused(0, 0)) == (1, 2, None)
    assert ratio(6, 7, 6) == 6  # more than all gives no more than all
    assert payment(paid=0, owed=0, procedures_paid=0, procedures_used=0, procedures_with_fee=3) is None


def test_parts_without_a_source_are_left_out_of_both_sums() -> None:
    first, second, third = PARTS[:3]
    found = total([(first, Decimal("5.25")), (second, None), (third, Decimal("1.10"))])
    assert (found.points, found.of) == (Decimal("6.35"), first.most + third.most)
