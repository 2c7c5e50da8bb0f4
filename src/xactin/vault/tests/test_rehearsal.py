"""What is done twice alike draws the same, and of a trial nothing stays."""

from datetime import UTC, datetime

import pytest

from xactin.vault import rehearsal

AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)


def _course(seed: bytes = b"s" * 32, *, trial: bool = False) -> rehearsal.Course:
    return rehearsal.Course(seed, AT, trial)


def test_one_seed_draws_the_same_each_time_and_nothing_twice() -> None:
    first, again, other = _course(), _course(), _course(b"t" * 32)
    ids, salts = [first.id() for _ in range(50)], [first.salt() for _ in range(50)]
    assert [again.salt() for _ in range(50)] == salts  # whatever is drawn between them
    assert [again.id() for _ in range(50)] == ids
    assert len(set(salts)) == len(set(ids)) == 50
    assert not {other.salt(), *(one for one in ids)} & {*salts, other.id()}
    assert sorted(ids) == ids
    assert {one.version for one in ids} == {7}
    assert all(len(one) == 32 for one in salts)


@pytest.mark.django_db
@pytest.mark.parametrize("trial", [True, False])
def test_what_was_stored_beside_the_database_goes_with_a_trial_also_where_it_fails(trial: bool) -> None:
    course, gone = _course(trial=trial), list[bool]()
    course.outside.append(lambda: gone.append(True))
    with pytest.raises(LookupError, match=str(trial)), rehearsal.run(course):
        raise LookupError(rehearsal.on_trial())
    assert gone == [True]
    assert rehearsal.course() is None
