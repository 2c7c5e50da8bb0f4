import shutil
from pathlib import Path

import pytest

from xactin.cases.papers import fonts
from xactin.cases.papers.fonts import FACES, FontsMissingError, build_fonts, characters, font_folder

MODULES = Path(__file__).resolve().parents[5] / "node_modules"
VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"


def test_the_same_sources_give_the_same_faces_and_only_once(tmp_path):
    target = tmp_path / "fonts"
    assert build_fonts(MODULES, target)
    assert not build_fonts(MODULES, target)
    for name in FACES:
        assert (target / f"{name}.ttf").read_bytes() == (font_folder() / f"{name}.ttf").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["fonts"]


def test_every_face_sets_every_vietnamese_letter():
    assert {ord(letter) for letter in VIETNAMESE + VIETNAMESE.upper() + "₫²–“”"} <= characters()


def test_a_missing_face_is_told(tmp_path):
    shutil.copy(font_folder() / "Tinos-Bold.ttf", tmp_path)
    with pytest.raises(FontsMissingError, match=fonts.__name__):
        font_folder(tmp_path)
