"""What a file is, by its content. A name or a declared type proves nothing. Pure."""

import zipfile
from io import BytesIO

PDF, PNG, JPG = "application/pdf", "image/png", "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPG: ".jpg", DOCX: ".docx", XLSX: ".xlsx"}
MAIN_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def content_type(data: bytes) -> str | None:
    """The type of an accepted file (pdf, docx, xlsx, png, jpg), or None. Office files with macros are not accepted."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPG
    return office_type(data) if data.startswith(b"PK\x03\x04") else None


def office_type(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = set(package.namelist())
    except zipfile.BadZipFile:
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in MAIN_PART.items() if part in names), None)
