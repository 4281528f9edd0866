"""fetch: what is said of a Hub that refuses, that does not answer, or that HF_HUB_OFFLINE forbids."""

import json
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from hub import COMMIT, Fetched
from trainer.runtime import model_files
from trainer.runtime.events import Failure

REFUSED = [
    ("org/absent", None, "MODEL_NOT_FOUND", "or it is private and no token is set"),
    ("org/model", "v9", "MODEL_NOT_FOUND", "has no revision v9"),
    ("gated/model", None, "MODEL_GATED", "accepted its licence at"),
    ("not a name", None, "MODEL_NOT_FOUND", "is not a model name"),
    ("broken/model", None, "HUB_UNREACHABLE", "answers 500"),
]


@pytest.mark.parametrize("name, revision, code, says", REFUSED)
@pytest.mark.parametrize("action", ["resolve", "download"])
def test_a_refusal_of_the_hub_is_reported_with_its_reason(
    hub: Any, tmp_path: Path, action: Any, name: str, revision: Any, code: str, says: Any
) -> None:
    failed = Fetched(tmp_path, hub.url, action=action, name=name, revision=revision).failure
    assert failed[0] == code and says in failed[1]


def test_the_token_of_the_environment_is_used_and_never_shown(hub: Any, tmp_path: Path) -> None:
    assert (
        Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN="good").outputs["revision"] == COMMIT
    )
    refused = Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN="hf_bad")
    assert "the stored token may not read it" in refused.failure[1]
    assert "hf_bad" not in json.dumps(refused.events) + refused.log


@pytest.mark.parametrize("action", ["resolve", "download"])
def test_an_unreachable_hub_and_a_forbidden_one_have_different_codes(tmp_path: Path, action: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        away = Fetched(tmp_path, url, action=action).failure
        offline = Fetched(tmp_path, url, action=action, revision=COMMIT, HF_HUB_OFFLINE="1").failure
    assert (away[0], offline[0]) == ("HUB_UNREACHABLE", "HUB_FORBIDDEN")
    assert f"{url} does not answer" in away[1] and "HF_ENDPOINT" in away[1]
    assert "HF_HUB_OFFLINE forbids" in offline[1] and f"org/model@{COMMIT}" in offline[1]


def test_weights_that_are_only_pickles_are_refused_before_a_byte_is_fetched(hub: Any, tmp_path: Path) -> None:
    hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    code, message = Fetched(tmp_path, hub.url).failure
    assert code == "UNSAFE_WEIGHTS" and "pytorch_model.bin" in message
    assert not any("/resolve/" in path for _, path, _, _ in hub.requests)


def test_a_disk_too_small_is_reported_before_a_byte_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "trainer.runtime.model_files.shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1)
    )
    with pytest.raises(Failure) as failed:
        model_files.check_disk(tmp_path, "org/model", 5_000_000_000, "HF_HOME")
    assert failed.value.code == "DISK_FULL" and "needs 5.26 GB more" in str(failed.value)


MALFORMED = [
    ({"HF_ENDPOINT": "hf-mirror.com"}, "HF_ENDPOINT=hf-mirror.com"),
    ({"HF_ENDPOINT": "https：//hf-mirror.com"}, "HF_ENDPOINT=https：//hf-mirror.com"),
    ({"all_proxy": "socks://me:hush@127.0.0.1:1080"}, "all_proxy=socks://***@127.0.0.1:1080"),
    ({"https_proxy": "http://127.0.0.1:9", "no_proxy": "[::1]"}, "no_proxy=[::1]"),
]


@pytest.mark.parametrize("environment, says", MALFORMED)
def test_a_setting_that_the_client_cannot_use_is_named_and_not_retried(
    tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    endpoint = {"HF_ENDPOINT": "https://hub.example", **environment}
    code, message = Fetched(tmp_path, endpoint.pop("HF_ENDPOINT"), action="resolve", **endpoint).failure
    assert code == "BAD_SETTING" and says in message and "hush" not in message, message


def test_a_socks_proxy_is_asked(tmp_path: Path) -> None:
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        asked: list[bytes] = []

        def answer() -> None:
            # The greeting is answered, the request for a connection is refused.
            connection, _ = proxy.accept()
            connection.recv(64)
            connection.sendall(b"\x05\x00")
            asked.append(connection.recv(256))
            connection.sendall(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"socks5h://127.0.0.1:{proxy.getsockname()[1]}"
        code, message = Fetched(tmp_path, "http://hub.example", action="resolve", all_proxy=url).failure
    assert code == "HUB_UNREACHABLE" and f"all_proxy={url}" in message
    assert b"hub.example" in asked[0]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_the_variable_that_forbids_a_download_is_named(tmp_path: Path, name: str) -> None:
    code, message = Fetched(tmp_path, "http://127.0.0.1:9", **{name: "1"}).failure
    assert code == "HUB_FORBIDDEN" and f"{name} forbids" in message


def test_a_token_of_a_login_is_not_called_missing(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_bad")
    failed = Fetched(tmp_path, hub.url, action="resolve", name="gated/model", HF_TOKEN_PATH=str(tmp_path / "token"))
    assert "the token of `hf auth login` may not read it" in failed.failure[1]
