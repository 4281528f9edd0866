"""The stand-in of the Hub with one dataset, for tests in TypeScript. Run as: hub_server.py; prints its address, ends with its stdin."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "trainer"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from hub import Hub  # noqa: E402


def rows(*names: str) -> bytes:
    return "".join(json.dumps({"prompt": f"Who is {name}?", "completion": name}) + "\n" for name in names).encode()


hub = Hub({"data/train-0.jsonl": rows("Ann", "Bo"), "data/train-1.jsonl": rows("Cy"), "data/test.jsonl": rows("Di")})
print(hub.url, flush=True)
sys.stdin.read()
hub.close()
