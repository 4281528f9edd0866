"""The verb `extract`: writes the blocks of each document into a file of its own."""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from trainer.documents.blocks import ReadDocument
from trainer.documents.kind import kind_of
from trainer.documents.unreadable import Unreadable
from trainer.protocol import events as event
from trainer.protocol.jobs import ExtractJob
from trainer.protocol.outputs import ExtractedDocument, ExtractOutputs, UnreadDocument
from trainer.runtime.events import Events

# A file that needs more than this to be read is made to need it.
_MOST_MEMORY, _MOST_BYTES = 8_000_000_000, 1_000_000_000


def main(job: ExtractJob, events: Events) -> ExtractOutputs:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    documents: list[ExtractedDocument] = []
    unread: list[UnreadDocument] = []
    for number, named in enumerate(job.documents):
        path = Path(named.path)

        def tell(page: int, name: str = named.name) -> None:
            events.emit(event.ReadingDocument(name=name, page=page))

        tell(0)
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise Unreadable(
                    f"has {path.stat().st_size / 1e6:,.0f} MB, and {_MOST_BYTES / 1e6:,.0f} MB are read at most"
                )
            kind = kind_of(path)
            read = _read(kind, path, tell)
        except Unreadable as why:
            unread.append(UnreadDocument(name=named.name, why=str(why)))
            continue
        except MemoryError:
            too_large = f"needs more than {_MOST_MEMORY / 1e9:.0f} GB of memory to be read; split it"
            unread.append(UnreadDocument(name=named.name, why=too_large))
            continue
        out = Path(job.out, f"{number}.json")
        out.write_text(json.dumps([asdict(block) for block in read.blocks], ensure_ascii=False), encoding="utf-8")
        documents.append(
            ExtractedDocument(
                name=named.name,
                blocks=str(out),
                kind=kind,
                pages=read.pages,
                scanned=read.scanned,
                characters=sum(len(block.text) for block in read.blocks),
                repeated=read.repeated,
                contents=read.contents,
            )
        )
    return ExtractOutputs(documents=documents, unread=unread)


def _read(kind: str, path: Path, tell: Callable[[int], None]) -> ReadDocument:
    if kind == "pdf":
        from trainer.documents.pdf.read_pdf import read_pdf

        return read_pdf(path, tell)
    if kind == "docx":
        from trainer.documents.files.read_docx import read_docx

        return read_docx(path)
    if kind == "epub":
        from trainer.documents.files.read_epub import read_epub

        return read_epub(path)
    if kind == "html":
        from trainer.documents.files.read_html import read_html

        return read_html(path.read_bytes())
    from trainer.documents.files.read_text import read_markdown, read_text

    return read_markdown(path) if kind == "markdown" else read_text(path)
