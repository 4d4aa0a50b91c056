"""The styles of an official document after GB/T 9704-2012, instead of those of python-docx's American template."""

from typing import NamedTuple

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

from tasks.word.xml import element, language

TITLE_SONG, FANGSONG, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
INSTEAD = {TITLE_SONG: SONG, FANGSONG: "仿宋", KAI: "楷体", HEI: "SimHei", SONG: "SimSun"}  # where a face is missing
THREE = 32  # 三号, the size of the text, in halves of a point
TIGHT = -5  # twentieths of a point between characters of 三号: 28 in 156 mm. A grid of characters would say the same,
#             but LibreOffice gives a character that is wider than its cell two cells.
LINE = 579  # twentieths of a point: 22 lines in 225 mm
NOT_OURS = (RELATIONSHIP_TYPE.CUSTOM_XML, "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects")


class Style(NamedTuple):
    """`size` in halves of a point, `line` in twentieths (0: as high as its face), `indent` in hundredths of a character."""

    name: str
    face: str
    size: int
    align: str = "both"
    line: int = LINE
    indent: int = 0
    outline: int | None = None
    right: int = 0
    on_new_page: bool = False


STYLES = {
    "Normal": Style("Normal", FANGSONG, THREE),
    "Title": Style("Title", TITLE_SONG, 44, "center", 700),
    "Subtitle": Style("Subtitle", KAI, THREE, "center"),
    "Addressee": Style("主送机关", FANGSONG, THREE),
    "Body": Style("公文正文", FANGSONG, THREE, indent=200),
    "Heading1": Style("heading 1", HEI, THREE, indent=200, outline=0),
    "Heading2": Style("heading 2", KAI, THREE, indent=200, outline=1),
    "Signature": Style("落款", FANGSONG, THREE, "right", right=200),
    "Annex": Style("附表标题", HEI, THREE, "left", on_new_page=True),
    "TableHead": Style("表头", HEI, 21, "center", 0),
    "TableText": Style("表内文字", FANGSONG, 21, "left", 0),
    "TableNumber": Style("表内数字", FANGSONG, 21, "center", 0),
    "FootnoteText": Style("footnote text", SONG, 18, "left", 0),
    "Footer": Style("footer", SONG, 28, "left", 0),
}


def dress(document: Document) -> None:
    """Replace every style and font of the template."""
    styles = document.styles.element
    for old in styles.findall(qn("w:style")):
        styles.remove(old)
    defaults = styles.find(qn("w:docDefaults"))
    defaults.getparent().replace(defaults, element("docDefaults", run_defaults(), element("pPrDefault")))
    for key, style in STYLES.items():
        styles.append(paragraph_style(key, style))
    styles.append(default("character", "DefaultParagraphFont", "Default Paragraph Font"))
    styles.append(mark_style())
    styles.append(default("table", "TableNormal", "Normal Table"))
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), "zh-CN")
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    replace_fonts(document)


def run_defaults() -> BaseOxmlElement:
    return element("rPrDefault", element("rPr", faces(FANGSONG), *sized(THREE), language()))


def faces(name: str) -> BaseOxmlElement:
    """One face for Chinese and for figures, as the standard sets them."""
    return element("rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name)


def sized(size: int) -> list[BaseOxmlElement]:
    return [element("sz", val=str(size)), element("szCs", val=str(size))]


def paragraph_style(key: str, style: Style) -> BaseOxmlElement:
    made = element("style", element("name", val=style.name), type="paragraph", styleId=key)
    if key == "Normal":
        made.set(qn("w:default"), "1")
    else:
        made.append(element("basedOn", val="Normal"))
    made.append(element("qFormat"))
    made.append(paragraph_shape(style))
    spacing = [element("spacing", val=str(TIGHT if style.size == THREE else 0))]
    made.append(element("rPr", faces(style.face), *spacing, *sized(style.size), language()))
    return made


def paragraph_shape(style: Style) -> BaseOxmlElement:
    """`w:pPr`, its children in the order of the schema."""
    shape = element("pPr")
    if style.outline is not None:
        shape.append(element("keepNext"))
    if style.on_new_page:
        shape.append(element("pageBreakBefore"))
    if not style.line:
        shape.append(element("snapToGrid", val="0"))
    exact = {"line": str(style.line), "lineRule": "exact"} if style.line else {"line": "240", "lineRule": "auto"}
    shape.append(element("spacing", before="0", after="0", **exact))
    one = style.size * 10  # a character in twentieths of a point
    shape.append(
        element(
            "ind",
            rightChars=str(style.right),
            right=str(one * style.right // 100),
            firstLineChars=str(style.indent),
            firstLine=str(one * style.indent // 100),
        )
    )
    shape.append(element("jc", val=style.align))
    if style.outline is not None:
        shape.append(element("outlineLvl", val=str(style.outline)))
    return shape


def default(kind: str, key: str, name: str) -> BaseOxmlElement:
    return element("style", element("name", val=name), element("semiHidden"), type=kind, styleId=key, default="1")


def mark_style() -> BaseOxmlElement:
    raised = element("rPr", element("vertAlign", val="superscript"))
    return element(
        "style", element("name", val="footnote reference"), raised, type="character", styleId="FootnoteReference"
    )


def replace_fonts(document: Document) -> None:
    """The table of fonts, each with the one that an office without it is to take; the template's knows only its own."""
    part, package = document.part, document.part.package
    for key, known in list(package.rels.items()):
        if known.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    for key, known in list(part.rels.items()):
        if known.reltype in (*NOT_OURS, RELATIONSHIP_TYPE.FONT_TABLE):
            part.drop_rel(key)
    fonts = element("fonts", *(font(name, other) for name, other in INSTEAD.items()))
    content = etree.tostring(fonts, xml_declaration=True, encoding="UTF-8", standalone=True)
    table = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, content, package)
    part.relate_to(table, RELATIONSHIP_TYPE.FONT_TABLE)


def font(name: str, other: str) -> BaseOxmlElement:
    """Chinese (charset 86), so that an office that has neither face takes a Chinese one."""
    family = element("family", val="modern" if name == HEI else "roman")
    return element("font", element("altName", val=other), element("charset", val="86"), family, name=name)
