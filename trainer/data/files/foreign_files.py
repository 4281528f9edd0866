"""Recognizes files that are not rows of text by their first bytes, and says what each is and what makes rows of it."""

import codecs
import shlex
import zipfile
from pathlib import Path

from trainer.data.files.open_file import OpenedFile
from trainer.runtime.events import Failure

_PANDAS = "python -c \"import pandas; pandas.{read}.to_json({new!r}, orient='records', lines=True, force_ascii=False)\""
_UNPACK = "Unpack it and name the file of rows in it: `{command} {file}`."
_SHEET = "Save it as `CSV UTF-8` and name that file."
_UTF32 = "`iconv -f UTF-32 -t UTF-8 {file} > {utf8}` converts the file."
_WORDS = "Write the rows into a JSONL or CSV file."
_DOCUMENT = (
    "temper can have a model write rows of it: `from: documents` in the `prepare` step, or `npx temper init {file}`."
)
_PICKLE = "A pickle can run code, so temper does not open it. Write the rows as JSONL where the file was made."
_MODEL = "`source` names rows; a model is named by `base`."

# First bytes, what the file is, and what to do.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK.replace("{command}", "7z x")),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK.replace("{command}", "unrar x")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file", _SHEET),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "`sqlite3 -json {file} 'SELECT * FROM TABLE' > {json}` writes a table as rows.",
    ),
    (codecs.BOM_UTF32_LE, "text in UTF-32", _UTF32),
    (codecs.BOM_UTF32_BE, "text in UTF-32", _UTF32),
    (b"%PDF", "a PDF document", _DOCUMENT),
    (b"{\\rtf", "an RTF document", _WORDS),
    (b"Obj\x01", "an Avro file", "Convert it to JSONL or Parquet."),
    (b"ORC", "an ORC file", "`" + _PANDAS.replace("{read}", "read_orc({path!r})") + "` makes rows of it."),
    (b"\x89HDF\r\n", "an HDF5 file", "Convert it to JSONL or Parquet."),
    (b"\x93NUMPY", "a NumPy array", "Convert it to JSONL or Parquet."),
    (
        b"FEA1",
        "a Feather file of the old version 1",
        "`" + _PANDAS.replace("{read}", "read_feather({path!r})") + "` makes rows of it.",
    ),
    (b"GGUF", "a GGUF model", _MODEL),
    (b"\x89PNG", "a PNG image", _WORDS),
    (b"\xff\xd8\xff", "a JPEG image", _WORDS),
    (b"\x7fELF", "a program", _WORDS),
)
_IN_ZIP = (
    ("xl/", "an Excel workbook", _SHEET),
    ("word/", "a Word document", _DOCUMENT),
    ("META-INF/container.xml", "an e-book", _DOCUMENT),
    ("ppt/", "a PowerPoint file", _WORDS),
    ("content.xml", "an OpenDocument file", _SHEET),
    ("data.pkl", "a PyTorch file", _PICKLE),
)


def refuse_foreign(file: OpenedFile) -> None:
    """Raises NOT_ROWS for a file of another kind. In a packed file the content counts, such as a tar in a gzip."""
    found = _by_magic(file.head if file.packed else file.raw_head, file.path) or _by_text(file.head)
    if found:
        what, remedy = found
        raise refusal(file, f"{what}, not a file of rows", remedy)


def refusal(file: OpenedFile, what: str, remedy: str) -> Failure:
    return Failure("NOT_ROWS", f"{file.path.name} is {what}. {fill(remedy, file.path)}")


def fill(remedy: str, path: Path) -> str:
    """Puts the file's names into a remedy, quoted as a shell needs them."""
    stem = path.name.split(".")[0] or "rows"
    names = {
        "{file}": shlex.quote(path.name),
        "{path!r}": repr(path.name),
        "{new!r}": repr(f"{stem}.jsonl"),
        "{new}": shlex.quote(f"{stem}.rows.jsonl"),
        "{json}": shlex.quote(f"{stem}.json"),
        "{utf8}": shlex.quote(f"{stem}.utf8{path.suffix}"),
    }
    for placeholder, name in names.items():
        remedy = remedy.replace(placeholder, name)
    return remedy


def _by_magic(head: bytes, path: Path) -> tuple[str, str] | None:
    for magic, what, remedy in _MAGIC:
        if head.startswith(magic):
            return what, remedy
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK.replace("{command}", "tar -xf")
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a Python pickle", _PICKLE
    if head[:1] != b"\0" and head[8:10] == b'{"' and head[3:8] == b"\0" * 5:
        return "a safetensors file", _MODEL
    return None


def _by_text(head: bytes) -> tuple[str, str] | None:
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return "a Git LFS pointer", "Fetch the file itself with `git lfs pull`."
    if head.startswith((b"/annex/objects/", b"../.git/annex/")):
        return "a git-annex pointer", "Fetch the file itself with `git annex get {file}`."
    if head.startswith(b"outs:\n- md5"):
        return "a DVC pointer", "Fetch the file itself with `dvc pull`."
    start = head[:2048].lstrip(b" \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (b"<html" in start and start[:1] == b"<"):
        return (
            "an HTML page",
            "The page of the file was saved in place of the file. Download the file itself: on the Hub its address has "
            "`/resolve/` in place of `/blob/`, on GitHub it is the one of `Raw`.",
        )
    if start.startswith((b"<?xml", b"<rss", b"<svg")):
        return "an XML file", "Convert it to JSONL or CSV."
    if head.strip(b"\0") == b"" and head:
        return "a file of zero bytes alone", "It was not written to its end, or its disk is damaged. Fetch it again."
    if 10 * sum(byte < 9 for byte in head[:512]) > len(head[:512]):
        return "a binary file", "Convert it to JSONL, CSV or Parquet."
    return None


def _zip(path: Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        names = []
    for part, what, remedy in _IN_ZIP:
        if any(name.startswith(part) or name.endswith("/" + part) for name in names):
            return what, remedy
    held = ", ".join(name for name in names[:5])
    return "a zip archive" + (f" (it holds {held}{' …' if len(names) > 5 else ''})" if held else ""), _UNPACK.replace(
        "{command}", "unzip"
    )
