"""Real footnotes, which python-docx cannot make: the part, its separators, and the marks in the text."""

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

from tasks.word.xml import element, run

MARK, TEXT = "FootnoteReference", "FootnoteText"  # styles of `tasks.word.styles`
SEPARATORS = {-1: "separator", 0: "continuationSeparator"}  # Word wants both before the first note


class Footnotes:
    """The notes of one document, numbered from 1. `attach` once, after the last."""

    def __init__(self) -> None:
        self.root = etree.Element(qn("w:footnotes"), nsmap={"w": parse_xml(f"<w:p {nsdecls('w')}/>").nsmap["w"]})
        for key, kind in SEPARATORS.items():
            paragraph = element("p", element("r", element(kind)))
            self.root.append(element("footnote", paragraph, type=kind, id=str(key)))
        self.count = 0

    def add(self, text: str) -> BaseOxmlElement:
        """A note, and the run that carries its mark in the text."""
        self.count += 1
        sign = element("r", element("rPr", element("rStyle", val=MARK)), element("footnoteRef"))
        paragraph = element("p", element("pPr", element("pStyle", val=TEXT)), sign, run(f" {text}"))
        self.root.append(element("footnote", paragraph, id=str(self.count)))
        mark = element("footnoteReference", id=str(self.count))
        return element("r", element("rPr", element("rStyle", val=MARK)), mark)

    def attach(self, document: Document) -> None:
        content = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, content, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        separators = [element("footnote", id=str(key)) for key in SEPARATORS]
        document.settings.element.find(qn("w:compat")).addprevious(element("footnotePr", *separators))
