"""Formulas of Word (OMML) as LaTeX, which is how chat models write them."""

from collections.abc import Callable
from typing import Any

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ACCENTS = {
    "\u0302": "\\hat",
    "\u0304": "\\bar",
    "\u0305": "\\bar",
    "\u20d7": "\\vec",
    "\u0303": "\\tilde",
    "\u0307": "\\dot",
}
_SUMS = {"∑": "\\sum", "∏": "\\prod", "∫": "\\int", "∬": "\\iint", "∮": "\\oint", "⋃": "\\bigcup", "⋂": "\\bigcap"}


def latex_of(element: Any) -> str:
    """The formula in an `m:oMath`. A part of a kind that is not known here is written by what is inside it."""
    return "".join(_part(child) for child in element)


def _part(element: Any) -> str:
    tag = str(element.tag)
    if not tag.startswith(_M):
        return ""
    name = tag.removeprefix(_M)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    write = _WRITERS.get(name)
    return write(element) if write else latex_of(element)


def _inner(element: Any, name: str) -> str:
    found = element.find(f"{_M}{name}")
    return "" if found is None else latex_of(found)


def _value(element: Any, properties: str, name: str, default: str) -> str:
    found = element.find(f"{_M}{properties}/{_M}{name}")
    return default if found is None else str(found.get(f"{_M}val", default))


def _root(element: Any) -> str:
    degree = _inner(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_inner(element, 'e')}}}"


def _sum(element: Any) -> str:
    sign = _value(element, "naryPr", "chr", "∫")
    below, above = _inner(element, "sub"), _inner(element, "sup")
    limits = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return f"{_SUMS.get(sign, sign)}{limits} {_inner(element, 'e')}"


def _brackets(element: Any) -> str:
    inner = _value(element, "dPr", "sepChr", "|").join(latex_of(each) for each in element.findall(f"{_M}e"))
    return f"{_value(element, 'dPr', 'begChr', '(')}{inner}{_value(element, 'dPr', 'endChr', ')')}"


def _matrix(element: Any) -> str:
    rows = [" & ".join(latex_of(cell) for cell in row.findall(f"{_M}e")) for row in element.findall(f"{_M}mr")]
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


def _accent(element: Any) -> str:
    sign = _value(element, "accPr", "chr", "\u0302")
    return f"{_ACCENTS.get(sign, chr(92) + 'hat')}{{{_inner(element, 'e')}}}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "f": lambda each: f"\\frac{{{_inner(each, 'num')}}}{{{_inner(each, 'den')}}}",
    "sSup": lambda each: f"{_inner(each, 'e')}^{{{_inner(each, 'sup')}}}",
    "sSub": lambda each: f"{_inner(each, 'e')}_{{{_inner(each, 'sub')}}}",
    "sSubSup": lambda each: f"{_inner(each, 'e')}_{{{_inner(each, 'sub')}}}^{{{_inner(each, 'sup')}}}",
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "m": _matrix,
    "acc": _accent,
    "bar": lambda each: f"\\bar{{{_inner(each, 'e')}}}",
    "func": lambda each: f"\\{_inner(each, 'fName').strip() or 'operatorname'} {_inner(each, 'e')}",
    "eqArr": lambda each: " \\\\ ".join(latex_of(part) for part in each.findall(f"{_M}e")),
}
