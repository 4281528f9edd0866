"""Which kind of document a file is: by its content, and by its name only where the content does not tell."""

import re
import zipfile
from pathlib import Path
from typing import Literal

from trainer.documents.unreadable import Unreadable

Kind = Literal["pdf", "docx", "epub", "html", "markdown", "text"]
_HEAD = 4096
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OTHER = {
    b"{\\rtf": "is RTF; save it as .docx or PDF",
    b"\x1f\x8b": "is packed with gzip; unpack it",
    b"7z\xbc\xaf": "is a 7z archive; unpack it and name the folder",
    b"Rar!": "is a RAR archive; unpack it and name the folder",
    b"\x89PNG": "is a picture, and temper reads no text in pictures",
    b"\xff\xd8\xff": "is a picture, and temper reads no text in pictures",
    b"\xd0\xcf\x11\xe0": "is a file of old Word, or a new one with a password; save a copy as .docx without one",
}
_ZIPPED = {
    "xl/workbook.xml": "is a workbook of Excel; `from: rows` reads its sheets saved as CSV",
    "ppt/presentation.xml": "is a presentation; save it as PDF",
    "content.xml": "is an OpenDocument file; save it as .docx or PDF",
}


def kind_of(path: Path) -> Kind:
    """Raises Unreadable for a file that temper reads no text from, with what to do."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise Unreadable("is empty")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    for magic, words in _OTHER.items():
        if head.startswith(magic):
            raise Unreadable(words)
    if not head.startswith(_MARKS) and b"\0" in head:
        raise Unreadable("holds bytes that are no text, and is no PDF, Word file or e-book")
    if _HTML.match(head.removeprefix(_MARKS[0])):
        return "html"
    suffix = path.suffix.lower()
    if suffix in (".md", ".markdown", ".mdown", ".qmd", ".rmd"):
        return "markdown"
    return "html" if suffix in (".html", ".htm", ".xhtml") else "text"


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise Unreadable(f"is damaged or cut off ({error}); fetch it again") from error
    if "word/document.xml" in names:
        return "docx"
    if "META-INF/container.xml" in names:
        return "epub"
    for name, words in _ZIPPED.items():
        if name in names:
            raise Unreadable(words)
    raise Unreadable("is an archive; unpack it and name the folder")
