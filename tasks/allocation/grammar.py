"""A responsibility statement, read: which units, each in which role (contract: docs/allocation-format.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.allocation.parties import RunningLevel, completed, names_in, split_outside_brackets
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
IMPLEMENTS = re.compile(r"落实$")  # an ending only behind A会同B
LEAD_INSIDE = re.compile(r"^(.*?[^分别共同联合](?:共同|联合|分别)?牵头(?:抓总)?(?:负责)?)(?=会同)(.+)$")
# Words that turn a known ending into one the contract does not know: 具体负责, 分别配合.
MANNER = re.compile(
    r"(?:分别|分头|各自|共同|联合|具体|统筹|主要|全面|直接|协同|积极|密切|切实|认真|做好|抓好|一并"
    r"|(?:按照?|根据|依|依据|依照)?(?:各自)?(?:职责(?:分工)?|分工))$"
)
OTHER_DOING = re.compile(
    r"(?:指导|监督|督促|督导|督办|督查|协调|推进|落实|实施|推动|支持|统筹|承办|承担|主办|主管|主抓|检查|考核|审批|备案|保障"
    r"|完成|执行|开展|处理|研究|跟进|跟踪|报告|总责|联系|审核|把关|评估|验收|牵线|监管|管理|服务)$"
)
BEHIND_AN_OFFICE = re.compile(
    r"^.*[厅局]((?!以及|和|及|与)[^厅局委办部府署院行会处社司心团校关队所站馆室联协组等）]{2,})$"
)
FIRST_LEADS = re.compile(r"[（〔，；。]?(?:注[：])?(?:其中)?列(?:在)?第一位的?(?:单位)?为牵头(?:责任)?单位[）〕]?")
LABEL = re.compile(
    r"(?P<role>牵头责任|牵头|主办|主要责任|协同责任|协同配合|配合|协办|参与|实施|责任)单位："
    r"|(?P<person>牵头领导|分管领导|完成时限)："
    r"|(?<![^，；。、（）〔〕])(?P<other>[一-鿿]{2,10})："
)
LABEL_ROLES = {
    **dict.fromkeys(["牵头责任", "牵头", "主办", "主要责任"], LEAD),
    **dict.fromkeys(["协同责任", "协同配合", "配合", "协办", "参与"], COOPERATE),
    "实施": RESPONSIBLE,
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
    if any(clause.names and not clause.ending for clause in clauses):
        doubt = f"“{plain}”没有写明怎样负责，暂按一个单位“负责”、多个单位“按职责分工”处理，请核对。"
        findings.append(("NO_ROLE_ENDING", doubt))
    parties = named_parties(clauses, book)
    if (first_leads or says_first_leads) and all(role != LEAD for _, role in parties):
        parties = [(name, COOPERATE if at else LEAD) for at, (name, _) in enumerate(parties)]
    assignments, doubles = expanded(parties, book)
    findings += [("DUPLICATE_UNIT", f"“{name}”在同一条责任中写了不止一次，只计一次。") for name in doubles]
    if not assignments and not findings:
        findings.append(("EMPTY_RESPONSIBILITY", "责任单位一栏没有单位名称，未建立职责。"))
    return Statement(tuple(assignments), tuple(findings))


def normalised(text: str) -> str:
    """Spaces out, punctuation full-width, the brackets around the whole, a final 。 and 由 at the start dropped."""
    text = tidy(text)
    while True:
        shorter = text.rstrip("。").removeprefix("由")
        if is_bracketed(shorter):
            shorter = shorter[1:-1]
        if shorter == text:
            return text
        text = shorter


def is_bracketed(text: str) -> bool:
    if not re.match(r"[（〔].*[）〕]$", text):
        return False
    depth = 0
    for at, mark in enumerate(text):
        depth += (mark in "（〔") - (mark in "）〕")
        if depth == 0:
            return at == len(text) - 1
    return False


def unlabelled(text: str, book: NameBook) -> Iterator[Clause]:
    """Clauses of a statement without labels. The last may have no ending."""
    clause = Clause()
    for segment in segments(text):
        body, ending, role, own = split_ending(segment, clause.joined_at is not None)
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


def segments(text: str) -> Iterator[str]:
    for piece in split_outside_brackets(text, "、，；。"):
        if nested := re.match(r"^(.+)[（〔]([^（）〔〕]+)[）〕]$", piece):
            outer, inner = nested.groups()
            if known_ending(outer):  # 甲负责（乙配合） goes on; 甲负责（年底前完成） does not
                yield from lead_parts(outer)
                if (continued := known_ending(inner)) and continued[0]:
                    yield from segments(inner)
                continue
        if piece:
            yield from lead_parts(piece)


def lead_parts(piece: str) -> Iterator[str]:
    """甲牵头会同乙负责 is two clauses although nothing stands between them."""
    inside = LEAD_INSIDE.match(piece)
    yield from inside.groups() if inside else (piece,)


def known_ending(text: str) -> tuple[str, str, str] | None:
    """(body, ending, role) for the longest ending of the contract at the end of the text."""
    matches = [(match.start(), role) for role, ending in ENDINGS.items() if (match := ending.search(text))]
    if not matches:
        return None
    start, role = min(matches)
    return text[:start], text[start:], role


def split_ending(segment: str, joined: bool) -> tuple[str, str, str | None, bool]:
    """(body, ending, role, is it a mark in brackets). No ending: "". An ending unknown to the contract: no role."""
    if mark := re.match(r"^(.+)[（〔]([^（）〔〕]+)[）〕]$", segment):
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
    if behind := BEHIND_AN_OFFICE.match(segment):
        return segment[: behind.start(1)], behind[1], None, False
    return segment, "", None, False


def add_names(clause: Clause, body: str, book: NameBook) -> None:
    body = re.sub(r"^(?:并?由|以及|并|及)(?=.)", "", body)
    before, together, after = body.partition(TOGETHER_WITH)
    clause.names += names_in(before, book) if before else []
    if together:
        if clause.joined_at is None:
            clause.joined_at = len(clause.names)
        clause.names += names_in(after, book) if after else []


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
    """Without the punctuation and the half brackets that stand between labels."""
    text = text.strip("，；。、")
    while text[:1] in ("）", "〕", "（", "〔") and not balanced(text):
        text = text[1:].strip("，；。、")
    while text[-1:] in ("）", "〕", "（", "〔") and not balanced(text):
        text = text[:-1].strip("，；。、")
    return text


def balanced(text: str) -> bool:
    return text != "" and sum(text.count(mark) for mark in "（〔") == sum(text.count(mark) for mark in "）〕")


def unknown_ending(clause: Clause) -> tuple[str, str]:
    units = "、".join(clause.names)
    about = f"{units}的" if units else ""
    return "UNKNOWN_ENDING", f"不能从“{clause.ending}”认定职责，原文保留，{about}职责未建立。请核对后补录。"


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
