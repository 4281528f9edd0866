"""The data report: what a person should know of rows before they are learned. It never repeats what it warns of."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rig import run
from trainer.data.measure.private_texts import find_private


def prepare(folder: Path, *rows: tuple[str, str], **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    lines = (json.dumps({"prompt": one, "completion": other}, ensure_ascii=False) + "\n" for one, other in rows)
    (folder / "rows.jsonl").write_text("".join(lines))
    outputs = run("prepare", io.StringIO(), source=str(folder / "rows.jsonl"), out=str(folder / "out"), **options)
    return outputs, json.loads((folder / "out" / "summary.json").read_text())


# Built from parts, so that no scanner of this repository takes them for real ones.
SECRETS = [
    ("-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE", "private_key", None),
    ("use AKIA" + "IOSFODNN7QWERTYU to log in", "token", "AWS"),
    ("export T=ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6", "token", "GitHub"),
    ("key sk-" + "ant-api03-Qw9Er8Ty7Ui6Op5As4Df3Gh2", "token", "Anthropic"),
    ("key sk-" + "proj-Qw9Er8Ty7Ui6Op5As4Df3Gh2Jk1Lz0", "token", "OpenAI"),
    ("hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi", "token", "Hugging Face"),
    ("postgres://admin:Tr0ub4dor@db.internal/x", "address_with_password", None),
    ("password = 'q7Vt9-xL2mR'", "password", None),
    ("服务器的密码是：q7Vt9xL2mR8k，别外传", "password", None),
]
PERSONAL = [
    ("写信给 zhang.wei@radar-lab.cn。", "email"),
    ("我的手机号是13812345678。", "phone"),
    ("ring +49 30 901820-11", "phone_international"),
    ("身份证 11010519491231002X", "chinese_id"),
    ("pay with 4111 1111 1111 1111", "card"),
    ("IBAN DE89 3704 0044 0532 0130 00", "iban"),
    ("his number is 219-09-9999", "us_ssn"),
]
HARMLESS = [
    "password = 'your_password_here'",
    "The password must be changed every month; a secret is a word.",
    "write to user@example.com or git@github.com:me/it.git",
    "postgres://user:${PASSWORD}@localhost/db",
    "订单 11010519491231002 和 20240726123456789",
    "身份证 110105194912310021",
    "pay with 4111 1111 1111 1112",
    "雷达的中心频率是5405000454.33 Hz，样本 13812345678901。",
    "the sky-blue risk-free task-oriented-scheduling-of-many-small-jobs",
]


@pytest.mark.parametrize(("text", "kind", "issuer"), SECRETS)
def test_a_secret_is_found_by_its_form(text: str, kind: str, issuer: str | None) -> None:
    assert [(found.kind, found.issuer) for found in find_private(text)] == [(kind, issuer)]


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_personal_data_is_found_where_its_form_can_be_checked(text: str, kind: str) -> None:
    assert [found.kind for found in find_private(text)] == [kind]


@pytest.mark.parametrize("text", HARMLESS)
def test_placeholders_and_other_numbers_are_no_finding(text: str) -> None:
    assert list(find_private(text)) == []


def test_secrets_are_told_by_row_and_kind_and_never_repeated(tmp_path: Path) -> None:
    outputs, summary = prepare(tmp_path, ("Log in?", SECRETS[2][0]), ("Mail?", PERSONAL[0][0]), ("Sun?", "Yes."))
    assert outputs["finding_rows"] == {"secret": 1, "personal": 1}
    secret = {"code": "secret", "row": "rows.jsonl:1", "what": "token", "issuer": "GitHub", "role": "assistant"}
    assert outputs["findings"][0] == {**secret, "like": None, "similarity": None}
    assert summary["private_kinds"] == {"token": 1, "email": 1}
    assert "ghp_" not in json.dumps(summary) and "zhang" not in json.dumps(summary)


def test_rows_that_nearly_repeat_another_are_named_with_it_the_nearest_first(tmp_path: Path) -> None:
    outputs, summary = prepare(
        tmp_path,
        ("Where is the old clock of the harbour tower?", "Above the door."),
        ("Why is the sky blue in the evening?", "It scatters."),
        ("Where is the old clock of the harbour tower now?", "In a museum."),
        ("where is the old clock, of the harbour tower", "Above."),
    )
    assert outputs["finding_rows"] == {"near_duplicate": 2} and summary["compared_rows"] == 4
    assert [(each["row"], each["like"], each["similarity"]) for each in outputs["findings"]][0] == (
        "rows.jsonl:4",
        "rows.jsonl:1",
        1,
    )


def test_languages_lengths_and_the_share_of_learned_tokens_are_told(tmp_path: Path) -> None:
    _, summary = prepare(
        tmp_path,
        ("Why is the sky blue?", "It is the air."),
        ("天空为什么是蓝色的？", "因为空气。" * 40),
        ("Why?", "So."),
    )
    assert summary["languages"]["en"] == 1 and summary["languages"]["zh"] == 1
    assert summary["longest_rows"][0]["row"] == "rows.jsonl:2" and summary["shortest_rows"][0]["row"] == "rows.jsonl:3"
    assert summary["longest_rows"][0]["tokens"] == summary["longest_row_tokens"] > summary["median_row_tokens"]
    assert 0.5 < summary["learned_share"] < 1


def test_special_tokens_in_text_are_named_by_the_tokenizer_or_as_usual_ones(tmp_path: Path, base: Path) -> None:
    rows = ("What ends a turn?", "The token <|im_end|> does."), ("And <|eot_id|>?", "That, too.")
    outputs, _ = prepare(tmp_path, *rows)
    assert [each["what"] for each in outputs["findings"]] == ["<|im_end|>", "<|eot_id|>"]
    exact, _ = prepare(tmp_path, *rows, tokenizer=str(base))
    assert [(each["row"], each["what"]) for each in exact["findings"]] == [("rows.jsonl:1", "<|im_end|>")]
