"""Statements as other provinces, cities and counties write them: each test is a rule of docs/allocation-format.md."""

import pytest

from tasks.allocation.grammar import parse_statement
from units.names import NameBook

FIVE = ("青岛市政府", "烟台市政府", "潍坊市政府", "威海市政府", "日照市政府")
BOOK = NameBook({"省地方金融监督管理局": "省地方金融监管局"}, {"胶东五市政府": FIVE}, frozenset(FIVE))
SIGNS = {"L": "lead", "S": "shared", "V": "several", "R": "responsible", "C": "cooperate"}


def units(text: str) -> list[str]:
    statement = parse_statement(text, BOOK)
    assert statement.findings == ()
    return [item.unit for item in statement.assignments]


def roles(text: str) -> list[tuple[str, str]]:
    return [(item.unit, item.role) for item in parse_statement(text, BOOK).assignments]


def codes(text: str) -> list[str]:
    return [code for code, _ in parse_statement(text, BOOK).findings]


def expected(signs: str) -> list[tuple[str, str]]:
    """`省教育厅=L 省财政厅=C` as (unit, role)."""
    return [(unit, SIGNS[sign]) for unit, sign in (part.split("=") for part in signs.split())]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("省发展改革委牵头，省财政厅配合，各市政府组织实施。", "省发展改革委=L 省财政厅=C 各市政府=R"),
        ("省教育厅、省科技厅，各市政府按职责分工负责", "省教育厅=S 省科技厅=S 各市政府=S"),
        ("省教育厅牵头，省财政厅，省审计厅，各市政府协助", "省教育厅=L 省财政厅=C 省审计厅=C 各市政府=C"),
        ("市教育局牵头负责、市财政局、市人社局配合", "市教育局=L 市财政局=C 市人社局=C"),
        ("市教育局牵头市财政局配合", "市教育局=L 市财政局=C"),
        ("省教育厅、省财政厅；按职责分工负责", "省教育厅=S 省财政厅=S"),
        ("省政府负责（2020年12月底前完成），各市政府配合（长期坚持）。", "省政府=R 各市政府=C"),
        ("省教育厅会同省财政厅，省科技厅落实；各市政府配合", "省教育厅=L 省财政厅=C 省科技厅=C 各市政府=C"),
        ("省教育厅会同省财政厅落实（2020年12月底前完成）", "省教育厅=L 省财政厅=C"),
        ("省发展改革委会同财政厅、自然资源厅负责", "省发展改革委=L 省财政厅=C 省自然资源厅=C"),
        ("（省教育厅牵头，省财政厅、各市政府配合）", "省教育厅=L 省财政厅=C 各市政府=C"),
        ("（省政府办公厅（省口岸办）、各县（市、区）政府负责）", "省政府办公厅=R 各县（市、区）政府=R"),
    ],
)
def test_clauses(text, signs):
    assert (roles(text), codes(text)) == (expected(signs), [])


@pytest.mark.parametrize(
    "name",
    ["省政协办公厅", "市科协办公室", "省市场监督管理局", "省就业指导中心", "市工作落实办公室", "市林业局国有林场"],
)
def test_a_name_that_holds_the_word_of_an_ending_is_still_a_name(name):
    assert roles(f"{name}、省教育厅负责") == expected(f"{name}=R 省教育厅=R")
    assert (roles(f"省文联牵头，{name}协办"), codes(name)) == (expected(f"省文联=L {name}=C"), ["NO_ROLE_ENDING"])


@pytest.mark.parametrize(
    ("text", "signs", "times"),
    [
        ("省教育厅牵头，省财政厅加强指导", "省教育厅=L", 1),
        ("省教育厅指导（长期坚持），各市政府负责落实", "各市政府=R", 1),
        ("省教育厅指导，省财政厅监督", "", 2),
        ("省教育厅做好相关工作", "", 1),
        ("各市政府加快建设", "", 1),
        ("省教育厅、省财政厅根据职责分工负责", "", 1),
    ],
)
def test_an_ending_the_contract_does_not_know_gives_no_role(text, signs, times):
    assert (roles(text), codes(text)) == (expected(signs), ["UNKNOWN_ENDING"] * times)


@pytest.mark.parametrize(
    "text", ["", " \u3000", "。", "（）", "—", "/", "负责", "等部门负责", "责任单位：", "牵头领导：某某"]
)
def test_a_statement_without_a_unit_is_empty(text):
    assert (roles(text), codes(text)) == ([], ["EMPTY_RESPONSIBILITY"])


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("牵头单位：省教育厅配合单位：省财政厅", "省教育厅=L 省财政厅=C"),
        ("牵头单位 省教育厅 配合单位 省财政厅", "省教育厅=L 省财政厅=C"),
        ("（牵头单位：省教育厅）（配合单位：省财政厅）", "省教育厅=L 省财政厅=C"),
        ("牵头单位：（省教育厅）；配合单位：（省财政厅、省科技厅）", "省教育厅=L 省财政厅=C 省科技厅=C"),
        ("牵头单位：省教育厅、省财政厅完成时限：2020年6月，2021年6月", "省教育厅=L 省财政厅=L"),
        ("牵头单位：市教育局；责任单位：市财政局、人社局，各区政府", "市教育局=L 市财政局=S 市人社局=S 各区政府=S"),
        ("责任单位：省教育厅；配合单位：省财政厅", "省教育厅=S 省财政厅=C"),
        ("省教育厅牵头；配合单位：省财政厅", "省教育厅=L 省财政厅=C"),
        ("牵头单位：省教育厅；配合单位：—", "省教育厅=L"),
        ("（责任单位：市教育局、市财政局", "市教育局=S 市财政局=S"),
    ],
)
def test_labels(text, signs):
    assert (roles(text), codes(text)) == (expected(signs), [])


@pytest.mark.parametrize(
    "text",
    [
        "省教育厅、省财政厅（列第一位的为牵头单位）",
        "省教育厅、省财政厅，列第一位的为牵头单位。",
        "省教育厅、省财政厅（列第一位的为牵头单位，下同）",
        "责任单位：省教育厅、财政厅（列第一位的为牵头单位）",
    ],
)
def test_where_the_first_unit_leads_the_role_is_written(text):
    assert (roles(text), codes(text)) == (expected("省教育厅=L 省财政厅=C"), [])


def test_a_first_unit_that_only_guides_makes_no_other_unit_the_lead():
    assert roles("省教育厅指导，省财政厅负责（列第一位的为牵头单位）") == expected("省财政厅=R")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("市住房和建设局负责", "市住房和建设局"),
        ("市规划和建设局、市教育和体育局负责", "市规划和建设局 市教育和体育局"),
        ("区住房和建设局与区城市管理和综合执法局负责", "区住房和建设局 区城市管理和综合执法局"),
        ("省委组织部和省委宣传部负责", "省委组织部 省委宣传部"),
        ("省发展改革委和青岛、烟台市政府负责", "省发展改革委 青岛市政府 烟台市政府"),
        ("省政府办公厅（省口岸办）和青岛海关负责", "省政府办公厅 青岛海关"),
        ("省文联和省作协及省属企业以及各市政府负责", "省文联 省作协 省属企业 各市政府"),
        ("各区和县（市）政府负责", "各区政府 各县（市）政府"),
        ("和平区、和县、和静县政府负责", "和平区政府 和县政府 和静县政府"),
        ("北京协和医院负责", "北京协和医院"),
    ],
)
def test_conjunctions_separate_behind_a_complete_name_only(text, names):
    assert units(text) == names.split()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("杭州、苏州、无锡市政府负责", "杭州市政府 苏州市政府 无锡市政府"),
        ("新乡、景德镇、九江市政府负责", "新乡市政府 景德镇市政府 九江市政府"),
        ("玄武、秦淮、建邺区政府负责", "玄武区政府 秦淮区政府 建邺区政府"),
        ("单县、海门区、启东市人民政府负责", "单县政府 海门区政府 启东市政府"),
        ("恩施州、十堰市政府负责", "恩施州政府 十堰市政府"),
        ("城关镇、东风镇政府负责", "城关镇政府 东风镇政府"),
        ("济南市、青岛市两市政府负责", "济南市政府 青岛市政府"),
        ("历下、市中、槐荫3个区政府负责", "历下区政府 市中区政府 槐荫区政府"),
        ("鲁南四市政府负责", "鲁南四市政府"),
        ("青岛、烟台等市政府负责", "青岛市政府 烟台市政府"),
        ("杭州、福州海关负责", "杭州海关 福州海关"),
        ("浙江、宁波银保监局负责", "浙江银保监局 宁波银保监局"),
        ("青岛市、青岛海关负责", "青岛市 青岛海关"),
        ("胶东五市和东营市政府负责", " ".join([*FIVE, "东营市政府"])),
    ],
)
def test_government_and_customs_run_back_over_bare_places(text, names):
    assert units(text) == names.split()


@pytest.mark.parametrize(
    "name",
    [
        "省军区",
        "军分区",
        "团省委",
        "省总工会",
        "市文联",
        "市作协",
        "市工商联",
        "省法院",
        "中科院",
        "省税务局",
        "省港口集团",
        "省广播电视台",
        "县供销社",
        "省属企业",
    ],
)
def test_government_does_not_run_back_over_what_is_no_place(name):
    assert units(f"{name}、青岛市、烟台市政府负责") == [name, "青岛市政府", "烟台市政府"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("市城市管理局、公安局、市场监管局负责", "市城市管理局 市公安局 市市场监管局"),
        ("省开发区建设办、财政厅负责", "省开发区建设办 省财政厅"),
        ("市政务服务局、司法局负责", "市政务服务局 市司法局"),
        ("市中区教育局、财政局负责", "市中区教育局 市中区财政局"),
        ("江苏省教育厅、财政厅负责", "江苏省教育厅 江苏省财政厅"),
        ("济南市委组织部、宣传部负责", "济南市委组织部 济南市委宣传部"),
        ("省公安厅、市公安局、司法局负责", "省公安厅 市公安局 市司法局"),
        ("省公安厅、国家市场监管总局、财政厅负责", "省公安厅 国家市场监管总局 省财政厅"),
        ("教育部、发展改革委负责", "教育部 发展改革委"),
    ],
)
def test_a_level_runs_forward_over_offices_that_name_none(text, names):
    assert units(text) == names.split()


@pytest.mark.parametrize(
    "name",
    [
        "团省委",
        "市政务服务局",
        "江苏证监局",
        "连云港海事局",
        "民航江苏监管局",
        "自然资源部北海局",
        "财政部山东监管局",
        "国家能源局",
        "教育部",
        "各市教育局",
    ],
)
def test_a_level_does_not_run_over_an_office_that_names_its_own(name):
    assert units(f"省委宣传部、省教育厅、{name}负责") == ["省委宣传部", "省教育厅", name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("省教育厅、各高等学校等单位负责", "省教育厅 各高等学校"),
        ("省港口集团、省机场集团等企业负责", "省港口集团 省机场集团"),
        ("省教育厅、省财政厅等部门和各市政府负责", "省教育厅 省财政厅 各市政府"),
        ("教育部、财政部等国务院有关部门负责", "教育部 财政部"),
        ("各市（州）、县（市、区）政府负责", "各市（州）政府 各县（市、区）政府"),
        ("各设区市、县（市、区）政府负责", "各设区市政府 各县（市、区）政府"),
        ("各乡镇政府（街道办事处）负责", "各乡镇政府（街道办事处）"),
        ("省政府办公厅（省口岸办（省海防办））、省商务厅负责", "省政府办公厅 省商务厅"),
        ("省教育厅（按教育部规定）、省财政厅负责", "省教育厅 省财政厅"),
    ],
)
def test_open_lists_groups_and_brackets(text, names):
    assert units(text) == names.split()


@pytest.mark.parametrize("text", ["省教育厅牵头，教育厅配合", "省地方金融监督管理局、省地方金融监管局牵头"])
def test_one_unit_under_two_spellings_counts_once(text):
    assert ([role for _, role in roles(text)], codes(text)) == (["lead"], ["DUPLICATE_UNIT"])


@pytest.mark.parametrize(
    "text",
    [
        "（" * 100_000 + "省教育厅" + "）" * 100_000,
        "由（" * 100_000 + "省教育厅负责" + "）。" * 100_000,
        "（，" * 100_000 + "责任单位：省教育厅",
        "、" * 300_000 + "省教育厅负责",
    ],
    ids=["brackets", "brackets and marks", "half brackets before a label", "separators"],
)
def test_a_megabyte_of_marks_is_read_like_any_statement(text):
    assert roles(text) == expected("省教育厅=R")


def test_a_megabyte_of_conjunctions_is_read_like_any_statement():
    assert units("省教育和" * 100_000 + "体育厅负责") == ["省教育和" * 100_000 + "体育厅"]
