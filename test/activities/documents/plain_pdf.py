"""Writes a PDF with Chinese text that needs no font file: readers know the characters of a standard font by their codes."""

from pathlib import Path

WIDTH, HEIGHT = 595, 842


class PlainPdf:
    def __init__(self) -> None:
        self._pages: list[list[str]] = []
        self._pictures: set[int] = set()
        self._outline: list[tuple[int, str, int]] = []

    def page(self) -> int:
        """Begins a page and returns its number."""
        self._pages.append([])
        return len(self._pages)

    def text(self, x: float, top: float, size: float, text: str) -> float:
        """Returns where the text ends."""
        codes = text.encode("utf-16-be").hex()
        self._pages[-1].append(f"BT /F1 {size} Tf {x:.2f} {HEIGHT - top - 0.88 * size:.2f} Td <{codes}> Tj ET")
        return x + width_of(text, size)

    def rule(self, x0: float, top0: float, x1: float, top1: float) -> None:
        self._pages[-1].append(f"0.7 w {x0} {HEIGHT - top0} m {x1} {HEIGHT - top1} l S")

    def picture(self) -> None:
        """A picture over the whole page, as a scanner makes it."""
        self._pictures.add(len(self._pages))
        self._pages[-1].append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im1 Do Q")

    def entry(self, level: int, title: str) -> None:
        """An entry of the outline that leads to the present page; level 1 or 2."""
        self._outline.append((level, title, len(self._pages)))

    def save(self, path: Path) -> None:
        count = len(self._pages)
        first_page, first_entry = 8, 8 + 2 * count
        objects = {
            1: f"<< /Type /Catalog /Pages 2 0 R {'/Outlines 7 0 R' if self._outline else ''} >>",
            2: f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{first_page + 2 * at} 0 R' for at in range(count))}] >>",
            3: "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
            4: "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /W [1 95 500 814 939 500] >>",
            5: "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
            "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
            6: "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
            "\nstream\n@\nendstream",
        }
        for at, page in enumerate(self._pages):
            content = "\n".join(page)
            pictures = "/XObject << /Im1 6 0 R >>" if at + 1 in self._pictures else ""
            objects[first_page + 2 * at] = (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first_page + 2 * at + 1} 0 R "
                f"/Resources << /Font << /F1 3 0 R >> {pictures} >> >>"
            )
            objects[first_page + 2 * at + 1] = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
        if self._outline:
            objects |= self._entries(first_entry, first_page)
        _write(path, objects)

    def _entries(self, first: int, first_page: int) -> dict[int, str]:
        parents: list[int] = []
        top = 0
        for level, _, _ in self._outline:
            parents.append(7 if level == 1 else top)
            if level == 1:
                top = first + len(parents) - 1
        numbers = [first + at for at in range(len(parents))]

        def links(parent: int) -> str:
            inside = [number for number, of in zip(numbers, parents, strict=True) if of == parent]
            return f"/First {inside[0]} 0 R /Last {inside[-1]} 0 R /Count {len(inside)}" if inside else ""

        made = {7: f"<< /Type /Outlines {links(7)} >>"}
        for number, parent, (_, title, page) in zip(numbers, parents, self._outline, strict=True):
            near = [each for each, of in zip(numbers, parents, strict=True) if of == parent]
            at = near.index(number)
            beside = (f"/Prev {near[at - 1]} 0 R " if at > 0 else "") + (
                f"/Next {near[at + 1]} 0 R" if at + 1 < len(near) else ""
            )
            made[number] = (
                f"<< /Title <{'feff' + title.encode('utf-16-be').hex()}> /Parent {parent} 0 R {beside} {links(number)} "
                f"/Dest [{first_page + 2 * (page - 1)} 0 R /Fit] >>"
            )
        return made


def width_of(text: str, size: float) -> float:
    return sum(0.5 if ord(sign) < 128 else 1.0 for sign in text) * size


def _write(path: Path, objects: dict[int, str]) -> None:
    parts = [b"%PDF-1.4\n"]
    offsets: dict[int, int] = {}
    at = len(parts[0])
    for number in range(1, max(objects) + 1):
        data = f"{number} 0 obj\n{objects.get(number, 'null')}\nendobj\n".encode("latin-1")
        offsets[number] = at
        parts.append(data)
        at += len(data)
    table = "".join(f"{offsets[number]:010d} 00000 n \n" for number in sorted(offsets))
    size = len(offsets) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"
    )
    path.write_bytes(b"".join(parts) + end.encode())
