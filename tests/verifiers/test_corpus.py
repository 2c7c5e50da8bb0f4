"""A seeded sample of the corpus; `python -m tests.verifiers` runs the whole."""

import pytest

from tests.verifiers.mutants import Mutant, bundle_mutants, log_and_bundle, pdf_mutants
from tests.verifiers.three import compare, table
from xactin.cases.papers.drawings import seal_drawing
from xactin.cases.papers.inspect import NOTES, TEXTS, inspect_result
from xactin.cases.papers.testing import AT, drawing, office
from xactin.cases.papers.tests.issued import issued
from xactin.kernel.tests.test_browser_verifier import in_browser

__all__ = ["in_browser"]


@pytest.mark.parametrize("kind", ["bundles", "papers"])
def test_three_verifiers_say_the_same_and_none_calls_a_mutant_valid(kind):
    if kind == "bundles":
        found = compare(list(bundle_mutants(5, 60)), log_and_bundle()[0].trust)
    else:
        found = compare(list(pdf_mutants(5, 26)), issued().trust)
    original, *others = found
    assert (original.python, original.page, original.alone) == ("valid",) * 3
    wrong = [one for one in others if not one.agree or one.python == "valid"]
    assert not wrong, table(found)
    assert all(one.page == one.alone for one in found), table(found)


def test_a_stamped_drawing_is_no_photo_and_one_that_was_changed_is_no_drawing_of_ours():
    """It carries a signature and no bundle: all three say so, and that its permit has to be asked for."""
    url = "https://vidu.vn/verify/4T9X"
    sealed = seal_drawing(drawing(), lines=["UBND"], url=url, agency=office().agency, trial=True, at=AT)
    (signature,) = inspect_result(sealed).signatures
    assert signature.reason.endswith(url)
    changed = bytearray(sealed)
    changed[changed.index(b"/MediaBox[") + 12] ^= 1
    given = [sealed, bytes(changed), sealed + b"\n", drawing()]
    found = compare([Mutant("drawing", data) for data in given], issued().trust)
    assert [one.python for one in found] == ["sealed", "not_valid", "not_valid", "not_original"]
    assert all(one.python == one.page == one.alone for one in found), table(found)


def test_findings_about_a_pdf_are_told_in_the_same_words(in_browser):
    assert in_browser([])["PDF_TEXTS"] == {code: list(words) for code, words in (TEXTS | NOTES).items()}
