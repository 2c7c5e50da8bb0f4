import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.cases.papers.qr import ALPHABET, CodeError, parse_code, qr_svg, verify_code, verify_url

randoms = st.binary(min_size=16, max_size=16)


@given(randoms)
def test_a_code_reads_back_however_it_is_typed(random):
    code = verify_code(random)
    assert parse_code(code) == code
    assert parse_code(f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}") == code
    assert len(code) == 34


@given(randoms, st.integers(0, 33), st.sampled_from(ALPHABET))
def test_one_mistyped_letter_is_told(random, place, letter):
    code = verify_code(random)
    typed = code[:place] + letter + code[place + 1 :]
    if typed != code and code[place] != "-":
        with pytest.raises(CodeError):
            parse_code(typed)


@given(randoms, st.integers(0, 26))
def test_neighbours_that_changed_places_are_told(random, place):
    letters = verify_code(random).replace("-", "")
    typed = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    if typed != letters:
        with pytest.raises(CodeError):
            parse_code(typed)


@pytest.mark.parametrize("text", ["", "A", "U" * 28, "0" * 27, "../" * 10, "٣" * 28])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(CodeError):
        parse_code(text)


def test_the_same_picture_for_the_same_address():
    address = verify_url("https://dichvucong.example.vn/", verify_code(bytes(16)))
    assert address == f"https://dichvucong.example.vn/verify/{verify_code(bytes(16))}"
    assert qr_svg(address) == qr_svg(address)
    assert qr_svg(address) != qr_svg(address + "x")
    assert qr_svg(address).startswith("<svg ")


def test_an_address_is_a_web_address():
    with pytest.raises(ValueError, match="http"):
        verify_url("javascript:alert(1)//", verify_code(bytes(16)))
