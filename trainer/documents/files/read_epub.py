"""Reads an e-book: an archive of HTML files, whose order stands in its package file."""

import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from defusedxml import ElementTree

from trainer.documents.blocks import Block, ReadDocument
from trainer.documents.files.archives import check_archive, read_member
from trainer.documents.files.read_html import read_html
from trainer.documents.unreadable import Unreadable

_CONTAINER = "META-INF/container.xml"
_TYPES = ("application/xhtml+xml", "text/html")


def read_epub(path: Path) -> ReadDocument:
    check_archive(path)
    with zipfile.ZipFile(path) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and b"idpf.org/2008/embedding" not in read_member(
            archive, "META-INF/encryption.xml"
        ):
            raise Unreadable("is an e-book with copy protection, which temper does not open")
        root = _xml(archive, _CONTAINER).find(".//{*}rootfile")
        if root is None:
            raise Unreadable("is no e-book: its container names no package")
        package = str(root.get("full-path"))
        content = _xml(archive, package)
        files = {
            str(item.get("id")): str(item.get("href"))
            for item in content.iterfind(".//{*}manifest/{*}item")
            if item.get("media-type") in _TYPES and "nav" not in str(item.get("properties"))
        }
        blocks: list[Block] = []
        for each in content.iterfind(".//{*}spine/{*}itemref"):
            if href := files.get(str(each.get("idref"))):
                name = posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(href.partition("#")[0])))
                blocks += read_html(read_member(archive, name)).blocks
    return ReadDocument(blocks)


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    data = read_member(archive, name)
    try:
        # Entities that are defined in the file are refused: they read other files, or grow without end.
        return ElementTree.fromstring(data)
    except Exception as error:
        raise Unreadable(f"is no e-book that can be read: {name} ({type(error).__name__}: {error})"[:300]) from error
