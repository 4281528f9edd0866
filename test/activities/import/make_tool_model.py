"""Run as: make_tool_model.py MODEL.gguf TEMPLATE OUT.gguf. Gives a GGUF file a chat template, and prints the chats with tools that it renders."""

import json
import sys
from pathlib import Path

root = Path(__file__).parents[3]
sys.path[:0] = [str(root), str(root / "test" / "trainer")]

from gguf.scripts import gguf_new_metadata  # noqa: E402

from real_templates import RenderingTokenizer, real_templates  # noqa: E402
from trainer.data.templates.chat_template import Renderer  # noqa: E402
from trainer.proof.tool_chats import render_tool_chats  # noqa: E402

model, name, out = sys.argv[1:]
template = real_templates()[name]
file = Path(out).with_suffix(".jinja")
file.write_text(template, encoding="utf-8")
chats = render_tool_chats(Renderer(RenderingTokenizer(), template), None)
print(json.dumps(chats))
sys.stdout.flush()
sys.argv = ["gguf_new_metadata", "--chat-template-file", str(file), "--force", model, out]
gguf_new_metadata.main()
