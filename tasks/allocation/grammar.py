"""A responsibility statement, read: which units, each in which role (contract: docs/allocation-format.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.allocation.brackets import peeled, split_outside_brackets
from tasks.allocation.levels import RunningLevel
from tasks.allocation.parties import completed, names_in
from tasks.allocation.rows import shortened
from units.names import NameBook, tidy

LEAD, SHARED, SEVERAL, RESPONSIBLE, COOPERATE = "lead", "shared", "several", "responsible", "cooperate"

# Searched for at the end of a clause; the longest match wins.
ENDINGS = {
    LEAD: re.compile(r"(?:共同|联合|分别)?牵头(?:抓总)?(?:负责)?$"),
    SEVERAL: re.compile(r"(?:分别|分头|各自)负责$"),
    SHARED: re.compile(r"(?:按照?(?:各自)?职责(?:分工)?(?:共同)?|按照?分工|共同)负责$"),
    COOPERATE: re.compile(r"(?:(?:协同)?配合|参与|参加|协助|协办)$"),
    RESPONSIBLE: re.compile(r"(?:负责落实|负责组织实施|组织实施|负责)$"),
}
TOGETHER_WITH = "会同"
IN_BRACKETS = re.compile(r"^(.+)[（〔]([^（）〔〕]+)[）〕]$")
IMPLEMENTS = re.compile(r"落实$")  # an ending only behind A会同B
LEAD_INSIDE = re.compile(r"^(.*?[^分别共同联合](?:共同|联合|分别)?牵头(?:抓总)?(?:负责)?)(?=会同|[省市县区各])(.+)$")
# Words that turn a known ending into one the contract does not know: 具体负责, 分别配合.
MANNER = re.compile(
    r"(?:分别|分头|各自|共同|联合|具体|统筹|主要|全面|直接|协同|积极|密切|切实|认真|做好|抓好|一并"
    r"|(?:按照?|根据|依|依据|依照)?(?:各自)?(?:职责(?:分工)?|分工))$"
)
OTHER_DOING = re.compile(
    r"(?:指导|监督|督促|督导|督办|督查|协调|推进|落实|实施|推动|支持|统筹|承办|承担|主办|主管|主抓|检查|考核|审批|备案|保障"
    r"|完成|执行|开展|处理|研究|跟进|跟踪|报告|总责|联系|审核|把关|评估|验收|牵线|监管|管理|服务)$"
)
# What stands behind an office and is no office itself is something it does: 省教育厅做好相关工作.
BEHIND_AN_OFFICE = re.compile(
    r"^.*(?:厅|局|委(?![员会])|政府)((?:(?!以及|[和及与等厅局委办部府署处室])[一-鿿]){2,30})$"
)
NAMES_AN_OFFICE = re.compile(
    r"(?:[厅局委办部府署院行会处社司心团校关队所站馆室联协组场库区台]|部门|单位|机构|领导|企业|大学|中学|小学|监狱)$"
)
FIRST_LEADS = re.compile(
    r"[（〔，；。]?(?:注[：])?(?:其中)?[列排]在?(?:第一位?|首位)[的者]?(?:单位)?为牵头(?:责任)?单位"
    r"(?:，(?:下同|其[余他](?:单位)?为[一-鿿]{2,4}单位))*[）〕]?"
)
ROLE_LABEL = "(?:牵头责任|牵头|主办|主要责任|协同责任|协同配合|配合|协办|参与|实施|责任)单位"
NO_UNIT_LABEL = "(?:牵头领导|分管领导|完成时限)"
LABEL = re.compile(
    rf"(?P<role>{ROLE_LABEL})(?:：|(?=[省市县区]))|{NO_UNIT_LABEL}："
    rf"|(?<![^，；。、（）〔〕])(?P<other>(?:(?!{ROLE_LABEL}|{NO_UNIT_LABEL})[一-鿿]){{2,10}})："
)
BETWEEN = "，；。、"  # labels
LABEL_ROLES = {
    **dict.fromkeys(["牵头责任单位", "牵头单位", "主办单位", "主要责任单位"], LEAD),
    **dict.fromkeys(["协同责任单位", "协同配合单位", "配合单位", "协办单位", "参与单位"], COOPERATE),
    "实施单位": RESPONSIBLE,
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit's role. `via_group` is the closed group through which it was named."""

    unit: str
    role: str
    via_group: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement says, and (code, Chinese sentence) for what it leaves in doubt."""

    assignments: tuple[Assignment, ...] = ()
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Clause:
    """Units up to the ending that governs them. `joined_at`: where those behind 会同 begin."""

    names: list[str] = field(default_factory=list)
    joined_at: int | None = None
    ending: str = ""
    role: str | None = None

    def roles(self) -> Iterator[tuple[str, str | None]]:
        for at, name in enumerate(self.names):
            joined = self.joined_at is not None and self.role == RESPONSIBLE
            yield name, (LEAD if at < (self.joined_at or 0) else COOPERATE) if joined else self.role


def parse_statement(text: str, book: NameBook, first_leads: bool = False) -> Statement:
    """Read one statement. `first_leads`: the document says that the unit named first is the lead.

    Never raises on content: what is not understood is a finding, and gets no role.
    """
    plain, says_first_leads = FIRST_LEADS.subn("", normalised(text))
    plain = normalised(plain)
    clauses = list(labelled(plain, book) if LABEL.search(plain) else unlabelled(plain, book))
    findings = [unknown_ending(clause) for clause in clauses if clause.ending and clause.role is None]
    parties = named_parties(clauses, book)
    if (first_leads or says_first_leads) and leads_by_place(clauses, parties):
        parties = [(name, COOPERATE if at else LEAD) for at, (name, _) in enumerate(parties)]
    elif any(clause.names and not clause.ending for clause in clauses):
        doubt = f"“{shortened(plain)}”没有写明怎样负责，暂按一个单位“负责”、多个单位“按职责分工”处理，请核对。"
        findings.append(("NO_ROLE_ENDING", doubt))
    assignments, doubles = expanded(parties, book)
    findings += [("DUPLICATE_UNIT", f"“{name}”在同一条责任中写了不止一次，只计一次。") for name in doubles]
    if not assignments and not findings:
        findings.append(("EMPTY_RESPONSIBILITY", "责任单位一栏没有单位名称，未建立职责。"))
    return Statement(tuple(assignments), tuple(findings))


def normalised(text: str) -> str:
    """Spaces out, punctuation full-width, the brackets around the whole, a final 。 and 由 at the start dropped."""
    return peeled(tidy(text), "由", "。")


def leads_by_place(clauses: list[Clause], parties: list[tuple[str, str]]) -> bool:
    """Where a lead is named, or the first unit does something unknown, its place says nothing."""
    return all(role != LEAD for _, role in parties) and all(clause.role or not clause.names for clause in clauses)


def unlabelled(text: str, book: NameBook) -> Iterator[Clause]:
    """Clauses of a statement without labels. The last may have no ending."""
    clause = Clause()
    for segment, ends in segments(text):
        body, ending, role, own = split_ending(segment, ends, clause.joined_at is not None)
        if own:  # A（牵头）: the mark in brackets speaks of this unit alone
            yield Clause(names_in(body, book), None, ending, role)
            continue
        add_names(clause, body, book)
        if ending:
            clause.ending, clause.role = ending, role
            yield clause
            clause = Clause()
    if clause.names:
        parties = len(clause.names)
        clause.role = RESPONSIBLE if parties == 1 else SHARED
        yield clause


def segments(text: str) -> Iterator[tuple[str, bool]]:
    """(piece, can a clause end here). Behind 、 the list goes on, unless a word that is surely an ending says otherwise."""
    for piece, mark in split_outside_brackets(text, "、，；。"):
        ends = mark != "、"
        if nested := IN_BRACKETS.match(piece):
            outer, inner = nested.groups()
            # 甲负责（乙配合） goes on; 甲负责（年底前完成） does not
            if known_ending(outer) or OTHER_DOING.search(outer):
                yield from lead_parts(outer, ends)
                if (continued := known_ending(inner)) and continued[0]:
                    yield from segments(inner)
                continue
        if piece:
            yield from lead_parts(piece, ends)


def lead_parts(piece: str, ends: bool) -> Iterator[tuple[str, bool]]:
    """甲牵头会同乙负责 is two clauses although nothing stands between them."""
    if inside := LEAD_INSIDE.match(piece):
        yield inside[1], True
        yield inside[2], ends
    else:
        yield piece, ends


def known_ending(text: str) -> tuple[str, str, str] | None:
    """(body, ending, role) for the longest ending of the contract at the end of the text."""
    matches = [(match.start(), role) for role, ending in ENDINGS.items() if (match := ending.search(text))]
    if not matches:
        return None
    start, role = min(matches)
    return text[:start], text[start:], role


def split_ending(segment: str, ends: bool, joined: bool) -> tuple[str, str, str | None, bool]:
    """(body, ending, role, is it a mark in brackets). No ending: "". An ending unknown to the contract: no role."""
    if mark := IN_BRACKETS.match(segment):
        inner = known_ending(mark[2])
        if inner and not inner[0]:
            return mark[1], mark[2], inner[2], True
    if known := known_ending(segment):
        body, ending, role = known
        if (inner := known_ending(body)) and body:  # 牵头组织实施: the first of two endings says how
            return inner[0], inner[1] + ending, inner[2], False
        if manner := MANNER.search(body):
            return body[: manner.start()], manner[0] + ending, None, False
        return body, ending, role, False
    if (joined or TOGETHER_WITH in segment) and (ending_at := IMPLEMENTS.search(segment)):
        return segment[: ending_at.start()], ending_at[0], RESPONSIBLE, False
    if doing := OTHER_DOING.search(segment) or MANNER.search(segment):
        return segment[: doing.start()], doing[0], None, False
    if ends and not NAMES_AN_OFFICE.search(segment) and (behind := BEHIND_AN_OFFICE.match(segment)):
        return segment[: behind.start(1)], behind[1], None, False
    return segment, "", None, False


def add_names(clause: Clause, body: str, book: NameBook) -> None:
    body = re.sub(r"^(?:并?由|以及|并|及)(?=.)", "", body)
    for at, part in enumerate(body.split(TOGETHER_WITH)):
        if at and clause.joined_at is None:
            clause.joined_at = len(clause.names)
        clause.names += names_in(part, book) if part else []


def labelled(text: str, book: NameBook) -> Iterator[Clause]:
    """牵头单位：甲；配合单位：乙、丙. The labels give the roles, and part the units."""
    labels = list(LABEL.finditer(text))
    yield from unlabelled(trimmed(text[: labels[0].start()]), book)
    ends = [label.start() for label in labels[1:]] + [len(text)]
    alone = sum(1 for label in labels if label["role"] or label["other"]) == 1
    for label, end in zip(labels, ends, strict=True):
        content = trimmed(text[label.end() : end])
        if label["other"]:
            yield Clause([], None, label[0].rstrip("："), None)
        elif label["role"]:
            yield from under_label(label[0], LABEL_ROLES.get(label["role"]), alone, content, book)


def under_label(label: str, role: str | None, alone: bool, content: str, book: NameBook) -> Iterator[Clause]:
    clauses = list(unlabelled(content, book))
    parties = sum(len(clause.names) for clause in clauses)
    for clause in clauses:
        if role or not clause.ending:
            clause.role = role or (RESPONSIBLE if alone and parties == 1 else SHARED)
            clause.joined_at = None
        clause.ending = clause.ending or label
        yield clause


def trimmed(text: str) -> str:
    """Without the punctuation and the brackets that stand between labels."""
    return peeled(text, BETWEEN, BETWEEN)


def unknown_ending(clause: Clause) -> tuple[str, str]:
    units = shortened("、".join(clause.names))
    about = f"{units}的" if units else ""
    return "UNKNOWN_ENDING", f"不能从“{shortened(clause.ending)}”认定职责，原文保留，{about}职责未建立。请核对后补录。"


def named_parties(clauses: list[Clause], book: NameBook) -> list[tuple[str, str]]:
    """Every party with a role, under its full name, in the order written."""
    level, parties = RunningLevel(book), []
    for clause in clauses:
        clause.names = [book.canonical(level.apply(name)) for name in completed(clause.names, book)]
        parties += [(name, role) for name, role in clause.roles() if role is not None]
    return parties


def expanded(parties: list[tuple[str, str]], book: NameBook) -> tuple[list[Assignment], list[str]]:
    """Closed groups as their members, and the names that came twice. The first mention of a unit holds."""
    found: dict[str, Assignment] = {}
    doubles: dict[str, None] = {}
    seen: set[str] = set()
    for name, role in parties:
        if name in seen:
            doubles[name] = None
            continue
        seen.add(name)
        members = book.closed_groups.get(name)
        for unit in [book.canonical(member) for member in members] if members else [name]:
            if unit in found:
                doubles[unit] = None
            else:
                found[unit] = Assignment(unit, role, name if members else None)
    return list(found.values()), list(doubles)
