"""Production refuses what is only good for trials, names every reason, and obeys each override."""

from base64 import b64encode
from pathlib import Path

import pytest

from xactin.web.launcher import environment
from xactin.web.launcher.data_folder import DataFolder, DataFolderError, default_data_folder
from xactin.web.launcher.environment import RefusedError

SOUND = {
    "DATABASE_URL": "postgresql://xactin@db/xactin",
    "XACTIN_URL": "https://dvc.example.vn",
    "XACTIN_SECRET_KEY": "s" * 50,
    "XACTIN_KEY": b64encode(b"k" * 32).decode(),
}


def refusals(folder: Path, **changes: str | None) -> list[str]:
    """What is refused when these variables differ from a sound environment."""
    changed = {**SOUND, "XACTIN_DATA": str(folder), **changes}
    environ = {name: value for name, value in changed.items() if value is not None}
    return environment.refusals(environment.read(environ), environ)


def test_a_sound_environment_is_accepted(tmp_path: Path) -> None:
    assert refusals(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "override"),
    [
        ({"DATABASE_URL": None}, "XACTIN_ALLOW_BUNDLED_POSTGRES"),
        ({"XACTIN_BUNDLED_POSTGRES": "1"}, "XACTIN_ALLOW_BUNDLED_POSTGRES"),
        ({"XACTIN_SECRET_KEY": None}, "XACTIN_ALLOW_DEFAULT_SECRET"),
        ({"XACTIN_SECRET_KEY": "short"}, "XACTIN_ALLOW_DEFAULT_SECRET"),
        ({"XACTIN_KEY": None}, "XACTIN_ALLOW_DEFAULT_SECRET"),
        ({"XACTIN_URL": "http://dvc.example.vn"}, "XACTIN_ALLOW_HTTP"),
        ({"XACTIN_URL": None}, "XACTIN_ALLOW_HTTP"),
    ],
)
def test_each_trial_setting_is_refused_until_overridden(
    tmp_path: Path, changes: dict[str, str | None], override: str
) -> None:
    (reason,) = refusals(tmp_path, **changes)
    assert override in reason
    assert refusals(tmp_path, **changes, **{override: "1"}) == []


def test_all_reasons_come_at_once(tmp_path: Path) -> None:
    environ = {"XACTIN_DATA": str(tmp_path)}
    with pytest.raises(RefusedError) as caught:
        environment.require_sound(environment.read(environ), environ)
    assert str(caught.value).count("XACTIN_ALLOW_") == 3


def test_a_demo_and_the_suite_are_not_production(tmp_path: Path) -> None:
    assert refusals(tmp_path, DATABASE_URL=None, XACTIN_MODE="demo") == []
    assert refusals(tmp_path, DATABASE_URL=None, XACTIN_MODE="test") == []


def test_the_mark_in_the_data_folder_tells_a_demo(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.create()
    data.set_mode("demo")
    assert environment.read({"XACTIN_DATA": str(tmp_path)}).mode == "demo"
    with pytest.raises(DataFolderError, match="holds a demo authority"):
        data.set_mode("real")


def test_keys_are_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.create()
    data.ensure_keys()
    first = environment.read({"XACTIN_DATA": str(data.path)})
    data.ensure_keys()
    again = environment.read({"XACTIN_DATA": str(data.path)})
    assert (again.secret_key, again.master_key) == (first.secret_key, first.master_key)
    assert first.master_key is not None
    assert len(first.master_key) == 32
    assert {path.stat().st_mode & 0o777 for path in data.keys.iterdir()} == {0o600}
    assert data.keys.stat().st_mode & 0o777 == 0o700


def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="32 bytes"):
        refusals(tmp_path, XACTIN_KEY=b64encode(b"short").decode())


def test_the_data_folder_follows_the_variable() -> None:
    assert default_data_folder({"XACTIN_DATA": "/srv/xactin"}) == Path("/srv/xactin")


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 1),
        ({"XACTIN_URL": "http://dvc.example.vn"}, 0),
        ({"XACTIN_PROXIES": "2"}, 2),
        ({"XACTIN_PROXIES": "0"}, 0),
    ],
)
def test_who_ends_tls_is_a_proxy_whose_word_on_addresses_counts(
    tmp_path: Path, changes: dict[str, str], count: int
) -> None:
    assert environment.read({**SOUND, "XACTIN_DATA": str(tmp_path), **changes}).proxies == count


def test_a_number_of_proxies_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="XACTIN_PROXIES"):
        environment.read({**SOUND, "XACTIN_DATA": str(tmp_path), "XACTIN_PROXIES": "-1"})


def test_the_time_service_has_a_web_address(tmp_path: Path) -> None:
    def url(text: str) -> str:
        return environment.read({**SOUND, "XACTIN_DATA": str(tmp_path), "XACTIN_TSA_URL": text}).tsa_url

    assert url("") == ""
    assert url(" http://tsa.example.vn/tsr ") == "http://tsa.example.vn/tsr"
    for wrong in ("tsa.example.vn", "file:///etc/hostname", "https://"):
        with pytest.raises(RefusedError):
            url(wrong)
