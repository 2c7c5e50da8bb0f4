"""What the people of the demo apply for: forms filled in as people fill them in, and the papers beside them.

A kind of application is a function of (random, household, day) that gives the data of the form and the papers by
kind. It fits one procedure, by its code; the forms are checked by the platform's own door like anybody's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from xactin.demo import papers
from xactin.demo.people import Household, Resident, data_file, given_name

PERMIT: Final = "1.013225"
BIRTH: Final = "1.001193"


@dataclass(frozen=True)
class Application:
    """A filled form: who applies, data, and (kind of document, file name, PDF) of each paper."""

    by: Resident
    code: str
    data: Mapping[str, Any]
    papers: tuple[tuple[str, str, bytes], ...]


Kind = Callable[[Random, Household, date], Application]


def permit(random: Random, household: Household, day: date) -> Application:
    """A building permit for the family's new house."""
    owner = random.choice([household.mother, household.father])
    parcel, sheet = str(random.randint(1, 400)), str(random.randint(1, 60))
    area = random.randint(70, 260)
    footprint = area * random.randint(45, 80) // 100
    storeys = random.randint(1, 5)
    height = f"{storeys * 3 + 1}.{random.randint(0, 9)}"
    adjacent = random.random() < 0.4
    data = {
        "owner": {
            "full_name": owner.full_name,
            "id_number": owner.id_number,
            "phone": owner.phone,
            "address": owner.address,
        },
        "land": {
            "parcel": parcel,
            "map_sheet": sheet,
            "area": f"{area}.0",
            "purpose": random.choice(["ODT", "ONT"]),
            "zone": "urban",
            "certificate_number": f"CT 00{random.randint(100000, 999999)}",
            "address": owner.address,
        },
        "house": {
            "grade": "III" if storeys > 3 else "IV",
            "storeys": storeys,
            "basements": 0,
            "footprint": f"{footprint}.0",
            "floor_area": f"{footprint * storeys}.0",
            "height": height,
            "ground_level": f"0.{random.randint(2, 6)}",
            "setback": f"{random.randint(0, 4)}.{random.randint(0, 9)}",
            "structure": "concrete",
            "adjacent": adjacent,
            "fire_review": False,
            "septic_tank": True,
            "drainage": "public",
        },
        "design": {
            "designer": "Công ty cổ phần Tư vấn kiến trúc Sông Đà",
            "certificate": f"PHT-000{random.randint(10000, 99999)}",
        },
        "schedule": {
            "start": str(day + timedelta(days=random.randint(30, 90))),
            "months": random.randint(4, 12),
        },
        "delivery": {"method": "online"},
        "commitment": {"truthful": True},
    }
    plot = f"Thửa đất số {parcel}, tờ bản đồ số {sheet}"
    brought = [
        ("land_right", "Giấy chứng nhận quyền sử dụng đất", [plot, owner.address]),
        *(
            [("adjacent_safety", "Bản cam kết bảo đảm an toàn công trình liền kề", [plot])]
            if adjacent
            else []
        ),
    ]
    plan = papers.drawing(
        f"Bản vẽ thiết kế nhà ở {storeys} tầng", [plot, owner.address], storeys=storeys, height=height
    )
    return Application(
        owner,
        PERMIT,
        data,
        (
            ("drawing", "ban-ve.pdf", plan),
            *((kind, f"{kind}.pdf", papers.paper(title, lines)) for kind, title, lines in brought),
        ),
    )


def birth(random: Random, household: Household, day: date) -> Application:
    """The registration of a child born some weeks ago."""
    mother, father = household.mother, household.father
    sex = random.choice(["female", "male"])
    born = day - timedelta(days=random.randint(3, 50))
    name = f"{father.full_name.split()[0]} {given_name(random, sex)}"
    place = data_file("places.yaml")[father.commune]
    asking = random.choice([("mother", mother), ("father", father)])
    married = date(born.year - random.randint(1, 6), random.randint(1, 12), random.randint(1, 28))
    data = {
        "requester": {
            "full_name": asking[1].full_name,
            "id_number": asking[1].id_number,
            "address": asking[1].address,
            "phone": asking[1].phone,
            "relationship": asking[0],
        },
        "child": {
            "full_name": name,
            "sex": sex,
            "birth_date": str(born),
            "birth_place": place["hospital"],
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "home_town": place["name"][0].upper() + place["name"][1:],
        },
        "mother": _parent(mother),
        "father": _parent(father),
        "marriage": {
            "registered": True,
            "number": f"{random.randint(1, 120)}/{married.year}",
            "date": str(married),
            "place": f"Ủy ban nhân dân {place['name'].partition(',')[0]}",
        },
        "birth": {"proof": "paper", "circumstances": "ordinary"},
        "delivery": {"copies": random.choice([0, 0, 1, 2]), "check_draft": False, "method": "online"},
        "commitment": {"truthful": True},
    }
    notice = papers.paper(
        "Giấy chứng sinh",
        [f"Con của bà {mother.full_name}", f"Sinh ngày {born:%d/%m/%Y} tại {place['hospital']}"],
    )
    return Application(asking[1], BIRTH, data, (("birth_proof", "giay-chung-sinh.pdf", notice),))


def _parent(person: Resident) -> dict[str, str]:
    return {
        "full_name": person.full_name,
        "id_number": person.id_number,
        "birth_date": str(person.birth_date),
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "address": person.address,
    }


def again(kind: str, name: str, number: str) -> bytes:
    """A paper brought once more, because it was asked for."""
    return papers.paper("Giấy tờ bổ sung", [f"Hồ sơ {number}", f"Người nộp: {name}", f"Loại giấy tờ: {kind}"])


KINDS: Final[Mapping[str, Kind]] = {PERMIT: permit, BIRTH: birth}
