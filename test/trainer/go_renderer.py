"""Renders chats with Go's template engine, as Ollama does."""

import json
import subprocess
from pathlib import Path
from typing import Any

_PROGRAM = """package main
import ("encoding/json"; "os"; "text/template")
type Message struct { Role, Content, Thinking string }
func main() {
    var cases []struct { Template, System string; Messages []*Message }
    if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
    rendered := []string{}
    for _, c := range cases {
        var out = new(writer)
        values := map[string]any{"System": c.System, "Messages": c.Messages, "Response": ""}
        parsed := template.Must(template.New("").Option("missingkey=zero").Parse(c.Template))
        if err := parsed.Execute(out, values); err != nil { panic(err) }
        rendered = append(rendered, string(out.bytes))
    }
    json.NewEncoder(os.Stdout).Encode(rendered)
}
type writer struct { bytes []byte }
func (w *writer) Write(b []byte) (int, error) { w.bytes = append(w.bytes, b...); return len(b), nil }
"""


def render_in_go(cases: list[tuple[str, list[dict[str, Any]]]], folder: Path) -> list[str]:
    (folder / "main.go").write_text(_PROGRAM)
    given = [
        {
            "Template": template,
            "System": messages[0]["content"] if messages[0]["role"] == "system" else "",
            "Messages": messages,
        }
        for template, messages in cases
    ]
    ran = subprocess.run(
        ["go", "run", "main.go"], input=json.dumps(given), capture_output=True, text=True, cwd=folder, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
