"""What stands around a list and changes it: heads that sort, pages, rows a page, columns. Drawn in Python, like the rows.

Every link keeps the rest of the list: it is the list's own address up to one parameter, and a new value for that.
"""

from collections.abc import Collection, Mapping
from html import escape

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.safestring import SafeString

from tasks.tables import FIXED_COLUMNS, PER_PAGE, Column, MeasureTable


def without(params: QueryDict, *names: str) -> QueryDict:
    rest = params.copy()
    for name in names:
        rest.pop(name, None)
    return rest


def address(params: QueryDict, name: str) -> str:
    """`?unit=qingdao&amp;page=`, to be followed by a value."""
    kept = without(params, name).urlencode()
    return escape(f"?{kept}&{name}=" if kept else f"?{name}=")


def heads(
    columns: Collection[str],
    sort: str = "",
    params: QueryDict | None = None,
    table: type[MeasureTable] = MeasureTable,
) -> SafeString:
    """The row of column heads. With the sort in force and the list's parameters, each head is a link that sorts."""
    shown = {name: column for name, column in table.base_columns.items() if name in columns}
    to_sort = "" if params is None else address(params, "sort")
    cells = [head(name, column, sort, to_sort if column.sort else "") for name, column in shown.items()]
    return SafeString(f'<tr role="row">{"".join(cells)}</tr>')


def head(name: str, column: Column, sort: str, to_sort: str) -> str:
    """Says the order in force (aria-sort, and an arrow) and asks for the other one, or for upward order at first."""
    css, label = column.attrs["td"]["class"].removeprefix("g "), escape(column.verbose_name)
    if not to_sort:
        return f'<th role="columnheader" scope="col" class="{css} still">{label}</th>'
    is_sorted, is_downward = sort.removeprefix("-") == name, sort.startswith("-")
    state = f' aria-sort="{"descending" if is_downward else "ascending"}"' if is_sorted else ""
    arrow = ("↓" if is_downward else "↑") if is_sorted else "↕"
    wanted = f"-{name}" if is_sorted and not is_downward else name
    link = f'<a href="{to_sort}{wanted}">{label}<span class="way" aria-hidden="true">{arrow}</span></a>'
    return f'<th role="columnheader" scope="col" class="{css}"{state}>{link}</th>'


def chip(href: str, words: str, state: str = "") -> str:
    return f'<li><a class="chip" href="{href}"{state}>{words}</a></li>'


def unseen(words: str) -> str:
    return f'<span class="visually-hidden">{words}</span>'


def page_links(page: Page, params: QueryDict) -> SafeString:
    """One page back, the pages, with gaps where they are many, and one page on; nothing where there is one page."""
    if not page.has_other_pages():
        return SafeString("")
    to_page = address(params, "page")
    links = [page_link(number, page, to_page) for number in page.paginator.get_elided_page_range(page.number)]
    if page.has_previous():
        links.insert(0, chip(f"{to_page}{page.previous_page_number()}", "上一页", ' rel="prev"'))
    if page.has_next():
        links.append(chip(f"{to_page}{page.next_page_number()}", "下一页", ' rel="next"'))
    return SafeString(f'<nav aria-label="分页"><ul class="chips">{"".join(links)}</ul></nav>')


def page_link(number: int | str, page: Page, to_page: str) -> str:
    if number == page.paginator.ELLIPSIS:
        return "<li>…</li>"
    state = ' aria-current="page"' if number == page.number else ""
    return chip(f"{to_page}{number}", f"{unseen('第 ')}{number}{unseen(' 页')}", state)


def per_page_links(current: str, params: QueryDict, sizes: Mapping[str, int] = PER_PAGE) -> SafeString:
    to_size = address(params, "per_page")
    links = [
        chip(
            f"{to_size}{key}",
            f"{unseen('每页 ')}{f'{key} 项' if size else '全部'}",
            ' aria-current="true"' if key == current else "",
        )
        for key, size in sizes.items()
    ]
    return SafeString("".join(links))


def column_boxes(shown: Collection[str], table: type[MeasureTable] = MeasureTable) -> SafeString:
    """A checkbox for each column; those always shown are checked and fixed."""
    boxes = [
        column_box(name, column.verbose_name, name in shown, name in FIXED_COLUMNS)
        for name, column in table.base_columns.items()
    ]
    return SafeString("".join(boxes))


def column_box(name: str, label: str, is_shown: bool, is_fixed: bool) -> str:
    state = f"{' checked' if is_shown else ''}{' disabled' if is_fixed else ''}"
    note = '<span class="muted small">（始终显示）</span>' if is_fixed else ""
    box = f'<input type="checkbox" name="cols" value="{name}"{state}>'
    return f'<label class="tick">{box}{escape(label)}{note}</label>'
