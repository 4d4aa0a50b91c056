"""Responsibility statements, read: one test a rule of docs/allocation-format.md."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.grammar import ENDINGS, Assignment, parse_statement
from units.names import NameBook

FIVE = ("青岛市政府", "烟台市政府", "潍坊市政府", "威海市政府", "日照市政府")
BOOK = NameBook({"省地方金融监督管理局": "省地方金融监管局"}, {"胶东五市政府": FIVE}, frozenset(FIVE))


def read(text: str, **options) -> tuple[list[tuple[str, str]], list[str]]:
    statement = parse_statement(text, BOOK, **options)
    return [(item.unit, item.role) for item in statement.assignments], [code for code, _ in statement.findings]


def roles(role: str, *units: str) -> list[tuple[str, str]]:
    return [(unit, role) for unit in units]


@pytest.mark.parametrize(
    ("ending", "role"),
    [
        *dict.fromkeys([(e, "lead") for e in ("牵头负责", "牵头", "共同牵头", "联合牵头", "牵头抓总", "分别牵头")]),
        *[(e, "several") for e in ("分别负责", "分头负责", "各自负责")],
        *[
            (e, "shared")
            for e in (
                "按职责负责",
                "按照职责负责",
                "按职责分工负责",
                "按照职责分工负责",
                "按照各自职责分工负责",
                "按各自职责负责",
                "按照职责分工共同负责",
                "按职责共同负责",
                "按分工负责",
                "共同负责",
            )
        ],
        *[(e, "cooperate") for e in ("配合", "参与", "参加", "协助", "协办", "协同配合")],
        *[(e, "responsible") for e in ("负责", "负责落实", "组织实施", "负责组织实施")],
    ],
)
def test_an_ending_governs_every_unit_before_it(ending, role):
    assert read(f"省教育厅、省财政厅{ending}") == (roles(role, "省教育厅", "省财政厅"), [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "省教育厅牵头，省财政厅、省科技厅配合",
            [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅", "省科技厅")],
        ),
        ("省教育厅牵头；省财政厅配合。", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
        ("由省教育厅牵头、省财政厅参与", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
        (
            "省教育厅会同省财政厅、省科技厅负责",
            [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅", "省科技厅")],
        ),
        ("省教育厅会同有关部门落实", [*roles("lead", "省教育厅"), *roles("cooperate", "有关部门")]),
        ("省教育厅会同省财政厅组织实施", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
        ("省教育厅牵头会同省财政厅负责", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
        ("省教育厅，省财政厅负责", roles("responsible", "省教育厅", "省财政厅")),
        ("省教育厅（牵头）、省财政厅配合", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
        ("省教育厅牵头负责（省财政厅配合）", [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]),
    ],
)
def test_clauses(text, expected):
    assert read(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("牵头单位：省教育厅；配合单位：省财政厅、省科技厅", "lead cooperate cooperate"),
        ("（牵头责任单位：省教育厅，协同责任单位：省财政厅、省科技厅）", "lead cooperate cooperate"),
        ("〔主办单位:省教育厅 协办单位:省财政厅、省科技厅〕", "lead cooperate cooperate"),
        ("主要责任单位：省教育厅。参与单位：省财政厅、省科技厅。", "lead cooperate cooperate"),
        ("牵头单位：省教育厅；协同配合单位：省财政厅、省科技厅；完成时限：2025年底", "lead cooperate cooperate"),
        ("牵头领导：某同志；实施单位：省教育厅、省财政厅、省科技厅", "responsible responsible responsible"),
        ("分管领导：某同志；牵头单位：省教育厅；配合单位：省财政厅、省科技厅", "lead cooperate cooperate"),
        ("责任单位：省教育厅、省财政厅、省科技厅", "shared shared shared"),
        ("牵头单位：省教育厅；责任单位：省财政厅、省科技厅", "lead shared shared"),
    ],
)
def test_labels(text, expected):
    units = ("省教育厅", "省财政厅", "省科技厅")
    assert read(text) == (list(zip(units, expected.split(), strict=True)), [])


def test_one_unit_alone_under_the_plain_label_is_responsible():
    assert read("责任单位：省教育厅") == (roles("responsible", "省教育厅"), [])


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("省文化和旅游厅和省广电局负责", ["省文化和旅游厅", "省广电局"]),
        ("省工业和信息化厅及省大数据局负责", ["省工业和信息化厅", "省大数据局"]),
        ("省住房和城乡建设厅与省自然资源厅负责", ["省住房和城乡建设厅", "省自然资源厅"]),
        ("省教育厅以及省财政厅负责", ["省教育厅", "省财政厅"]),
        ("青岛海关、青岛市、烟台市政府负责", ["青岛海关", "青岛市政府", "烟台市政府"]),
        ("青岛、烟台市政府负责", ["青岛市政府", "烟台市政府"]),
        ("青岛、潍坊2市政府负责", ["青岛市政府", "潍坊市政府"]),
        ("青岛、烟台、威海三市政府负责", ["青岛市政府", "烟台市政府", "威海市政府"]),
        ("青岛市和烟台市人民政府负责", ["青岛市政府", "烟台市政府"]),
        ("济南、青岛海关负责", ["济南海关", "青岛海关"]),
        ("省财政厅、山东、青岛证监局负责", ["省财政厅", "山东证监局", "青岛证监局"]),
        ("省交通运输厅、公安厅负责", ["省交通运输厅", "省公安厅"]),
        ("省公安厅、市场监管局、山东证监局负责", ["省公安厅", "省市场监管局", "山东证监局"]),
        ("省委组织部、宣传部负责", ["省委组织部", "省委宣传部"]),
        ("省委组织部、公安厅负责", ["省委组织部", "省公安厅"]),
        ("市教育局、市场监管局负责", ["市教育局", "市市场监管局"]),
        ("各市、县（市、区）政府负责", ["各市政府", "各县（市、区）政府"]),
        ("各市、县(市、区)人民政府负责", ["各市政府", "各县（市、区）政府"]),
        ("各执法部门负责", ["各执法部门"]),
        ("省政府有关部门负责", ["省政府有关部门"]),
        ("省教育厅等部门负责", ["省教育厅"]),
        ("省教育厅、省财政厅等有关单位负责", ["省教育厅", "省财政厅"]),
        ("省教育厅、等国务院有关部门负责", ["省教育厅"]),
        ("省教育厅等负责", ["省教育厅"]),
        ("省政府办公厅（省口岸办）负责", ["省政府办公厅"]),
        ("省政府办公厅(省口岸办、省外办)、省教育厅负责", ["省政府办公厅", "省教育厅"]),
        ("省教育厅（2025年底前完成）负责", ["省教育厅"]),
        ("中国（山东）自由贸易试验区管委会负责", ["中国（山东）自由贸易试验区管委会"]),
        ("省地方金融监督管理局负责", ["省地方金融监管局"]),
        ("省人民政府办公厅负责", ["省政府办公厅"]),
        ("省 教 育 厅　、省财政厅 负责", ["省教育厅", "省财政厅"]),
    ],
)
def test_names(text, units):
    assert read(text) == (roles("responsible", *units), [])


def test_a_closed_group_expands_and_each_member_remembers_it():
    assert parse_statement("胶东五市、东营市政府负责", BOOK).assignments == (
        *(Assignment(unit, "responsible", "胶东五市政府") for unit in FIVE),
        Assignment("东营市政府", "responsible", None),
    )


def test_the_first_unit_leads_where_the_statement_says_so():
    expected = [*roles("lead", "省教育厅"), *roles("cooperate", "省财政厅")]
    assert read("省教育厅、省财政厅负责（列第一位的为牵头单位）") == (expected, [])
    assert read("省教育厅、省财政厅负责", first_leads=True) == (expected, [])
    assert read("省财政厅配合，省教育厅牵头", first_leads=True) == (
        [*roles("cooperate", "省财政厅"), *roles("lead", "省教育厅")],
        [],
    )


@pytest.mark.parametrize(
    ("text", "expected", "codes"),
    [
        ("省教育厅", roles("responsible", "省教育厅"), ["NO_ROLE_ENDING"]),
        ("省教育厅、省财政厅", roles("shared", "省教育厅", "省财政厅"), ["NO_ROLE_ENDING"]),
        (
            "省教育厅牵头，省财政厅",
            [*roles("lead", "省教育厅"), *roles("responsible", "省财政厅")],
            ["NO_ROLE_ENDING"],
        ),
        ("省教育厅指导，省财政厅负责", roles("responsible", "省财政厅"), ["UNKNOWN_ENDING"]),
        ("省教育厅、省财政厅监督", [], ["UNKNOWN_ENDING"]),
        ("省教育厅具体负责", [], ["UNKNOWN_ENDING"]),
        ("", [], ["EMPTY_RESPONSIBILITY"]),
        ("。", [], ["EMPTY_RESPONSIBILITY"]),
        ("省教育厅、省教育厅负责", roles("responsible", "省教育厅"), ["DUPLICATE_UNIT"]),
        ("胶东五市政府、青岛市政府负责", roles("responsible", *FIVE), ["DUPLICATE_UNIT"]),
        ("胶东五市负责", roles("responsible", *FIVE), []),
        (
            "省教育厅牵头，省教育厅、省财政厅配合",
            [("省教育厅", "lead"), ("省财政厅", "cooperate")],
            ["DUPLICATE_UNIT"],
        ),
    ],
)
def test_what_stays_in_doubt_is_said(text, expected, codes):
    assert read(text) == (expected, codes)


UNITS = st.lists(
    st.sampled_from(
        ["省教育厅", "省财政厅", "省文化和旅游厅", "省卫生健康委", "省能源局", "青岛海关", "东营市政府", "省外办"]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
EXAMPLES = {
    "lead": "牵头",
    "shared": "按职责分工负责",
    "several": "分别负责",
    "cooperate": "配合",
    "responsible": "负责",
}


@given(st.lists(st.tuples(UNITS, st.sampled_from(sorted(ENDINGS))), min_size=1, max_size=3), st.sampled_from("，；"))
@settings(max_examples=200, deadline=None)
def test_a_statement_built_from_the_grammar_is_read_back_as_built(clauses, separator):
    built, seen = [], set()
    for units, role in clauses:
        built += [(unit, role) for unit in units if unit not in seen]
        seen.update(units)
    text = separator.join("、".join(units) + EXAMPLES[role] for units, role in clauses)
    assert read(text)[0] == built


@given(
    st.text(max_size=60)
    | st.text(alphabet="省市青岛教育厅局委、，；：（）和等牵头负责配合会同单位政府按职责由 ", max_size=40)
)
@settings(max_examples=400, deadline=None)
def test_no_text_crashes_the_grammar_and_every_unit_is_made_of_its_characters(text):
    statement = parse_statement(text, BOOK)
    for item in statement.assignments:
        assert item.role in ENDINGS
        assert item.unit
