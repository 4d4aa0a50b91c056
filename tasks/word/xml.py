"""Elements of WordprocessingML; every text of a document passes through `run`."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from tasks.sheettext import clean

LANGUAGE = {"val": "zh-CN", "eastAsia": "zh-CN", "bidi": "ar-SA"}


def element(tag: str, /, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    """`<w:tag w:attribute="…">`."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    made.extend(children)
    return made


def language() -> BaseOxmlElement:
    return element("lang", **LANGUAGE)


def run(text: str) -> BaseOxmlElement:
    """Text in Chinese: without hint and language a Western Word sets quotation marks and commas in a Western face.

    What XML forbids becomes visible, as in a workbook; line ends become breaks.
    """
    made = element("r", element("rPr", element("rFonts", hint="eastAsia"), language()))
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            made.append(element("br"))
        words = element("t")
        words.text = line.replace("\t", " ")
        words.set(qn("xml:space"), "preserve")
        made.append(words)
    return made
