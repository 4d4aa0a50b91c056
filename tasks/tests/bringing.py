"""Allocation tables on their way in, as tests bring them: kept, everything decided, written."""

from django.utils import timezone

from tasks.allocation.decisions import UNIT, Meaning
from tasks.models import TableImport
from tasks.queries.intake import Examined, examine
from tasks.services import importing
from tasks.tests.office_files import CUSTOMER_TABLE
from tasks.tests.readers import browser_of
from units.choices import UnitKind
from units.models import User

CUSTOMERS = CUSTOMER_TABLE.read_text()
HEAD = "分工表\n序号\t主要任务\t具体举措\t责任单位\n"
OWN = "1\t建设现代化综合交通运输体系\t推行公共交通“一卡通”。\t省交通运输厅、青岛海关、各执法部门按职责分工负责\n"
SECOND = "2\t乙\t举二\t省教育厅负责\n"


def post(user: User, url: str, **data):
    return browser_of(user).post(url, data)


def page(table: TableImport, step: str = "") -> str:
    return browser_of(table.owner).get(f"/allocation/{table.pk}/{step}").content.decode()


def kept(by: User, text: str | bytes, now, *, slug: str = "jiaodong", name: str = "修订表.txt") -> TableImport:
    data = text if isinstance(text, bytes) else text.encode()
    return importing.keep_table(by, slug=slug, name=name, data=data, now=now)


def examined(table: TableImport, now) -> Examined:
    table.refresh_from_db()
    return examine(table, timezone.localdate(now))


def settled(by: User, table: TableImport, now) -> TableImport:
    """Every new name a provincial unit, every doubtful row where it is proposed."""
    found = examined(table, now)
    if found.unknown:
        names = dict.fromkeys(found.unknown, Meaning(UNIT, kind=UnitKind.PROVINCIAL))
        importing.decide_names(by, table=table, names=names, now=now)
    if found.doubts:
        importing.place_rows(by, table=table, places={one.place: one.right for one in found.doubts}, now=now)
    return table


def written(by: User, table: TableImport, now, *, reason: str = "年度修订", document: str = "") -> TableImport:
    settled(by, table, now)
    seen = examined(table, now).digest
    return importing.apply_table(by, table=table, seen=seen, reason=reason, document=document, now=now)
