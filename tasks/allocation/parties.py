"""A list of units as officials write it becomes full names: what is left out is put back, nothing is invented.

Rules and examples: docs/allocation-format.md, "Responsibility statements".
"""

import re
from collections.abc import Iterator

from tasks.allocation.brackets import CLOSING, OPENING, outermost
from tasks.allocation.levels import OPEN_GROUP
from units.names import NameBook

NUMERAL = "[0-9０-９一二两三四五六七八九十]+"
LONGEST_NAME = 60  # where a name may end is looked for in so many characters, however long the text
# A name that ends so is whole: 和 behind it separates, 政府 does not run back over it.
WHOLE = re.compile(
    r"(?:厅|局|委|办|部|政府|署|院|银行|分行|支行|总行|(?<!社)会|处|社|公司|集团|中心"
    r"|大学|学校|院校|高校|党校|海关|总队|支队|大队|研究所|电视台|站|馆|室|小组|(?:文|侨|商|妇|残|科|社)联|(?:科|作|政|美|音|足|记)协"
    r"|人大|军区|企业|部门|单位|机构|领导)$"
)
AREA = re.compile(r"[市县区州盟旗]$|[镇乡]$|街道$")
NOT_AN_AREA = re.compile(r"^(?:省|全省|国|县|区|市(?![中南北]区?$))|[院联协校网团]$")
NOT_A_GOVERNMENT = re.compile(r"(?:示范|试验|开发|高新|保税|自贸|产业|功能|园|景|社|小|军|军分|海)区$")
OPEN_LIST = re.compile(
    rf"^(.*?)(?<![高中初平])等(?![级候同效额])(?:{NUMERAL})?个?(市|县|区|州)?"
    r"(?:(政府)|[一-鿿]{0,12}(?:部门|单位|机构|机关|厅局|地方|方面|企业|公司|学校|院校|高校|团体|组织))?$"
)
LOCAL_GOVERNMENT = re.compile(r"^([一-鿿]{2,12}?)([市县区州盟旗镇乡]|街道)?政府$")
COUNTED = re.compile(rf"^([一-鿿]{{2,8}}?)({NUMERAL})个?([市县区州])政府$")
CENTRAL_OFFICE = re.compile(r"^([一-鿿]{2,3})(海关|证监局|银保监局)$")
PART_OF_NAME = re.compile(r"^[一-鿿]{0,4}(?:市|区|县|州|盟|旗|街道|街道办事处|镇|乡)$")
CONJUNCTION = re.compile(r"以及|和|及|与")
OPEN_AREA = re.compile(r"^(各有关|各相关|各|有关|相关)(?:设区)?[市县区州](?:（[^）]*）)?$")
LOWER_GOVERNMENT = re.compile(r"[县市区](?:（[^）]*）)?(?:政府)?")
AFTER_OPEN_GROUP = re.compile(r"各|有关|相关|省|市(?![场容民])|县(?!域)|区(?!域)")


def is_whole(name: str, book: NameBook) -> bool:
    if name.endswith(tuple(CLOSING)):
        name = name[: max(name.rfind(mark) for mark in OPENING)]
    return bool(WHOLE.search(name[-5:])) or book.knows(name)


def is_area(name: str, book: NameBook) -> bool:
    """A bare place, 青岛 or 青岛市 or 胶东五市, to which a 政府 further on can belong."""
    if book.canonical(name + "政府") in book.closed_groups or name in book.cities:
        return True
    if is_whole(name, book) or NOT_A_GOVERNMENT.search(name) or NOT_AN_AREA.search(name):
        return False
    return bool(re.fullmatch(r"[一-鿿]{2,12}", name)) and (len(name) <= 3 or bool(AREA.search(name)))


def names_its_level(area: str, level: str) -> bool:
    """青岛市 and 恩施州 do. 杭州, 新乡 and 景德镇 are cities, whatever their last character says."""
    if area.endswith("州"):
        return len(area) > 2 or level == "州"
    if area.endswith(("镇", "乡")):
        return level in ("镇", "乡", "街道")
    return bool(AREA.search(area))


def split_conjunctions(text: str, book: NameBook) -> Iterator[str]:
    """和 及 以及 与 separate behind a complete name only: 省文化和旅游厅和省广电局 is two."""
    start = 0
    for conjunction in CONJUNCTION.finditer(text):
        at, behind = conjunction.span()
        left, rest = text[max(start, at - LONGEST_NAME) : at], text[behind : behind + LONGEST_NAME]
        if left and rest and separates(left, rest, book):
            yield text[start:at]
            start = behind
    yield text[start:]


def separates(left: str, rest: str, book: NameBook) -> bool:
    if is_whole(left, book) or (is_place(left) and is_local(rest)):
        return True
    return bool(OPEN_GROUP.match(left) and AFTER_OPEN_GROUP.match(rest))


def is_place(name: str) -> bool:
    bare = re.fullmatch(r"[一-鿿]{2,3}|[一-鿿]{2,6}[市县区州]", name)
    return bool(bare) and not NOT_AN_AREA.search(name) and not WHOLE.search(name)


def is_local(rest: str) -> bool:
    """What follows 青岛和… is a place and its government or office too."""
    first = CONJUNCTION.split(rest)[0].replace("人民政府", "政府")
    return is_place(first) or bool(re.fullmatch(r"[一-鿿]{2,6}[市县区州]政府", first) or CENTRAL_OFFICE.match(first))


def names_in(text: str, book: NameBook) -> list[str]:
    """The names between two separators: conjunctions cut, 等 and what brackets hold taken off, a dash no name."""
    found = []
    for piece in split_conjunctions(text, book):
        name = without_open_list(without_brackets(piece), book)
        if re.search(r"\w", name):
            found.append(name)
    return found


def without_open_list(name: str, book: NameBook) -> str:
    """等, 等部门, 等有关单位 mark an open list and are no unit. 烟台等市政府 keeps its 市政府."""
    match = OPEN_LIST.match(name)
    if not match or book.knows(name):
        return name
    head, level, government = match.groups()
    if government and is_area(head, book):
        return str(head.removesuffix(level or "") + (level or "") + government)
    return str(head)


def without_brackets(name: str) -> str:
    """市、区 or 街道 in brackets belongs to the name; an agency there is an alias, a rule or a deadline is neither."""
    kept, start = "", 0
    for opens, closes in outermost(name):
        inner, is_last = name[opens + 1 : closes], closes == len(name) - 1
        kept += name[start:opens] + (f"（{inner}）" if belongs_to_name(inner, is_last) else "")
        start = closes + 1
    return kept + name[start:]


def belongs_to_name(inner: str, is_last: bool) -> bool:
    if all(PART_OF_NAME.match(item) for item in inner.split("、")):
        return True
    return not (is_last or WHOLE.search(inner) or re.search(r"[\d年月日底前（〔]", inner))


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
    while at and re.fullmatch(r"[一-鿿]{2,3}", names[at - 1]) and not names_its_level(names[at - 1], ""):
        if not is_area(names[at - 1], book):
            return
        at -= 1
        names[at] += office


def run_government_back(names: list[str], at: int, book: NameBook) -> None:
    first = at
    while first and (is_area(names[first - 1], book) or OPEN_AREA.match(names[first - 1])):
        first -= 1
    counted = COUNTED.match(names[at])
    if counted and names[at] not in book.closed_groups and value(counted[2]) == at - first + 1:
        names[at] = f"{counted[1].removesuffix(counted[3])}{counted[3]}政府"
    local = LOCAL_GOVERNMENT.match(names[at])
    if local is None and not OPEN_GROUP.match(names[at]):
        return
    for earlier in range(first, at):
        names[earlier] = area_government(names[earlier], (local and local[2]) or "", book)


def area_government(area: str, level: str, book: NameBook) -> str:
    if book.canonical(area + "政府") in book.closed_groups or names_its_level(area, level):
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
