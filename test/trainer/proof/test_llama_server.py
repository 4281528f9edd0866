# needs: python, llama.cpp
"""llama.cpp's server, which present versions of Ollama start, renders the template that a trained model carries as training did.

TEMPER_LLAMA_SERVER names the program. Each template needs a start of it, a minute in all, so this is run when the server's
version changes or the variants do.
"""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import rig
from llama_source import find_source
from real_templates import RenderingTokenizer, real_templates
from trainer.data.templates.chat_template import Renderer
from trainer.data.templates.template_variant import Thoughts, variant
from trainer.proof.probe_chats import CHATS
from trainer.runtime.events import Failure

SERVER = os.environ.get("TEMPER_LLAMA_SERVER")
# It trims messages for this template, whose own text does not.
TRIMMED = {("StepFun3.5-Flash", "edges")}
# The server always begins thoughts there.
DIFFERENT = {"llama-cpp-rwkv-world"}

pytestmark = pytest.mark.skipif(not SERVER, reason="TEMPER_LLAMA_SERVER names no server")


@pytest.fixture(scope="module")
def gguf(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gguf")
    rig.run("merge", base={"path": str(base), "name": "tiny", "digest": "sha256:base"}, out=str(folder / "model"))
    out = folder / "model.gguf"
    rig.run("convert", model=str(folder / "model"), out=str(out), type="f16", source=str(find_source()))
    return out


class TinyTokenizer(RenderingTokenizer):
    """Has the special tokens of the tiny model: the server takes them from the GGUF."""

    bos_token = ""
    special = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


@contextmanager
def serving(gguf: Path, template: str, folder: Path) -> Iterator[str]:
    (folder / "template.jinja").write_text(template, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        options = ["--jinja", "--chat-template-file", str(folder / "template.jinja"), "--port", str(port), "-c", "256"]
        server = subprocess.Popen([str(SERVER), "-m", str(gguf), *options], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            assert server.poll() is None, (folder / "log").read_text()[-500:]
            time.sleep(0.05)
        yield url
    finally:
        server.kill()
        server.wait()


def _answers(url: str) -> bool:
    try:
        return bool(urllib.request.urlopen(url + "/health").status == 200)
    except OSError:
        return False


def rendered(url: str, messages: list[dict[str, Any]]) -> str:
    body = json.dumps({"messages": messages}).encode()
    request = urllib.request.Request(url + "/apply-template", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["prompt"])


@pytest.mark.parametrize("wish", ["keep", "drop"])
def test_the_server_renders_what_training_did(gguf: Path, tmp_path: Path, wish: Thoughts) -> None:
    different, compared = [], 0
    for name, template in real_templates().items():
        try:
            chosen = variant(TinyTokenizer(), template, wish, rows_think=False)
        except Failure:
            continue
        renderer = Renderer(TinyTokenizer(), chosen)
        with serving(gguf, chosen, tmp_path) as url:
            for chat, messages in CHATS.items():
                try:
                    wanted = renderer.text(messages, prompt=True)
                except Exception:
                    continue
                compared += 1
                if rendered(url, messages) != wanted and name not in DIFFERENT and (name, chat) not in TRIMMED:
                    different.append((name, chat))
    assert different == [] and compared > 500
