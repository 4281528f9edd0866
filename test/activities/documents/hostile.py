"""Writes files that look like documents and are none, or are made to do harm. Run as: python hostile.py FOLDER"""

import sys
import zipfile
from pathlib import Path


def main(folder: Path) -> None:
    whole_pdf = (folder / "thesis.pdf").read_bytes()
    with zipfile.ZipFile(folder / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>" + b" " * 60_000_000)
    with zipfile.ZipFile(folder / "entity.epub", "w") as archive:
        archive.writestr(
            "META-INF/container.xml",
            '<!DOCTYPE c [<!ENTITY read SYSTEM "file:///etc/passwd">]><container><rootfile full-path="&read;"/></container>',
        )
    with zipfile.ZipFile(folder / "sheet.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    # The handler of passwords and a key of nobody: enough for a reader to ask for one.
    locked = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>] /Root" % (
        b"11" * 32,
        b"22" * 32,
    )
    (folder / "locked.pdf").write_bytes(whole_pdf.replace(b"/Root", locked, 1))
    (folder / "cut.pdf").write_bytes(whole_pdf[:2000])
    (folder / "cut.docx").write_bytes((folder / "thesis.docx").read_bytes()[:5000])
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "gbk.txt").write_bytes(b"1\n" + "合成孔径雷达影像中的斑点噪声源于相干成像机制。".encode("gbk"))
    (folder / "empty.md").write_text("\n")
    (folder / "deep.html").write_text("<html><body>" + "<div>" * 3000 + "x")
    (folder / "program.bin").write_bytes(b"\x7fELF" + bytes(100))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
