"""Writes a Chinese thesis with tables and formulas as PDF, Word file, Markdown, HTML and e-book.

Run as: python thesis.py FOLDER [SECTIONS]
Each section has a sentence that no other has, so a test can tell where it came to be. SECTIONS: how many each of the five chapters has.
"""

import re
import sys
import zipfile
from pathlib import Path

from plain_pdf import HEIGHT, WIDTH, PlainPdf, width_of

CHAPTERS = ["绪论", "斑点噪声的统计模型", "滤波方法", "实验与分析", "总结与展望"]
NUMBERS = "一二三四五"
HEADER = "某某大学硕士学位论文"
SIZE, LEADING, LEFT, RIGHT = 12.0, 20.0, 80.0, 515.0


def paragraphs(chapter: int, section: int) -> list[str]:
    mark = chapter * 100 + section
    return [
        f"第{mark}号试验区位于长江三角洲，影像由哨兵一号卫星在二〇二一年获取，共{mark + 7}景，像元间距为{mark % 9 + 5}米。"
        "合成孔径雷达影像中的斑点噪声源于相干成像机制，本质上是一种乘性噪声，严重影响影像的解译精度。",
        f"本节采用窗口大小为{mark % 4 * 2 + 3}的增强李滤波（enhanced Lee filter），它在均匀区域取局部均值，在边缘处保留原始像元，"
        f"处理一景影像平均需要{mark + 0.5}秒。Speckle filtering reduces the variance of homogeneous areas without blurring their edges.",
    ]


def table(chapter: int, section: int) -> list[list[str]]:
    mark = chapter * 100 + section
    return [["方法", "等效视数", "边缘保持"], ["均值滤波", f"{mark}.1", "0.61"], ["增强李滤波", f"{mark}.7", "0.83"]]


def title(chapter: int) -> str:
    return f"第{NUMBERS[chapter - 1]}章 {CHAPTERS[chapter - 1]}"


def section_title(chapter: int, section: int) -> str:
    return f"{chapter}.{section} {CHAPTERS[chapter - 1]}的第{section}个问题"


def write_pdf(path: Path, sections: int) -> None:
    """With headers, page numbers, a table of contents, ruled and open tables, raised characters and a scanned last page."""
    pdf = PlainPdf()
    top = float(HEIGHT)

    def new_page() -> None:
        nonlocal top
        number = pdf.page()
        pdf.text((WIDTH - width_of(HEADER, 9)) / 2, 40, 9, HEADER)
        pdf.text(WIDTH / 2, HEIGHT - 50, 9, str(number))
        top = 90.0

    def room(height: float) -> None:
        if top + height > HEIGHT - 90:
            new_page()

    def write(text: str) -> None:
        nonlocal top
        line, x = "", LEFT + 2 * SIZE
        # Words and numbers stay whole.
        for sign in re.findall(r"[!-~]+|.", text):
            if x + width_of(line + sign, SIZE) > RIGHT:
                room(LEADING)
                pdf.text(x, top, SIZE, line)
                top, line, x = top + LEADING, "", LEFT
            line += sign
        room(LEADING)
        pdf.text(x, top, SIZE, line)
        top += LEADING

    new_page()
    pdf.text(250, top, 18, "目 录")
    top += 40
    for chapter in range(1, 6):
        pdf.text(LEFT, top, SIZE, f"{title(chapter)}{'.' * 40}{chapter * 20}")
        top += LEADING
    for chapter in range(1, 6):
        new_page()
        pdf.entry(1, title(chapter))
        pdf.text(200, top, 18, title(chapter))
        top += 45
        for section in range(1, sections + 1):
            room(120)
            pdf.text(LEFT, top, 14, section_title(chapter, section))
            top += 32
            for text in paragraphs(chapter, section):
                write(text)
            room(40)
            end = pdf.text(220, top, SIZE, "ENL = μ")
            end = pdf.text(end, top - 2, 7, "2")
            end = pdf.text(end, top, SIZE, " / σ")
            pdf.text(end, top - 2, 7, "2")
            top += 30
            room(90)
            _write_table(pdf, top, table(chapter, section), is_open=section % 2 == 0)
            top += 90
    pdf.page()
    pdf.picture()
    pdf.save(path)


def _write_table(pdf: PlainPdf, top: float, rows: list[list[str]], is_open: bool) -> None:
    height, columns = 22, [100, 240, 360, 480]
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            pdf.text(columns[column] + 6, top + at * height + 4, 10, cell)
    for at in (0, 1, len(rows)) if is_open else range(len(rows) + 1):
        pdf.rule(columns[0], top + at * height, columns[-1], top + at * height)
    if not is_open:
        for x in columns:
            pdf.rule(x, top, x, top + len(rows) * height)


def write_markdown(path: Path, sections: int) -> None:
    parts = []
    for chapter in range(1, 6):
        parts.append(f"# {title(chapter)}")
        for section in range(1, sections + 1):
            parts.append(f"## {section_title(chapter, section)}")
            parts += paragraphs(chapter, section)
            parts.append("$$\\mathrm{ENL} = \\frac{\\mu^2}{\\sigma^2}$$")
            rows = table(chapter, section)
            parts.append("\n".join("| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * 3, *rows[1:]]))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def html_of(chapters: list[int], sections: int) -> str:
    parts = ["<nav>目录</nav><script>var hidden = '不是正文';</script>"]
    for chapter in chapters:
        parts.append(f"<h1>{title(chapter)}</h1>")
        for section in range(1, sections + 1):
            parts.append(f"<h2>{section_title(chapter, section)}</h2>")
            parts += [f"<p>{text}</p>" for text in paragraphs(chapter, section)]
            parts.append("<p>ENL = μ<sup>2</sup> / σ<sup>2</sup></p>")
            rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in table(chapter, section))
            parts.append(f"<table>{rows}</table>")
    return f"<!DOCTYPE html><html><head><title>论文</title></head><body>{''.join(parts)}</body></html>"


def write_epub(path: Path, sections: int) -> None:
    names = [f"c{chapter}" for chapter in range(1, 6)]
    items = "".join(f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in names)
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OPS/book.opf",
            f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>',
        )
        for chapter, name in enumerate(names, 1):
            archive.writestr(f"OPS/{name}.xhtml", html_of([chapter], sections))


def write_docx(path: Path, sections: int) -> None:
    import docx
    from docx.oxml import parse_xml

    space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def power(sign: str) -> str:
        inner = "".join(
            f"<m:{part}><m:r><m:t>{text}</m:t></m:r></m:{part}>" for part, text in (("e", sign), ("sup", "2"))
        )
        return f"<m:sSup>{inner}</m:sSup>"

    formula = (
        f"<m:oMath {space}><m:r><m:t>ENL=</m:t></m:r>"
        f"<m:f><m:num>{power('μ')}</m:num><m:den>{power('σ')}</m:den></m:f></m:oMath>"
    )
    document = docx.Document()
    for chapter in range(1, 6):
        document.add_heading(title(chapter), 1)
        for section in range(1, sections + 1):
            document.add_heading(section_title(chapter, section), 2)
            for text in paragraphs(chapter, section):
                document.add_paragraph(text)
            document.add_paragraph()._p.append(parse_xml(formula))
            rows = table(chapter, section)
            made = document.add_table(len(rows), 3)
            for row, cells in zip(made.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
    document.save(str(path))


def main(folder: Path, sections: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_pdf(folder / "thesis.pdf", sections)
    write_markdown(folder / "thesis.md", sections)
    (folder / "thesis.html").write_text(html_of([1, 2, 3, 4, 5], sections), encoding="utf-8")
    write_epub(folder / "thesis.epub", sections)
    write_docx(folder / "thesis.docx", sections)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4)
