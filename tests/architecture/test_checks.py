"""What `make check` asks is also asked by the suite."""

import pytest

from tests.architecture import map as the_map
from tests.architecture import migrations, translations


def test_every_model_is_written_by_a_migration() -> None:
    assert migrations.unwritten() == []


def test_every_text_has_its_vietnamese() -> None:
    assert translations.problems() == []


def test_the_translation_check_sees_texts() -> None:
    places = {place.split(":")[0] for place, _ in translations.texts()}
    assert "web/errors.py" in places
    assert "ui/templates/ui/error.html" in places


def test_a_text_that_two_rooms_say_differently_is_named() -> None:
    one, other = (
        {("", "Stopped"): "Dừng xử lý", ("menu", "Due"): "Hạn"},
        {("", "Stopped"): "Đã dừng", ("", "Due"): "Hạn xử lý"},
    )
    assert translations.disagreements({"ui": one, "web": one}) == []
    (told,) = translations.disagreements({"ui": one, "cases": other})
    assert "Stopped" in told


@pytest.mark.django_db
def test_the_map_is_that_of_the_code() -> None:
    assert the_map.PLACE.read_text("utf-8") == the_map.draw(), "run `make map`"
