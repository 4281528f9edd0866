"""A file that is not what its name says is read, or refused in one sentence that names it and says what to do."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from prepared import Prepared, lines
from rig import run
from trainer.data.files.guess_encoding import guess_encoding
from trainer.runtime.events import Failure

ROWS = [{"instruction": "Name a gas.", "output": "Neon."}, {"instruction": "Name a star.", "output": "Vega."}]
TEXTS = [[("user", row["instruction"]), ("assistant", row["output"])] for row in ROWS]
JSONL = lines(*ROWS)
TABLE = "instruction,output\nName a gas.,Neon.\nName a star.,Vega.\n"


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def tarred() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("rows.jsonl")
        entry.size = len(JSONL)
        archive.addfile(entry, io.BytesIO(JSONL.encode()))
    return made.getvalue()


COLUMNS = {key: [row[key] for row in ROWS] for key in ("instruction", "output")}

READ: dict[str, tuple[str, bytes | str]] = {
    "columns as lists": ("rows.json", json.dumps(COLUMNS, indent=1)),
    "packed columns named jsonl": ("rows.jsonl.gz", gzip.compress(json.dumps(COLUMNS).encode())),
    "pandas' columns": (
        "rows.json",
        json.dumps({key: {str(at): value for at, value in enumerate(values)} for key, values in COLUMNS.items()}),
    ),
    "pandas' split": (
        "rows.json",
        json.dumps({"columns": list(COLUMNS), "index": [0, 1], "data": [list(row.values()) for row in ROWS]}),
    ),
    "columns of conversations": (
        "rows.json",
        json.dumps(
            {
                "messages": [
                    [
                        {"role": "user", "content": row["instruction"]},
                        {"role": "assistant", "content": row["output"]},
                    ]
                    for row in ROWS
                ]
            }
        ),
    ),
    "gzip": ("rows.jsonl.gz", gzip.compress(JSONL.encode())),
    "gzip without its name": ("rows.jsonl", gzip.compress(JSONL.encode())),
    "a packed table": ("rows.csv.gz", gzip.compress(TABLE.encode())),
    "bzip2": ("rows.jsonl.bz2", bz2.compress(JSONL.encode())),
    "xz": ("rows.json.xz", lzma.compress(json.dumps(ROWS).encode())),
    "an array named jsonl": ("rows.jsonl", json.dumps(ROWS)),
    "lines named json": ("rows.json", JSONL),
    "lines named txt": ("rows.txt", JSONL),
    "lines named csv": ("rows.csv", JSONL),
    "lines without a name": ("rows", JSONL),
    "lines of Windows": ("rows.ndjson", JSONL.replace("\n", "\r\n")),
    "lines of old Macs": ("rows.jsonl", JSONL.replace("\n", "\r")),
    "objects over several lines": ("rows.jsonl", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
    "objects with commas between them": ("rows.json", ",\n".join(json.dumps(row, indent=2) for row in ROWS)),
    "UTF-16 of Windows": ("rows.jsonl", JSONL.encode("utf-16")),
    "a table of Excel in UTF-16": ("rows.csv", TABLE.replace(",", "\t").replace("\n", "\r\n").encode("utf-16")),
    "a table named jsonl": ("rows.jsonl", TABLE),
    "a table named txt": ("rows.txt", TABLE),
    "a table of tabs": ("rows.tsv", TABLE.replace(",", "\t")),
    "a table of bars": ("rows.csv", TABLE.replace(",", "|")),
    "a table with pandas' index": (
        "rows.csv",
        ",instruction,output\n0,Name a gas.,Neon.\n1,Name a star.,Vega.\n",
    ),
    "a table with an index from an index": (
        "rows.csv",
        "Unnamed: 0,instruction,output\n0,Name a gas.,Neon.\n1,Name a star.,Vega.\n",
    ),
    "a table with Excel's separators": (
        "rows.csv",
        "instruction;output;;\nName a gas.;Neon.;;\nName a star.;Vega.;;\n;;;\n",
    ),
    "a table whose rows have more separators": ("rows.csv", TABLE.replace("Neon.", "Neon.,,")),
    "a table with sep=": ("rows.csv", "sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n")),
    "a table with sep= and a byte order mark": ("rows.csv", "\ufeffsep=;\n" + TABLE.replace(",", ";")),
    "a table with more commas than columns in its header": (
        "rows.csv",
        'instruction;output;"a, b, c, d"\nName a gas.;Neon.;x\nName a star.;Vega.;x\n',
    ),
    "a table of old Macs": ("rows.csv", TABLE.replace("\n", "\r")),
    "a table with blank lines": ("rows.csv", "\n" + TABLE.replace("\n", "\n\n")),
}


@pytest.mark.parametrize("name, content", READ.values(), ids=READ.keys())
def test_it_is_read_as(name: str, content: Any, tmp_path: Path) -> None:
    assert Prepared(tmp_path, content, name=name).texts() == TEXTS
    out = tmp_path / "questions"
    assert run("questions", source=str(tmp_path / name), out=str(out))["questions"] == 2
    asked = [json.loads(line) for line in out.read_text().splitlines()]
    assert [[("user", row["messages"][0]["content"]), ("assistant", row["references"][0])] for row in asked] == TEXTS


REFUSED: dict[str, tuple[str, bytes | str, str]] = {
    "a Git LFS pointer": (
        "rows.jsonl",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 7\n",
        "a Git LFS pointer, not a file of rows. Fetch the file itself with `git lfs pull`.",
    ),
    "a git-annex pointer": ("rows.jsonl", "/annex/objects/SHA256E-s7--0.jsonl\n", "`git annex get rows.jsonl`"),
    "a page": ("page.jsonl", "<!DOCTYPE html>\n" + "<p>x</p>\n" * 40, "an HTML page"),
    "a page after blank lines": ("page.csv", "\n\n<!-- a -->\n<HTML lang=en>\n", "an HTML page"),
    "XML": ("rows.json", '<?xml version="1.0"?><rows/>', "an XML file"),
    "an error of a server": ("rows.json", '{"error":"Invalid credentials"}', 'tells an error: "Invalid credentials"'),
    "a zip": ("rows.zip", zipped(rows="x"), "a zip archive (it holds rows)"),
    "a workbook": (
        "rows.csv",
        zipped(xl__workbook="x"),
        "an Excel workbook, not a file of rows. Save it as `CSV UTF-8`",
    ),
    "an old workbook": ("rows.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "an old Excel or Word file"),
    "an OpenDocument sheet": ("rows.ods", zipped(**{"content.xml": "x"}), "an OpenDocument file"),
    "a Word document": ("rows.docx", zipped(word__document="x"), "a Word document"),
    "a tar": ("rows.tar", tarred(), "a tar archive"),
    "a tar in a gzip": ("rows.tar.gz", gzip.compress(tarred()), "`tar -xf rows.tar.gz`"),
    "a gzip that is cut off": ("rows.jsonl.gz", gzip.compress(JSONL.encode())[:-12], "is damaged or cut off"),
    "a gzip with a changed byte": (
        "rows.jsonl.gz",
        (lambda b: b[:20] + bytes([b[20] ^ 255]) + b[21:])(gzip.compress(JSONL.encode())),
        "is damaged or cut off",
    ),
    "SQLite": ("rows.db", b"SQLite format 3\0" + bytes(90), "an SQLite database"),
    "a PDF": ("rows.pdf", b"%PDF-1.7\n%\xe2\xe3", "`npx temper init rows.pdf`"),
    "an e-book": ("book.epub", zipped(**{"META-INF/container.xml": "x"}), "an e-book"),
    "a pickle": ("rows.pkl", pickle.dumps(ROWS), "a Python pickle"),
    "a program": ("rows", b"\x7fELF\x02\x01\x01" + bytes(90), "a program"),
    "a Parquet file that is cut off": ("rows.parquet", b"PAR1" + bytes(90), "a damaged parquet file"),
    "rows under a key": ("w.json", json.dumps({"version": 1, "data": ROWS}), "`jq -c '.data[]' w.json > w.rows.jsonl`"),
    "rows under a key, indented": (
        "w.json",
        json.dumps({"version": 1, "data": ROWS}, indent=1),
        'w.json is one object, and its key "data" holds the rows',
    ),
    "rows under a key, beyond the first bytes": (
        "w.json",
        json.dumps({"about": {}, "the rows": ROWS * 5000}),
        """`jq -c '.["the rows"][]' w.json > w.rows.jsonl`""",
    ),
    "the answer of the Hub's server": (
        "w.json",
        json.dumps({"features": [{"name": "instruction"}], "rows": [{"row_idx": 0, "row": ROWS[0]}]}),
        "`jq -c '.rows[].row' w.json",
    ),
    "rows by their ids": ("w.json", json.dumps({"a1": ROWS[0], "a2": ROWS[1]}), "`jq -c '.[]' w.json"),
    "columns of two lengths": (
        "c.json",
        json.dumps({"instruction": ["a", "b"], "output": ["c"]}),
        'c.json: the columns have different lengths: "instruction" has 2 values, "output" has 1.',
    ),
    "columns of other rows": (
        "c.json",
        json.dumps({"instruction": {"0": "a"}, "output": {"1": "b"}}),
        'the column "output" has a row "1", "instruction" has none',
    ),
    "a column that is no list": (
        "c.json",
        json.dumps({"instruction": ["a"], "output": ["b"], "version": "1.0"}),
        'c.json: "version" is no list of values, as the other columns are: "1.0".',
    ),
    "prose": ("notes.txt", "This is a note.\nIt has prose, and more.\n", "notes.txt is plain text"),
    "prose named jsonl": ("notes.jsonl", "This is a note.\nIt goes on.\n", "notes.jsonl is plain text"),
    "Markdown": ("notes.md", "# Title\n\nSome text, with commas.\n", "notes.md is plain text"),
    "a Markdown table": ("notes.md", "| instruction | output |\n|---|---|\n| a | b |\n", "a Markdown table"),
    "YAML of one object": ("rows.yml", "rows:\n  - instruction: a\n    output: b\n", "rows.yml is YAML"),
    "UTF-32": ("rows.jsonl", JSONL.encode("utf-32"), "`iconv -f UTF-32 -t UTF-8 rows.jsonl > rows.utf8.jsonl`"),
    "YAML": ("rows.yaml", "- instruction: Name a gas.\n  output: Neon.\n", "rows.yaml is YAML"),
    "an object that is not closed": (
        "rows.json",
        '{\n "prompt": "a",\n "completion": "b"\n',
        "rows.json:1: the row that",
    ),
    "text between objects": ("rows.json", '{\n"prompt": "a"\n}\nx\n{\n}', "rows.json:4: text stands between two rows"),
}


@pytest.mark.parametrize("name, content, says", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("policy", ["fail", "skip"])
def test_it_is_refused_by_what_it_is(name: str, content: Any, says: str, policy: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content, name=name, on_bad_row=policy)
    told = str(failed.value)
    assert says in told and "\n" not in told and "is not JSON" not in told and len(told) < 500
    with pytest.raises(Failure) as asked:
        run("questions", source=str(tmp_path / name), out=str(tmp_path / "questions"))
    assert str(asked.value) == told


LINES = {
    "trailing commas": (JSONL.replace("\n", ",\n"), "a comma follows the row", "`sed -i"),
    "what Python prints": (
        "".join(f"{row!r}\n" for row in ROWS * 20),
        "written as Python prints it",
        "`json.dumps(row)`",
    ),
    "None": ('{"prompt": None}\n' * 5, "written as Python prints it", "`json.dumps(row)`"),
    "NaN": ('{"prompt": NaN}\n' * 5, "holds NaN", "pandas writes"),
    "comments": ('{"prompt": "a"} // a row\n' * 9, "it has a comment", ""),
    "two rows on a line": (f"{json.dumps(ROWS[0])}{json.dumps(ROWS[1])}\n" * 9, "a second row on the line", "`jq -c ."),
    "curly quotation marks": ("{“prompt”: “a”}\n" * 9, "curly quotation marks", "straight ones"),
    "full-width colons": ('{"prompt"："a"}\n' * 9, "full-width colon", ""),
    "conversations without a key": (
        '[{"role": "user", "content": "a"}]\n' * 9,
        "is a list, not an object",
        "end | {messages: .}' rows.jsonl > rows.rows.jsonl",
    ),
}


@pytest.mark.parametrize("content, reason, remedy", LINES.values(), ids=LINES.keys())
def test_one_fault_of_all_lines_is_told_once(content: str, reason: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, content)
    told = str(failed.value)
    assert reason in told and remedy in told and told.count(reason) <= 3
    if content.count("\n") > 3:
        assert f"… and {content.count(chr(10)) - 3} more with the same reason" in told


ENCODED = {
    "gbk": ("金属有哪些？请说出其中的一种", "GBK"),
    "shift_jis": ("金属の名前を一つ言ってください", "SHIFT_JIS"),
    "euc_kr": ("금속의 이름을 하나 말해 주세요", "EUC-KR"),
    "big5": ("請說出一種金屬的名稱", "BIG5"),
    "cp1251": ("Назовите какой-нибудь металл", "WINDOWS-1251"),
    "latin-1": ("Wie heißt das Gefäß für Gäste?", "WINDOWS-1252"),
    "cp1252": ("“How naïve”, she said – at the café…", "WINDOWS-1252"),
}


@pytest.mark.parametrize("encoding, text, name", [(e, *rest) for e, rest in ENCODED.items()], ids=ENCODED.keys())
def test_another_encoding_is_named_with_the_command_that_converts_it(
    encoding: str, text: str, name: str, tmp_path: Path
) -> None:
    row = json.dumps({"instruction": text, "output": text}, ensure_ascii=False) + "\n"
    with pytest.raises(Failure) as failed:
        Prepared(tmp_path, (JSONL + row).encode(encoding))
    assert "rows.jsonl:3: is not UTF-8 (byte " in str(failed.value) and f"perhaps {name}" in str(failed.value)
    assert f"`iconv -f {name} -t UTF-8 rows.jsonl > rows.utf8.jsonl` converts the file." in str(failed.value)
    assert guess_encoding(text.encode()) != name


def test_parquet_and_arrow_are_read(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    chats: list[dict[str, Any]] = [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 1}], "id": 1},
        {"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": None}], "id": 2},
    ]
    table = pyarrow.Table.from_pylist(chats)
    parquet.write_table(table, tmp_path / "rows.parquet")
    with pyarrow.OSFile(str(tmp_path / "rows.arrow"), "wb") as file, pyarrow.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)
    with pyarrow.OSFile(str(tmp_path / "rows.feather"), "wb") as file, pyarrow.ipc.new_file(file, table.schema) as out:
        out.write_table(table)
    with pyarrow.CompressedOutputStream(str(tmp_path / "rows.jsonl.zst"), "zstd") as packed:
        packed.write(lines(*chats).encode())
    for name in ("rows.parquet", "rows.arrow", "rows.feather", "rows.jsonl.zst"):
        content = (tmp_path / name).read_bytes()
        prepared = Prepared(tmp_path, content, name=name, on_bad_row="skip", max_bad_rows=0.5)
        assert prepared.texts() == [[("user", "a"), ("assistant", "b")]]
        where = "rows.jsonl.zst:2" if name.endswith("zst") else f"{name} [row 1]"
        assert prepared.bad_rows == [
            {"event": "bad_row", "where": where, "reason": "the assistant's message is null, not text"}
        ]


def test_columns_longer_than_the_head_are_read_and_a_short_row_is_told(tmp_path: Path) -> None:
    long = {"instruction": [f"{n} abcdefgh" for n in range(9000)], "output": ["b"] * 9000}
    assert Prepared(tmp_path, json.dumps(long), name="c.json", format="json").outputs["rows"] == 9000
    with pytest.raises(Failure, match=r"c\.json is JSON of columns, and is not JSON: .*cut off"):
        Prepared(tmp_path, json.dumps(long)[:-40], name="c.json")
    split = {"columns": ["instruction", "output"], "data": [["a", "b"], ["c"]]}
    prepared = Prepared(tmp_path, json.dumps(split), name="c.json", on_bad_row="skip", max_bad_rows=0.5)
    assert prepared.bad_rows == [
        {"event": "bad_row", "where": "c.json [row 1]", "reason": "has 1 values, `columns` names 2"}
    ]


def test_a_folder_is_told_with_the_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows/train.jsonl").write_text(JSONL)
    with pytest.raises(Failure, match=r"is a folder\. Name one file of rows in it\. It holds: train\.jsonl\."):
        run("prepare", source=str(tmp_path / "rows"), out=str(tmp_path / "out"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(JSONL)
    (tmp_path / "rows.jsonl").chmod(0)
    with pytest.raises(Failure, match="the system refuses") as failed:
        run("prepare", source=str(tmp_path / "rows.jsonl"), out=str(tmp_path / "out"))
    assert failed.value.code == "FILE_REFUSED"


def test_a_disk_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.jsonl").write_text(JSONL)

    class Failing(io.BufferedReader):
        def readline(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("trainer.data.files.open_file.open", lambda path, mode: Failing(io.FileIO(path)), raising=False)
    with pytest.raises(Failure, match=r"the system refuses .*rows\.jsonl: Input/output error") as failed:
        run("prepare", source=str(tmp_path / "rows.jsonl"), out=str(tmp_path / "out"))
    assert failed.value.code == "FILE_REFUSED"
