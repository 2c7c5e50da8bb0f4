"""`xactin init`: a real authority from nothing, and what is refused before anything is made."""

import pytest

from xactin.web.keeping.tests.places import MakePlace

pytestmark = pytest.mark.timeout(300)
INIT = (
    "init",
    "--id",
    "H44",
    "--name",
    "UBND tỉnh Phú Thọ",
    "--admin",
    "quantri",
    "--admin-name",
    "Nguyễn Văn A",
)
SOUND = {
    "XACTIN_URL": "https://dichvucong.example.vn",
    "XACTIN_ADMIN_PASSWORD": "mot mat khau du dai",
}


def test_a_real_authority_is_made_once_and_its_log_bears_the_public_name(make_place: MakePlace) -> None:
    place = make_place("real")
    for left_out, said in (
        ("XACTIN_URL", "set XACTIN_URL"),
        ("XACTIN_ADMIN_PASSWORD", "needs 12 characters"),
    ):
        assert said in place.run(*INIT, code=2, **(SOUND | {left_out: ""}))
        assert not place.data.exists(), "nothing is made before everything is known"
    assert "log key: dichvucong.example.vn/log/H44+" in place.run(*INIT, **SOUND)
    place.more = SOUND
    assert place.run("audit").endswith("audit: clean\n")
    assert "has its authority already" in place.run(*INIT, code=2)
    assert place.run("audit").endswith("audit: clean\n")
