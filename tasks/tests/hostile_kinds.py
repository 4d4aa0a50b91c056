"""The kinds of workbooks and documents that nobody should bring, by name."""

from functools import partial
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED

from tasks.tests.hostile_packages import (
    CELLS,
    HEAD,
    ROW,
    S_END,
    W_END,
    S,
    W,
    any_cell,
    before_root,
    cut,
    directory,
    document,
    document_cell,
    far_named,
    formats,
    in_document,
    in_sheet,
    many_parts,
    many_sheets,
    merged_sheet,
    merges_of_sheet,
    nested,
    numbered,
    pointing_sheet,
    rows_of_document,
    rows_of_sheet,
    running_down,
    sheet_again,
    sheet_cell,
    strings,
    wandering_headers,
    whole_parts,
    with_document,
    with_sheet,
    workbook,
)
from tasks.tests.hostile_texts import RUNS, Kind, repeated
from tasks.tests.office_files import HEADER, inline

P, P_END, T, T_END = "<w:p>", "</w:p>", "<w:r><w:t>", "</w:t></w:r>"
LONG_URI = f'xmlns:a="{"u" * 200_000}"'
IN_SHEET = {
    "cells": (inline(*CELLS), "", ""),
    "blank cells": ("<c/>", "<row>", "</row>"),
    "cells with a letter": ("<c t='inlineStr'><is><t>a</t></is></c>", "<row>", "</row>"),
    "blank rows": ("<row/>", "", ""),
    "a row of a letter": ("<row><c t='inlineStr'><is><t>a</t></is></c></row>", "", ""),
    "digits": ("9", "<row><c><v>", "</v></c></row>"),
    "lines in a cell": ("\n", "<row><c t='inlineStr'><is><t>", "</t></is></c></row>"),
    "lines between cells": ("\n", "", ""),
    "entities in a cell": ("&#38;", "<row><c t='inlineStr'><is><t>", "</t></is></c></row>"),
    "runs in a cell": ("<r><t>a</t></r>", "<row><c t='inlineStr'><is>", "</is></c></row>"),
    "escapes in a cell": ("_x0041_", "<row><c t='inlineStr'><is><t>", "</t></is></c></row>"),
    "half escapes in a cell": ("_x004", "<row><c t='inlineStr'><is><t>", "</t></is></c></row>"),
    "wide letters": ("a", "<row><c t='inlineStr'><is><t>😀", "</t></is></c></row>"),
    "formulas": ("<c><f>A1</f></c>", "<row>", "</row>"),
    "a comment": (" > ", "<!--", "-->"),
    "an instruction": (" > ", "<?x ", "?>"),
    "a value of an attribute": (" > ", "<row a='", "'/>"),
    "a tag without end": (" a", "<row ", ""),
    "piles": ("<a>", "", ""),
    "one merge": ('<mergeCell ref="A1:D9"/>', "</sheetData><mergeCells>", "</mergeCells><sheetData>"),
    "a long merge": ("1", '</sheetData><mergeCell ref="A', 'x"/><sheetData>'),
    "attributes": ('<row a="" b="" c="" d="" e="" f="" g="" h="" i="" j="" k="" l="" m="" n=""/>', "", ""),
    "a long namespace": ("<a:x/>", f"<row {LONG_URI}>", "</row>"),
    "long dates": ('<row><c s="0"><v>1e300</v></c></row>', "", ""),
    "broken characters": ("&#0;", "<row><c t='inlineStr'><is><t>", "</t></is></c></row>"),
}
IN_DOCUMENT = {
    "rows": (ROW, "", ""),
    "blank rows": ("<w:tr><w:tc/><w:tc/><w:tc/><w:tc/></w:tr>", "", ""),
    "blank cells": ("<w:tc/>", "<w:tr>", "</w:tr>"),
    "blank paragraphs": ("<w:p/>", "<w:tr><w:tc/><w:tc/><w:tc/><w:tc>", "</w:tc></w:tr>"),
    "paragraphs": (f"{P}{T}甲{T_END}{P_END}", "<w:tr><w:tc/><w:tc/><w:tc/><w:tc>", "</w:tc></w:tr>"),
    "paragraphs beside the table": (f"{P}{T}甲{T_END}{P_END}", "</w:tbl>", "<w:tbl>"),
    "deleted ends": (f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{T}甲乙丙丁{T_END}{P_END}", "<w:tr><w:tc>", "</w:tc></w:tr>"),
    "runs": (f"{T}甲{T_END}", "<w:tr><w:tc><w:p>", "</w:p></w:tc></w:tr>"),
    "tabs": ("<w:tab/>", "<w:tr><w:tc><w:p><w:r>", "</w:r></w:p></w:tc></w:tr>"),
    "nested tables": (f"<w:tbl>{ROW}</w:tbl>", "<w:tr><w:tc/><w:tc/><w:tc/><w:tc>", "</w:tc></w:tr>"),
    "piles of tables": ("<w:tbl><w:tr><w:tc>", "<w:tr><w:tc/><w:tc/><w:tc/><w:tc>", ""),
    "merged to the left": ('<w:tc><w:tcPr><w:hMerge/></w:tcPr></w:tc>', "<w:tr><w:tc/>", "</w:tr>"),
    "wide cells": (f'<w:tc><w:tcPr><w:gridSpan w:val="{"9" * 4000}"/></w:tcPr></w:tc>', "<w:tr>", "</w:tr>"),
    "spans": ('<w:tr><w:tc><w:tcPr><w:gridSpan w:val="9"/></w:tcPr><w:p/></w:tc></w:tr>', "", ""),
    "properties": ("<w:tcPr/>", "<w:tr><w:tc>", "</w:tc></w:tr>"),
    "drawings": ("<w:drawing><w:p/></w:drawing>", "", ""),
    "attributes": ('<w:p a="" b="" c="" d="" e="" f="" g="" h="" i="" j="" k="" l="" m="" n=""/>', "<w:tr><w:tc>", "</w:tc></w:tr>"),
    "long attributes": (f'<w:p a="{"山" * 60_000}"/>', "<w:tr><w:tc>", "</w:tc></w:tr>"),
    "lines": ("\n", f"<w:tr><w:tc><w:p>{T}", f"{T_END}</w:p></w:tc></w:tr>"),
    "entities": ("&#38;", f"<w:tr><w:tc><w:p>{T}", f"{T_END}</w:p></w:tc></w:tr>"),
    "wide letters": ("a", f"<w:tr><w:tc><w:p>{T}😀", f"{T_END}</w:p></w:tc></w:tr>"),
    "a comment": (" > ", "<!--", "-->"),
    "a value of an attribute": (" > ", "<w:tr a='", "'/>"),
    "a long namespace": ("<a:x/>", f"<w:tr {LONG_URI}>", "</w:tr>"),
    "wrappers": ("<w:sdt>", "<w:tr>", ""),
}  # fmt: skip
NAMES = ["<a{n}/>", '<a a{n}=""/>', '<a xmlns:a{n}="u"/>', '<a{n}:a xmlns:a{n}="u"/>']
ATTRIBUTES = f"<a {' '.join(f'{{n}}a{k}=' + chr(34) * 2 for k in range(30))}/>".replace("{n}a", "b{n}a")
ROW_OF_SHEET = '<row><c t="inlineStr"><is><t>{n}</t></is></c><c t="inlineStr"><is><t>任务{n}</t></is></c>'
WITH_UNIT = (
    ROW_OF_SHEET + '<c t="inlineStr"><is><t>举措{n}</t></is></c><c t="inlineStr"><is><t>单位{n}</t></is></c></row>'
)

CELL = "<row><c/><c/><c/><c t='inlineStr'><is><t>", "</t></is></c></row>"
OF_RUNS: dict[str, Kind] = {f"a sheet of {run[:12]}": partial(in_sheet, run, *CELL) for run in RUNS if "<" not in run}
PACKAGES: dict[str, Kind] = {
    **{f"a sheet of {name}": partial(in_sheet, *parts) for name, parts in IN_SHEET.items()},
    **{f"a document of {name}": partial(in_document, *parts) for name, parts in IN_DOCUMENT.items()},
    **{
        f"{what} with names like {name[:30]}": partial(numbered, wrap, name, 10**9)
        for what, wrap in {"a sheet": rows_of_sheet, "a document": rows_of_document}.items()
        for name in (*NAMES, ATTRIBUTES)
    },
    **{
        f"{what} behind a comment of {run!r}": partial(before_root, wrap, run)
        for what, wrap in {"a sheet": with_sheet, "a document": with_document}.items()
        for run in (">", " ")
    },
    "a sheet of words": partial(any_cell, sheet_cell),
    "a document of words": partial(any_cell, document_cell),
    **OF_RUNS,
    **{f"piles of {depth} {name}": partial(nested, depth, f"<{name}>", f"</{name}>") for depth in (30, 300, 900) for name in ("w:p", "w:ins", "w:tbl", "w:tc", "w:r")},
    **{
        f"{rows} rows continue cells of {name}": partial(running_down, run, rows)
        for rows in (10, 1_000, 14_000)
        for name, run in {"one text": f"{P}{T}{'山' * 1000}{T_END}{P_END}", "paragraphs": f"{P}{T}山{T_END}{P_END}", "blank ends": f"{P}{T}山{T_END}{P_END}" + "<w:p/>" * 100}.items()
    },
    "long merged cells": merged_sheet,
    "wandering headers": wandering_headers,
    "a text pointed at": pointing_sheet,
    **{f"shared strings of {run[:20]}": partial(strings, run) for run in ("<si/>", "<si><t>a</t></si>", "<si><t>_x0041_</t></si>", '<a b="" c="" d="" e="" f="" g=""/>', "<si><r><t>山</t></r></si>")},
    "a long shared string": lambda random, size: workbook(f"{S}{inline(*HEADER)}{S_END}", strings=f"<si><t>😀{'a' * size}</t></si>"),
    **{f"a format of {code}": partial(formats, code) for code in ("[", '"', "y", "[h]", "\\")},
    **{f"whole parts of {run}": partial(whole_parts, run) for run in ("<a/>", '<a b=""/>', '<a b="" c="" d="" e="" f="" g="" h="" i=""/>', '<Relationship Id="x"/>', "<xf/>", "<cellXfs/>")},
    "a sheet named again": sheet_again,
    "sheets": many_sheets,
    "a place with many noughts": far_named,
    "a long directory": directory,
    "parts": many_parts,
    "merges": partial(numbered, merges_of_sheet, '<mergeCell ref="A{n}:D{n}"/>', 10**9),
    "rows of a sheet": partial(numbered, rows_of_sheet, WITH_UNIT, 14_900),
    "tasks without measures": partial(numbered, rows_of_sheet, ROW_OF_SHEET + "<c/></row>", 19_000),
    **{f"packed by method {method}": partial(lambda method, random, size: document(f"{W}<w:tbl>{HEAD}{repeated(ROW, min(size, 5 * 2**20))}</w:tbl>{W_END}", method), method) for method in (ZIP_BZIP2, ZIP_LZMA, ZIP_STORED)},
}  # fmt: skip
PACKAGES |= {
    f"{name}, cut": partial(cut, PACKAGES[name])
    for name in ("a sheet of cells", "a document of rows", "rows of a sheet", "parts")
}

# What is read of a returned workbook before a parser sees it, and a beginning long enough to hide it from the first look.
RAW = [
    "<c ",
    "<c r ",
    "<c r=",
    "<c s",
    "<c><f>",
    "<c t='e'",
    '<c r="A1" t="e">',
    '<c r="A1"><f>',
    "<v",
    '<c t="s"><v>',
    '<c r="A1" ',
    ' r="A1"',
    " t='s'",
    " t='e'",
]
BEGINNINGS = {"behind spaces": " " * 70_000, "behind the beginning of a cell": " " * 70_000 + "<c "}
OF_A_WORKBOOK = ("sheet", "string", "format", "merged", "header", "whole", "pointed")
WORKBOOKS: dict[str, Kind] = {
    **{
        f"returned: {name}": kind
        for name, kind in PACKAGES.items()
        if any(word in name for word in OF_A_WORKBOOK) and name not in OF_RUNS
    },
    **{
        f"returned: {run} {where}": partial(in_sheet, run, before, "")
        for run in RAW
        for where, before in BEGINNINGS.items()
    },
    "returned: a sheet merged as a whole": partial(
        in_sheet, '<mergeCell ref="A1:KN20000"/>', "</sheetData><mergeCells>", "</mergeCells><sheetData>"
    ),
    **{
        f"returned: a sheet that reaches as far as {at}": partial(
            in_sheet, " ", f'<row r="{at[2:]}"><c a=">" r="{at}"><v>1</v></c></row>', ""
        )
        for at in ("KN19999", "xx20000", "CV20000", "AB20000")
    },
}
