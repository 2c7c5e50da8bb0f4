"""What `xactin verify` prints."""

import pytest

from tests.verifiers.mutants import log_and_bundle
from xactin.web.terminal.checking import NOT_VALID, VALID, Language, judge

ASKED: dict[Language, str] = {
    "vi": "giấy tờ hiện còn hiệu lực hay không phải hỏi cơ quan đã cấp",
    "en": "whether it is still in force must be asked of who issued it",
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_valid_proof_says_first_that_force_must_be_asked(language: Language) -> None:
    log, bundle = log_and_bundle()
    told = judge(bundle, log.trust, language)
    assert told.code == VALID
    (place,) = [number for number, line in enumerate(told.lines) if ASKED[language] in line]
    assert place <= 2, told.lines
    assert not any(line.strip()[:1] in "+-" for line in told.lines[:place])


def test_a_false_proof_does_not_speak_of_force_first() -> None:
    log, bundle = log_and_bundle()
    told = judge(bundle.replace(b'"at":"2026', b'"at":"2025', 1), log.trust, "en")
    assert told.code == NOT_VALID
    assert ASKED["en"] not in "".join(told.lines[:2])
