"""What of a text a sheet can hold. Pure; everything else about cells is in `tasks.excel.cells`."""

import re

# XML forbids these; the picture of a control character (␇ for U+0007) shows where a text is damaged.
VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"}
VISIBLE |= dict.fromkeys((*range(55296, 57344), 65534, 65535), "�")
LINE_END = re.compile(r"\r\n?")


def clean(text: str) -> str:
    """The text with one kind of line end and every character XML forbids made visible. Its length stays."""
    return LINE_END.sub("\n", text).translate(VISIBLE)
