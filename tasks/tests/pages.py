"""Reading a page as a person does: its tables with their numbers and where each leads, its figures, its text."""

from html.parser import HTMLParser
from typing import NamedTuple


class Cell(NamedTuple):
    text: str
    url: str | None


class _Reader(HTMLParser):
    """Collects the cells of every row, and every link, with the text inside."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Cell]] = []
        self.links: list[Cell] = []
        self.cell: list[str] | None = None
        self.url: str | None = None
        self.link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.cell, self.url = [], None
        elif tag == "a":
            self.url = dict(attrs)["href"] or ""
            self.link = (self.url, [])

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self.cell is not None:
            self.rows[-1].append(Cell(" ".join("".join(self.cell).split()), self.url))
            self.cell = None
        elif tag == "a" and self.link:
            self.links.append(Cell(" ".join(" ".join(self.link[1]).split()), self.link[0]))
            self.link = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)
        if self.link:
            self.link[1].append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def section(html: str, anchor: str) -> str:
    """The part of a page labelled by the heading of that id."""
    return html.split(f'aria-labelledby="{anchor}"', 1)[1].split("</section>", 1)[0]


def rows(html: str) -> list[list[Cell]]:
    return _read(html).rows


def texts(html: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows(html)]


def links(html: str) -> list[Cell]:
    return _read(html).links
