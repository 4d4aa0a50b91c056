"""Reading a part of a page: its tables with their numbers, and where each of them leads."""

from typing import NamedTuple

from lxml import html


class Cell(NamedTuple):
    text: str
    url: str | None


def section(page: str, anchor: str) -> str:
    """The part labelled by the heading of that id."""
    return page.split(f'aria-labelledby="{anchor}"', 1)[1].split("</section>", 1)[0]


def rows(part: str) -> list[list[Cell]]:
    return [[cell_of(cell, next(cell.iter("a"), None)) for cell in row] for row in tree(part).iter("tr")]


def texts(part: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows(part)]


def links(part: str) -> list[Cell]:
    return [cell_of(link, link) for link in tree(part).iter("a")]


def tree(part: str) -> html.HtmlElement:
    return html.fragment_fromstring(part, create_parent=True)


def cell_of(element: html.HtmlElement, link: html.HtmlElement | None) -> Cell:
    """The element's text, its pieces apart by one space, and the address behind it."""
    text = " ".join(" ".join(element.itertext()).split())
    return Cell(text, link.get("href") if link is not None else None)
