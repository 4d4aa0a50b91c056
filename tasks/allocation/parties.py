"""A list of units as officials write it becomes full names: what is left out is put back, nothing is invented.

Rules and examples: docs/allocation-format.md, "Responsibility statements".
"""

import re
from collections.abc import Iterator

from units.names import NameBook

OPENING, CLOSING = "（〔", "）〕"
NUMERAL = "[0-9０-９一二两三四五六七八九十]+"
LEVEL = "[省市县区]"
# A name that ends so is whole: 和 behind it separates, 政府 does not run back over it.
WHOLE = re.compile(
    r"(?:厅|局|委|办|部|政府|署|法院|检察院|研究院|科学院|医院|法制院|银行|分行|支行|总行|(?<!社)会|处|社|公司|集团|中心"
    r"|大学|学院|党校|海关|总队|支队|大队|研究所|站|馆|室|小组|妇联|残联|科协|政协|人大|军区|部门|单位|机构|领导)$"
)
AREA = re.compile(r"[市县区州盟旗]$|[镇乡]$|街道$")
NOT_A_GOVERNMENT = re.compile(r"(?:示范|试验|开发|高新|保税|自贸|产业|功能|园|景|社|小|军|海)区$")
OPEN_LIST = re.compile(
    rf"^(.*?)等(?:{NUMERAL})?个?(市|县|区|州)?(?:(政府)|[一-鿿]{{0,12}}(?:部门|单位|机构|地方|方面))?$"
)
LOCAL_GOVERNMENT = re.compile(r"^([一-鿿]{2,12}?)([市县区州盟旗镇乡]|街道)?政府$")
COUNTED = re.compile(rf"^([一-鿿]{{2,8}}?)({NUMERAL})([市县区州])政府$")
CENTRAL_OFFICE = re.compile(r"^([一-鿿]{2,3})(海关|证监局|银保监局)$")
PART_OF_NAME = re.compile(r"^[一-鿿]{0,4}(?:市|区|县|街道|镇|乡)$")
CONJUNCTION = re.compile(r"以及|和|及|与")
OPEN_AREA = re.compile(r"^(各有关|各相关|各|有关|相关)[市县区州]$")
LOWER_GOVERNMENT = re.compile(r"[县市区](?:（[^）]*）)?(?:政府)?")
OPEN_GROUP = re.compile(r"^(?:各|有关|相关|其他|其它)")
LEVEL_OF_OFFICE = re.compile(rf"^((?:[一-鿿]{{2,4}}?)?{LEVEL})(?=[一-鿿]*(?:厅|局|委|办|部)$)")
LOOKS_LIKE_LEVEL = re.compile(
    r"^(?:市(?:场|容|民|政(?!府))|区域|县域)|^(?:城|都|超|门|房|股|集)市|^(?:园|社|地|小|山|景|库|林|矿|牧)区"
)
PARTY_OFFICE = re.compile(rf"^((?:[一-鿿]{{2,4}}?)?{LEVEL}委)[一-鿿]+$")
NATIONAL = re.compile(r"^(?:国家|中央|全国|中国|国务院|人民银行|新华社)")
PROVINCES = re.compile(
    r"^(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    r"|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)"
)


def split_outside_brackets(text: str, separators: str) -> Iterator[str]:
    """Cut at any of the separators that stands outside （） and 〔〕. Unbalanced brackets do not count as brackets."""
    balanced = sum(text.count(mark) for mark in OPENING) == sum(text.count(mark) for mark in CLOSING)
    depth, start = 0, 0
    for at, mark in enumerate(text):
        if balanced and mark in OPENING:
            depth += 1
        elif balanced and mark in CLOSING:
            depth = max(depth - 1, 0)
        elif depth == 0 and mark in separators:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def is_whole(name: str, book: NameBook) -> bool:
    bare = re.sub(r"[（〔][^）〕]*[）〕]$", "", name)
    return bool(WHOLE.search(bare)) or book.knows(name)


def is_area(name: str, book: NameBook) -> bool:
    """A bare place, 青岛 or 青岛市 or 胶东五市, to which a 政府 further on can belong."""
    if book.canonical(name + "政府") in book.closed_groups:
        return True
    if is_whole(name, book) or NOT_A_GOVERNMENT.search(name) or re.match(r"省|全省|国", name):
        return False
    return bool(re.fullmatch(r"[一-鿿]{2,12}", name)) and (len(name) <= 3 or bool(AREA.search(name)))


def split_conjunctions(text: str, book: NameBook) -> Iterator[str]:
    """和 及 以及 与 separate behind a complete name only: 省文化和旅游厅和省广电局 is two."""
    start = 0
    for conjunction in CONJUNCTION.finditer(text):
        left, rest = text[start : conjunction.start()], text[conjunction.end() :]
        if conjunction.start() < start or not left or not rest:
            continue
        if is_whole(left, book) or (is_place(left) and is_local(rest)):
            yield left
            start = conjunction.end()
    yield text[start:]


def is_place(name: str) -> bool:
    return bool(re.fullmatch(r"[一-鿿]{2,3}|[一-鿿]{2,6}[市县区州]", name)) and not re.match("省", name)


def is_local(rest: str) -> bool:
    """What follows 青岛和… is a place and its government or office too."""
    first = CONJUNCTION.split(rest)[0].replace("人民政府", "政府")
    return is_place(first) or bool(re.fullmatch(r"[一-鿿]{2,6}[市县区州]政府", first) or CENTRAL_OFFICE.match(first))


def names_in(text: str, book: NameBook) -> list[str]:
    """The names between two separators: conjunctions cut, 等 and what brackets hold taken off."""
    found = []
    for piece in split_conjunctions(text, book):
        name = without_open_list(without_brackets(piece), book)
        if name:
            found.append(name)
    return found


def without_open_list(name: str, book: NameBook) -> str:
    """等, 等部门, 等有关单位 mark an open list and are no unit. 烟台等市政府 keeps its 市政府."""
    match = OPEN_LIST.match(name)
    if not match or book.knows(name):
        return name
    head, level, government = match.groups()
    if government and is_area(head, book):
        return head.removesuffix(level or "") + (level or "") + government
    if not head or is_whole(head, book) or is_area(head, book):
        return head
    return name


def without_brackets(name: str) -> str:
    """市、区 or 街道 in brackets belongs to the name; an agency there is an alias, a rule or a deadline is neither."""

    def keep(match: re.Match[str]) -> str:
        inner, is_last = match[1], match.end() == len(name)
        if all(PART_OF_NAME.match(item) for item in inner.split("、")):
            return f"（{inner}）"
        if is_last or WHOLE.search(inner) or re.search(r"\d|年|月|日|底|前", inner):
            return ""
        return f"（{inner}）"

    return re.sub(r"[（〔]([^（）〔〕]*)[）〕]", keep, name)


def completed(names: list[str], book: NameBook) -> list[str]:
    """Put back what a list leaves out behind its names: 青岛、烟台市政府, 济南、青岛海关, 各市、县（市、区）政府."""
    result = [name.replace("人民政府", "政府") for name in names]
    for at in range(len(result) - 1, -1, -1):
        if at and LOWER_GOVERNMENT.fullmatch(result[at]) and (several := OPEN_AREA.match(result[at - 1])):
            result[at] = several[1] + result[at]
        if office := CENTRAL_OFFICE.match(result[at]):
            run_office_back(result, at, office[2], book)
        elif result[at].endswith("政府"):
            run_government_back(result, at, book)
    return [with_own_government(name, book) for name in result]


def run_office_back(names: list[str], at: int, office: str, book: NameBook) -> None:
    while at and re.fullmatch(r"[一-鿿]{2,3}", names[at - 1]) and not AREA.search(names[at - 1]):
        if is_whole(names[at - 1], book):
            return
        at -= 1
        names[at] += office


def run_government_back(names: list[str], at: int, book: NameBook) -> None:
    first = at
    while first and (is_area(names[first - 1], book) or OPEN_AREA.match(names[first - 1])):
        first -= 1
    counted = COUNTED.match(names[at])
    if counted and names[at] not in book.closed_groups and value(counted[2]) == at - first + 1:
        names[at] = f"{counted[1]}{counted[3]}政府"
    local = LOCAL_GOVERNMENT.match(names[at])
    if local is None and not OPEN_GROUP.match(names[at]):
        return
    for earlier in range(first, at):
        names[earlier] = area_government(names[earlier], (local and local[2]) or "", book)


def area_government(area: str, level: str, book: NameBook) -> str:
    if book.canonical(area + "政府") in book.closed_groups or AREA.search(area):
        return area + "政府"
    return f"{area}{level}政府"


def with_own_government(name: str, book: NameBook) -> str:
    """胶东五市 standing alone is the group 胶东五市政府."""
    whole = name + "政府"
    return whole if not book.knows(name) and book.canonical(whole) in book.closed_groups else name


def value(numeral: str) -> int:
    """2, ２, 两, 十 and 十二 as numbers; 0 for anything else."""
    if numeral.isdecimal():
        return int(numeral)
    digits = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return digits.get(numeral, 0)
    return digits.get(tens, 1) * 10 + digits.get(ones, 0)


class RunningLevel:
    """省 runs forward over 厅 局 委 办 that name no level of their own, 省委 over 部. Kept through one statement."""

    def __init__(self, book: NameBook) -> None:
        self.book = book
        self.level = ""
        self.party = ""

    def apply(self, name: str) -> str:
        if self.book.knows(name):
            self.remember(name)
            return name
        if not self.names_its_level(name):
            if name.endswith(("厅", "局", "委", "办")) and self.level:
                return self.level + name
            if name.endswith("部") and self.party:
                return self.party + name
        self.remember(name)
        return name

    def remember(self, name: str) -> None:
        if OPEN_GROUP.match(name) or LOOKS_LIKE_LEVEL.match(name):
            return
        if party := PARTY_OFFICE.match(name):
            self.party = party[1]
        if level := LEVEL_OF_OFFICE.match(name):
            self.level = level[1]

    def names_its_level(self, name: str) -> bool:
        if OPEN_GROUP.match(name) or NATIONAL.match(name) or CENTRAL_OFFICE.match(name):
            return True
        if PROVINCES.match(name) or name.startswith(tuple(self.book.cities)):
            return True
        return bool(LEVEL_OF_OFFICE.match(name)) and not LOOKS_LIKE_LEVEL.match(name)
