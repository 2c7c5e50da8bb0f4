"""What is applied for: the same dossier for every side, about 1.2 KB of data, and the answers of the acts."""

from typing import Any

DATA: dict[str, Any] = {
    "owner": {
        "full_name": "Nguyễn Thị Minh Hằng",
        "id_number": "001190012345",
        "phone": "0912345678",
        "address": "Số 12, ngõ 34, đường Trần Phú, phường Hoa Lư, tỉnh Ninh Bình",
    },
    "land": {
        "parcel": "125",
        "map_sheet": "34",
        "area": "120.5",
        "purpose": "ODT",
        "certificate_number": "CT 01234567",
        "address": "Số 12, ngõ 34, đường Trần Phú, phường Hoa Lư, tỉnh Ninh Bình",
    },
    "house": {
        "grade": "III",
        "storeys": 3,
        "basements": 0,
        "footprint": "80.0",
        "floor_area": "240.0",
        "height": "11.4",
        "structure": "concrete",
        "adjacent": True,
        "septic_tank": True,
        "drainage": "public",
    },
    "design": {"designer": "Công ty cổ phần Tư vấn xây dựng Tràng An", "certificate": "NIB-00012345"},
    "note": (
        "Kính đề nghị Ủy ban nhân dân phường xem xét, cấp giấy phép xây dựng nhà ở riêng lẻ cho gia đình. "
        "Tôi xin cam đoan làm theo đúng giấy phép được cấp, nếu sai tôi xin hoàn toàn chịu trách nhiệm và bị "
        "xử lý theo quy định của pháp luật."
    ),
}
OPINION = {"opinion": "Thửa đất có đất ở, không tranh chấp, phù hợp quy hoạch sử dụng đất."}
CONSULTED = ("land", "infrastructure", "environment")
