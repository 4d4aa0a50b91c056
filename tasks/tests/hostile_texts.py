"""Tables as text that nobody should bring: what makes each regular expression and each list of the readers slow.

Every kind takes a generator of random numbers and a size in bytes, and gives the same bytes for the same two.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from django.conf import settings

Kind = Callable[[Random, int], bytes]
REAL = (settings.BASE_DIR / "fixtures" / "allocation_table.txt").read_bytes()
HEADER = "序号\t主要任务\t具体举措\t责任单位\n"
TITLE = "重点任务分工表\n"
ROWS = 19_000  # nearly as many as are read

# What a statement is made of, the pieces that the grammar looks for among them.
WORDS = [
    "（", "）", "〔", "〕", "(", ")", "和", "以及", "及", "与", "、", "，", "；", "。", "：", "会同", "牵头", "共同", "联合", "负责", "分别负责", "按职责分工负责",
    "配合", "参与", "落实", "组织实施", "省", "市", "县", "区", "厅", "局", "委", "办", "部", "政府", "人民政府", "省教育厅", "省委宣传部", "教育局",
    "青岛", "烟台市", "青岛市政府", "济南海关", "胶东五市", "有关部门", "各市", "各市、县（市、区）", "等", "等五市", "等部门", "一", "十", "5个", "甲", "中",
    "牵头单位：", "责任单位：", "完成时限：", "其中列第一位的为牵头单位", "由", "并", "市场", "自治区", "国家", "税务", "<p>", "</p>", " ", "　", "x", "\u0301", "😀",
]  # fmt: skip
# Each of these, repeated, is aimed at one place of the grammar.
RUNS = [
    "（", "（）", "()", "（甲）", "甲（", "（甲（", "）（", "和", "和甲", "甲和", "省教育厅和", "、", "，", "甲、", "省教育厅、", "甲负责，", "会同", "甲会同", "牵头", "甲牵头会同",
    "分牵头省", "负责", "厅", "局中", "局局", "委员", "甲以", "等", "等一", "等十个市", "一", "等" + "一" * 200, "牵头单位：", "牵头单位：甲；", "、一二三四五六七八九十", "甲、牵头单位",
    "青岛、", "青岛、烟台市政府、", "青岛、济南海关、", "政府、", "各市、县（市、区）政府、", "胶东五市、", "甲（市、区）", "甲（市）、", "省委", "省委宣传部、宣传部、", "自治", "甲自治区",
    "其中列第一位的为牵头单位", "列在第一", "，其他为", "由", "人民", "中中部", "省，", "落实，", "甲甲、甲甲、", "😀", "a", "甲",
]  # fmt: skip


def repeated(run: str, size: int) -> str:
    return run * (size // len(run.encode()))


def of_words(random: Random, size: int) -> str:
    some = random.choices(WORDS, k=min(size // 6, 20_000))
    return repeated("".join(some), size)


def statement(run: str, random: Random, size: int) -> bytes:
    """One cell of responsibilities."""
    end = random.choice(["", "负责", "）", "牵头，乙配合"])
    return f"{TITLE}{HEADER}1\t任务\t举措\t{repeated(run, size)}{end}\n".encode()


def statements(random: Random, size: int) -> bytes:
    """As many rows as are read, each with a statement of its own."""
    each = max(1, size // ROWS - 40)
    rows = (f"{n}\t任务{n}\t举措{n}\t{repeated(random.choice(RUNS), each)}{n}" for n in range(1, ROWS))
    return (TITLE + HEADER + "\n".join(rows)).encode()


def words(random: Random, size: int) -> bytes:
    return f"{TITLE}{HEADER}1\t任务\t举措\t{of_words(random, size)}\n".encode()


def cell(place: int, run: str, random: Random, size: int) -> bytes:
    """Any cell of a row, or a line of its own before (-1) or behind (4) the rows."""
    long = repeated(run, size)
    row = ["1", "任务", "举措", "省教育厅负责"]
    if 0 <= place < 4:
        row[place] = long
    lines = [TITLE if place >= 0 else long + "\n", HEADER, "\t".join(row) + "\n", "注：" + long if place == 4 else ""]
    return "".join(lines).encode()


def real(random: Random, size: int) -> bytes:
    """The customer's table again and again, then cut so that it has nearly as many lines as are read."""
    data = REAL * (size // len(REAL) + 1)
    return data if random.random() < 0.5 else b"\n".join(data.split(b"\n")[:ROWS])


def encoded(encoding: str, random: Random, size: int) -> bytes:
    return (REAL.decode() * (size // len(REAL) // 2 + 1)).encode(encoding, "replace")


def bare(run: bytes, random: Random, size: int) -> bytes:
    return run * (size // len(run) + 1)


def ends_badly(run: str, random: Random, size: int) -> bytes:
    """Right until its last byte."""
    return repeated(run, size).encode() + b"\xff"


def spoilt(random: Random, size: int) -> bytes:
    data = bytearray(REAL * (size // len(REAL) + 1))
    for _ in range(random.randint(1, 100)):
        data[random.randrange(len(data))] = random.choice(b"\x00\t\n\r<>\"'\xff\xe3()A")
    return bytes(data[: random.randint(1, len(data))])


def many(row: str, random: Random, size: int) -> bytes:
    """As many rows of one kind as are read, of their own number; `size` has no part in it."""
    rows = (row.format(n=n, text=f"第{n}项") for n in range(1, ROWS))
    return (TITLE + HEADER + "\n".join(rows)).encode()


def noise(random: Random, size: int) -> bytes:
    return random.randbytes(size)


TEXTS: dict[str, Kind] = {
    "the real table": real,
    "statements": statements,
    "words of statements": words,
    "noise": noise,
    "the real table spoilt": spoilt,
    **{f"a statement of {run[:12]}": partial(statement, run) for run in RUNS},
    **{f"in {name}": partial(encoded, name) for name in ("gb18030", "utf-16", "utf-16-be", "utf-8-sig", "utf-32")},
    **{
        f"cell {place} of {run.encode('unicode_escape').decode()[:40]}": partial(cell, place, run)
        for place in range(-1, 5)
        for run in (
            "山", "1", " ", "—", "\u0301", "\u0301\u0327", "\u1161\u11a8", "ﷺ", "😀", "a", "<p>", "<p>甲</p>", "<p ", "<p x='", '<p ""', "<p" + " x" * 500,
            "。", "1.", "第1页", "注：", "第", " 1",
        )
    },
    **{f"nothing but {run!r}": partial(bare, run) for run in (b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x00", b"\xe3\x80\x80", b"<", b"<p>", b"a\tb\tc\td\n")},
    **{f"nothing but {run!r}, not to the end": partial(ends_badly, run) for run in ("\n", "\r", "山", "a\t")},
    **{
        f"rows like {row[:60]!r}": partial(many, row)
        for row in (
            "{n}\t任务{n}\t\t", "1\t任务\t举措{n}\t单位{n}", "\t\t举措{n}\t单位{n}", "{n}\t任务{n}\t举措\t单位", "{n}\t任务{n}\t举措\t甲{n}、乙{n}、丙{n}", "\t\t{text}\t单位",
            "{text}", "注：{text}", "", "x\ty\tz", "1\t任务\t举措\t" + "甲、甲、乙、乙、" * 40, "{n}\t任务{n}\t<p>举措{n}</p><p>举措</p>\t单位", "序号\t主要任务\t具体举措\t责任单位",
        )
    },
}  # fmt: skip
