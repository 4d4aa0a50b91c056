"""Reading the site's pages in tests as a person does: rows, counts, notices and the links they follow."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from django.test import Client
from lxml import html

TASKS = "/plans/jiaodong/tasks/"


class Shown:
    """A page, fetched and taken apart."""

    def __init__(self, client: Client, url: str, **params: Any) -> None:
        self.address = f"{url}?{urlencode(params, doseq=True)}" if params else url
        self.response = client.get(self.address)
        assert self.response.status_code == 200, f"{url} {params}: {self.response.status_code}"
        self.tree = html.fromstring(self.response.content.decode())

    def texts(self, xpath: str) -> list[str]:
        """The text of each element found, spaces run together."""
        return [" ".join(found.text_content().split()) for found in self.tree.xpath(xpath)]

    def text(self, xpath: str) -> str:
        (text,) = self.texts(xpath)
        return text

    @property
    def codes(self) -> list[str]:
        return self.texts("//td[contains(@class, 'code')]")

    @property
    def groups(self) -> list[tuple[str, str, int]]:
        """Number, title and how many rows each group of rows spans, down the page."""
        numbers = self.tree.xpath("//td[contains(@class, 'seq')]")
        titles = self.tree.xpath("//th[@scope='rowgroup']//a")
        return [
            (number.text_content(), title.text_content(), int(number.get("rowspan")))
            for number, title in zip(numbers, titles, strict=True)
        ]

    @property
    def status(self) -> str:
        return self.text("//*[@role='status']")

    @property
    def heads(self) -> list[str]:
        return [text.rstrip("↕↑↓") for text in self.texts("//thead//th")]

    @property
    def problems(self) -> list[str]:
        return self.texts("//*[@role='alert']//li")

    def link(self, words: str) -> dict[str, list[str]]:
        """The parameters of the one link whose text ends in these words, signs apart."""
        links = [a for a in self.tree.xpath("//main//a") if a.text_content().rstrip("↕↑↓× ").endswith(words)]
        (found,) = links
        return parse_qs(urlsplit(urljoin(self.address, found.get("href"))).query)
