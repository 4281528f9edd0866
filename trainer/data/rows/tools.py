"""Calls of tools in rows: what is offered, what the assistant calls, and what comes back."""

from typing import Any

from trainer.data.files.row import shown
from trainer.data.files.strict_json import BadJson, parse_json
from trainer.data.rows.bad_row import BadRow, kind_of
from trainer.data.rows.values import is_blank


def read_tools(value: Any) -> list[dict[str, Any]]:
    """Returns the tools as a chat template gets them, each `{"type": "function", "function": {...}}`. Raises BadRow."""
    tools = _parsed(value, '"tools"')
    if not isinstance(tools, list):
        raise BadRow(f'"tools" is {kind_of(tools)}, not a list of tools')
    return [_tool(tool) for tool in tools]


def _tool(tool: Any) -> dict[str, Any]:
    inner = tool.get("function") if isinstance(tool, dict) and "function" in tool else tool
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str) or not inner["name"].strip():
        raise BadRow('has a tool without a "name"')
    if not isinstance(inner.get("parameters", {}), dict):
        raise BadRow(f'has a tool whose "parameters" are {kind_of(inner["parameters"])}, not an object')
    function = _ordered(inner, ("name", "description", "parameters"))
    if "parameters" in function:
        function["parameters"] = _ordered_schema(
            function["parameters"], ("type", "$defs", "items", "required", "properties")
        )
    return {"type": "function", "function": function}


def _ordered_schema(schema: Any, order: tuple[str, ...]) -> Any:
    """The order of keys in which Ollama writes a schema: a template writes it into the prompt as it is."""
    if not isinstance(schema, dict):
        return schema
    ordered = _ordered(schema, order)
    if isinstance(ordered.get("properties"), dict):
        inner = ("anyOf", "type", "items", "description", "enum", "properties", "required")
        ordered["properties"] = {name: _ordered_schema(each, inner) for name, each in ordered["properties"].items()}
    return ordered


def _ordered(value: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in (*first, *value) if key in value}


def read_calls(value: Any) -> list[dict[str, Any]]:
    """Returns calls with their arguments as objects: as text, a template would write them in quotes."""
    calls = _parsed(value, "a call")
    calls = calls if isinstance(calls, list) else [calls]
    return [_call(call) for call in calls]


def _call(call: Any) -> dict[str, Any]:
    inner = call.get("function") if isinstance(call, dict) and isinstance(call.get("function"), dict) else call
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str) or not inner["name"].strip():
        raise BadRow('has a call of a tool without a "name"')
    arguments = inner.get("arguments", inner.get("parameters"))
    arguments = {} if is_blank(arguments) else _parsed(arguments, f'the arguments of "{shown(inner["name"], 60)}"')
    if not isinstance(arguments, dict):
        raise BadRow(f'calls "{shown(inner["name"], 60)}" with arguments that are {kind_of(arguments)}, not an object')
    own_id = call.get("id")
    return {
        **({"id": own_id} if isinstance(own_id, str) and own_id else {}),
        "type": "function",
        "function": {"name": inner["name"], "arguments": arguments},
    }


def number_calls(messages: list[dict[str, Any]]) -> None:
    """Gives each call an id where it has none, and each result the id and the name of its call: some templates write them."""
    # Nine letters and digits, as the templates of Mistral want them.
    number = 0
    open_calls: dict[str, str] = {}
    for message in messages:
        for call in message.get("tool_calls", ()):
            number += 1
            call.setdefault("id", f"call{number:05d}")
            open_calls[call["id"]] = call["function"]["name"]
        if message["role"] == "tool":
            given = message.get("tool_call_id")
            answered = given if given in open_calls else next(iter(open_calls), None)
            if answered is None:
                raise BadRow("has more results of tools than calls")
            message |= {"tool_call_id": answered, "name": open_calls.pop(answered)}


def check_calls(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
    """Raises BadRow for a call of a tool that the row does not offer."""
    offered = {tool["function"]["name"] for tool in tools}
    for message in messages:
        for call in message.get("tool_calls", ()):
            name = call["function"]["name"]
            if name not in offered:
                raise BadRow(
                    f'calls "{shown(name, 60)}"',
                    ", which its `tools` do not offer" if offered else ', and has no "tools"',
                )


def _parsed(value: Any, what: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except BadJson as bad:
        raise BadRow(f"{what} {bad.why.reason}", bad.why.detail) from None
