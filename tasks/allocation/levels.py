"""省 市 县 区 run forward: 省交通运输厅、公安厅 is 省交通运输厅 and 省公安厅 (contract, responsibility statements)."""

import re

from units.names import NameBook

# 市场, 市容, 县域, 区划 begin with the character of a level and name none; 市中区 names another.
OWN_LEVEL = re.compile(r"省|市(?![场容民]|政(?![府务法协])|[中南北]区)|县(?!域)|区(?![域划])")
# 济南市…局, 江苏省…厅, 广西壮族自治区…厅
NAMED_LEVEL = re.compile(
    r"(?:[一-鿿]{2,5}自治|[一-鿿]{2,4}?)(?:省|市(?!场)|县(?!域)|区(?![域划]))(?=[一-鿿]*[厅局委办部]$)"
)
NO_LEVEL = re.compile(r"(?:城|都|超|门|房|股|集)市|(?:园|社|地|小|山|景|库|林|矿|牧)区")
OPEN_GROUP = re.compile(r"各|有关|相关|其他|其它")
PARTY_DEPARTMENT = re.compile(r"(?:组织|宣传|统战|统一战线工作|社会工作|农村工作|人民武装)部$")  # 教育部 is a ministry
PARTY_OFFICE = re.compile(r"((?:[一-鿿]{2,4}?)?[省市县区]委)[一-鿿]+$")
# The state's own offices, and those of the Youth League, name their level otherwise.
STATE = re.compile(
    r"国家|中央|全国|中国|国务院|人民银行|新华社|民航|共青团|团[省市县区州]委"
    r"|[一-鿿]{2,8}(?<!干)部(?![门队级])[一-鿿]{2,}[局办]$"
    r"|[一-鿿]{2,3}(?:海关|证监局|银保监局)$|(?!地方)[一-鿿]{2,3}(?:海事|铁路|河务|航道)局$"
)
# Provinces, and the five cities that have offices of the state as a province has.
PROVINCES = re.compile(
    r"北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    r"|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|大连|青岛|宁波|厦门|深圳"
)


class RunningLevel:
    """省 runs forward over 厅 局 委 办 that name no level of their own, 省委 over 部. Kept through one statement."""

    def __init__(self, book: NameBook) -> None:
        self.book = book
        self.level = ""
        self.party = ""

    def apply(self, name: str) -> str:
        if not self.book.knows(name) and not self.names_its_level(name):
            if name.endswith(("厅", "局", "委", "办")) and self.level:
                return self.level + name
            if PARTY_DEPARTMENT.match(name) and self.party:
                return self.party + name
        self.remember(name)
        return name

    def remember(self, name: str) -> None:
        if not OWN_LEVEL.match(name) and (OPEN_GROUP.match(name) or STATE.match(name)):
            return
        if party := PARTY_OFFICE.match(name):
            self.party = party[1]
        if name.endswith(("厅", "局", "委", "办", "部")):
            self.level = level_of(name) or self.level

    def names_its_level(self, name: str) -> bool:
        if OPEN_GROUP.match(name) or STATE.match(name) or PROVINCES.search(name):
            return True
        return bool(level_of(name)) or name.startswith(tuple(self.book.cities))


def level_of(name: str) -> str:
    """省 for 省教育厅, 济南市 for 济南市教育局, nothing for 教育局 or 市场监管局."""
    if level := OWN_LEVEL.match(name):
        return level[0]
    if NO_LEVEL.match(name):
        return ""
    named = NAMED_LEVEL.match(name)
    return named[0] if named else ""
