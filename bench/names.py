"""Names of applicants, as they are spread among people: search among a million dossiers of one name would tell nothing."""

import random

FAMILY = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đoàn Lương Mai Tạ Cao Hà "
    "Tô Chu Quách Lâm Thái La"
).split()
SHARES = (31, 11, 10, 7, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1) + (0.6,) * 15
MIDDLE = (
    "Văn Thị Hữu Đức Minh Ngọc Thanh Quang Xuân Thu Kim Bá Đình Công Gia Tuấn Hồng Bích Diệu Trọng".split()
)
GIVEN = (
    "Anh Bình Châu Chi Cường Dung Dũng Duy Giang Hà Hải Hằng Hạnh Hậu Hiền Hiếu Hoa Hòa Hoàn Huệ Hùng Huy Huyền Khang "
    "Khanh Khoa Kiên Lan Liên Linh Loan Long Lợi Mai Mạnh My Nam Nga Ngân Nghĩa Nhàn Nhi Nhung Oanh Phong Phú Phúc "
    "Phương Quân Quế Quyên Sơn Tâm Tân Thắng Thảo Thịnh Thơ Thoa Thông Thủy Tiến Tín Toàn Trang Trinh Trung Tú Tùng "
    "Tuyết Uyên Vân Việt Vinh Vy Yến"
).split()


def name(number: int) -> str:
    """The applicant of the case with this number: the same in each run."""
    drawn = random.Random(number)
    (family,) = drawn.choices(FAMILY, SHARES)
    return f"{family} {drawn.choice(MIDDLE)} {drawn.choice(GIVEN)}"
