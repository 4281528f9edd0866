"""The modules of the trainer import each other in one direction, imports inside functions included."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from rig import ROOT


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("trainer"):
            for name in node.names:
                deeper = f"{node.module}.{name.name}"
                found.add(deeper if (ROOT / deeper.replace(".", "/")).with_suffix(".py").is_file() else node.module)
    return found


def test_no_imports_form_a_cycle() -> None:
    graph = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): imported(path) for path in ROOT.glob("trainer/**/*.py")
    }
    assert len(graph) > 30
    TopologicalSorter(graph).prepare()
