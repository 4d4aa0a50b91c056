"""Workbooks and documents that nobody should bring: what is small when packed, and what readers go over again and again.

Every kind takes a generator of random numbers and a size in bytes, that of the XML before it is packed.
"""

from collections.abc import Callable
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tasks.allocation.ooxml import MOST_PARTS, MOST_RATIO, MOST_WHOLE
from tasks.tests.hostile_texts import Kind, of_words, repeated
from tasks.tests.office_files import CONTENT_TYPES, HEADER, OFFICE, SHEETS, WORD, inline, relations, tc, tr

W = f'<w:document xmlns:w="{WORD}"><w:body>'
W_END = "</w:body></w:document>"
S = f'<worksheet xmlns="{SHEETS}"><sheetData>'
S_END = "</sheetData></worksheet>"
HEAD = tr(*map(tc, HEADER))
CELLS = ("1", "任务", "举措", "省教育厅负责")
ROW = tr(*map(tc, CELLS))
DOWN, MORE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
Parts = dict[str, str | bytes]


def zipped(parts: Parts, method: int = ZIP_DEFLATED) -> bytes:
    """With as much that cannot be packed as keeps the whole from looking like a bomb."""
    stream = BytesIO()
    total = sum(len(part.encode() if isinstance(part, str) else part) for part in parts.values())
    with ZipFile(stream, "w") as archive:
        for name, content in parts.items():  # a ZipInfo of its own: else the hour would be in the file
            archive.writestr(ZipInfo(name), content, method, 1 if method == ZIP_DEFLATED else None)
        padding = Random(0).randbytes(min(total * 3 // MOST_RATIO, 19 * 2**20))
        archive.writestr(ZipInfo("padding"), padding, ZIP_STORED)
    return stream.getvalue()


def root_relation(main: str) -> Parts:
    relation = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="{main}"/>'
    return {"[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": relations(relation)}


def document(xml: str, method: int = ZIP_DEFLATED, **more: str | bytes) -> bytes:
    return zipped({**root_relation("word/document.xml"), "word/document.xml": xml, **more}, method)


def workbook(sheet: str, method: int = ZIP_DEFLATED, strings: str = "", styles: str = "", sheets: int = 1, more: Parts | None = None) -> bytes:  # fmt: skip
    """`sheets`: how often the one sheet is named by the workbook."""
    entries = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, sheets + 1))
    kinds = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
    named = (
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{to}"/>'
        for n, (kind, to) in enumerate(kinds.items(), 1)
    )
    parts: Parts = {
        **root_relation("xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(*named),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}">{styles}</styleSheet>',
    }
    return zipped(parts | (more or {}), method)


def in_document(run: str, before: str, after: str, random: Random, size: int) -> bytes:
    return document(f"{W}<w:tbl>{HEAD}{before}{repeated(run, size)}{after}</w:tbl>{W_END}")


def in_sheet(run: str, before: str, after: str, random: Random, size: int) -> bytes:
    return workbook(f"{S}{inline(*HEADER)}{before}{repeated(run, size)}{after}{S_END}")


def distinct(pattern: str, size: int, most: int = 10**9) -> str:
    each = len(pattern.format(n=10**6).encode())
    return "".join(pattern.format(n=n) for n in range(1, min(size // each, most)))


def numbered(wrap: Callable[[str], bytes], pattern: str, most: int, random: Random, size: int) -> bytes:
    return wrap(distinct(pattern, size, most))


def table(inner: str) -> bytes:
    return document(f"{W}<w:tbl>{HEAD}{inner}</w:tbl>{W_END}")


def nested(depth: int, opening: str, closing: str, random: Random, size: int) -> bytes:
    """Elements in each other, as deep as a program may go, with a text at the bottom of each pile."""
    text = "山" * max(1, min(size // 60, 1_000_000 // depth))
    pile = opening * depth + f"<w:r><w:t>{text}</w:t></w:r>" + closing * depth
    return table(
        f"<w:tr>{'<w:tc/>' * 3}<w:tc>{repeated(pile, min(size, 400_000 // depth * len(pile.encode())))}</w:tc></w:tr>"
    )


def running_down(first: str, rows: int, random: Random, size: int) -> bytes:
    """One merged row whose cells hold much, and rows that only continue them."""
    one = "".join(f"<w:tc><w:tcPr>{DOWN}</w:tcPr>{repeated(first, size // 4)}</w:tc>" for _ in range(3))
    more = f"<w:tc><w:tcPr>{MORE}</w:tcPr></w:tc>" * 3
    return table(f"<w:tr>{one}{tc('单位')}</w:tr>" + f"<w:tr>{more}{tc('单位')}</w:tr>" * rows)


def merged_sheet(random: Random, size: int) -> bytes:
    """Long merged cells over as many rows as are read."""
    text = "山" * max(1, size // 3_000_000)
    rows = "".join(f'<row r="{n}"><c r="D{n}" t="inlineStr"><is><t>单位</t></is></c></row>' for n in range(3, 15_000))
    ends = "".join(f'<mergeCell ref="{c}2:{c}15000"/>' for c in "ABC")
    return workbook(
        f"{S}{inline(*HEADER)}{inline(text, text, text, '单位')}{rows}</sheetData><mergeCells>{ends}</mergeCells></worksheet>"
    )


def wandering_headers(random: Random, size: int) -> bytes:
    """A header further right in every row, each merged down to the end."""
    count = min(14_900, size // 200)
    cells = "".join(
        f"<c{' r=' + chr(34) + 'A1' + chr(34) if at < 0 else ''} t='inlineStr'><is><t>{name}</t></is></c>"
        for at, name in enumerate(HEADER)
    )

    def row(n: int) -> str:
        return f'<row r="{n}"><c r="{letters(4 * (n % 4000) + 1)}{n}"/>{cells}</row>'

    merges = "".join(
        f'<mergeCell ref="{letters(4 * (n % 4000) + 2 + k)}{n}:{letters(4 * (n % 4000) + 2 + k)}99999"/>'
        for n in range(1, count)
        for k in range(4)
    )
    return workbook(
        f"{S}{''.join(map(row, range(1, count)))}</sheetData><mergeCells>{merges}</mergeCells></worksheet>"
    )


def letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def pointing_sheet(random: Random, size: int) -> bytes:
    """A text kept once, and cells that all point at it."""
    text = "山" * max(1, size // 3 // 300)
    rows = "".join(f"<row>{'<c t=' + chr(34) + 's' + chr(34) + '><v>0</v></c>'}</row>" for _ in range(14_000))
    return workbook(f"{S}{rows}{S_END}", strings=f"<si><t>{text}</t></si>")


def strings(run: str, random: Random, size: int) -> bytes:
    return workbook(f"{S}{inline(*HEADER)}{inline(*CELLS)}{S_END}", strings=repeated(run, size))


def formats(code: str, random: Random, size: int) -> bytes:
    """One long format of numbers that every style refers to."""
    half = min(size, MOST_WHOLE) // 2
    xfs = '<xf numFmtId="200"/>' * (half // 20 - 20)
    code = repeated(code, half).replace('"', "&quot;")[: half - 1000].rpartition("&")[0] or repeated(code, half - 1000)
    return workbook(
        f"{S}{inline(*HEADER)}{inline(*CELLS)}{S_END}",
        styles=f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts><cellXfs>{xfs}</cellXfs>',
    )


def whole_parts(run: str, random: Random, size: int) -> bytes:
    """Every part that is read at once, as large as it may be."""
    much = repeated(run, min(size, MOST_WHOLE) - 3000)
    return workbook(f"{S}{inline(*HEADER)}{inline(*CELLS)}{S_END}", styles=much, more={
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>{much}</workbook>',
        "xl/_rels/workbook.xml.rels": relations(f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/>', much),
        "_rels/.rels": relations(f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>', much),
    })  # fmt: skip


def sheet_again(random: Random, size: int) -> bytes:
    """A sheet without a header, named again and again."""
    return workbook(f"{S}{repeated('<c/>', min(size, 1_900_000))}{S_END}", sheets=min(20_000, max(2, size // 500)))


def many_sheets(random: Random, size: int) -> bytes:
    """Sheets without a header, each as long as one may be, as many as fit."""
    count = max(2, min(90, size // 500_000))
    named = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in range(count)
    )
    entries = "".join(f'<sheet name="{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(count))
    blank = f"{S}{'<c/>' * 499_000}{S_END}"
    return workbook("", more={
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(named),
        **{f"xl/worksheets/s{n}.xml": blank for n in range(count)},
    })  # fmt: skip


def far_named(random: Random, size: int) -> bytes:
    """A cell whose place is written with many noughts, and cells that stand next to it."""
    cells = "<c t='inlineStr'><is><t>甲</t></is></c>" * min(59_000, size // 50)
    return workbook(f'{S}<row><c r="A{"0" * 130_000}1"/>{cells}</row>{S_END}')


def directory(random: Random, size: int) -> bytes:
    """Parts of no size with as much beside their names as a zip has room for."""
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in {**root_relation("word/document.xml"), "word/document.xml": W + W_END}.items():
            archive.writestr(ZipInfo(name), content)
        for n in range(max(1, min(size, 19_900_000) // 131_200)):
            info = ZipInfo(f"{n}")
            info.extra = b"\xff\xff\x00\x00" * 16_000
            archive.writestr(info, "")
    return stream.getvalue()


def many_parts(random: Random, size: int) -> bytes:
    parts = {f"word/media/{n}.bin": "" for n in range(min(MOST_PARTS - 10, size // 100))}
    return zipped(
        {**root_relation("word/document.xml"), "word/document.xml": f"{W}<w:tbl>{HEAD}{ROW}</w:tbl>{W_END}", **parts}
    )


def cut(make: Kind, random: Random, size: int) -> bytes:
    data = bytearray(make(random, size))
    for _ in range(random.randint(0, 20)):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randint(len(data) // 2, len(data))])


def before_root(wrap: Callable[[str], bytes], run: str, random: Random, size: int) -> bytes:
    return wrap(f"<!--{repeated(run, size)}-->")


def with_document(xml: str) -> bytes:
    return document(f"{xml}{W}<w:tbl>{HEAD}{ROW}</w:tbl>{W_END}")


def with_sheet(xml: str) -> bytes:
    return workbook(f"{xml}{S}{inline(*HEADER)}{inline(*CELLS)}{S_END}")


def rows_of_sheet(xml: str) -> bytes:
    return workbook(f"{S}{inline(*HEADER)}{xml}{S_END}")


def merges_of_sheet(xml: str) -> bytes:
    return workbook(f"{S}{inline(*HEADER)}</sheetData><mergeCells>{xml}</mergeCells></worksheet>")


def rows_of_document(xml: str) -> bytes:
    return table(xml)


def any_cell(make: Callable[[str], bytes], random: Random, size: int) -> bytes:
    return make(of_words(random, size).replace("<", "&lt;").replace(">", "&gt;"))


def sheet_cell(text: str) -> bytes:
    return workbook(f"{S}{inline(*HEADER)}{inline('1', '任务', '举措', text)}{S_END}")


def document_cell(text: str) -> bytes:
    return table(tr(*map(tc, ("1", "任务", "举措", text))))
