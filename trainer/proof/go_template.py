"""Writes the turns of a chat template as a Go template, with which Ollama renders prompts."""

from trainer.proof.turn_skeleton import Skeleton

# By the marks around the thoughts of a message, Ollama learns how the model writes thoughts, and cuts them out of its answers.
_THOUGHTS = "{{ if and $last .Thinking }}<think>\n{{ .Thinking }}\n</think>\n\n{{ end }}"


def go_template(skeleton: Skeleton, bos: str, thinks: bool = False) -> str:
    """Returns the template without the BOS. The model file says whether Ollama adds one, so the text must not add a second."""
    before, prefix = _openings(skeleton, bos)
    # If the last message is an answer, it stays open, so that the model continues it.
    user = prefix + "{{ .Content }}" + _text(skeleton.user_suffix) + _if("$last", _text(skeleton.generation_prefix))
    thoughts = _THOUGHTS if thinks else ""
    assistant = (
        _text(skeleton.assistant_prefix)
        + thoughts
        + "{{ .Content }}"
        + _if("not $last", _text(skeleton.assistant_suffix))
    )
    turn = _if('eq .Role "user"', user, _if('eq .Role "assistant"', assistant))
    # Ollama's messages include the system message, so the first question is then the second message.
    first = "{{ $first := or (eq $i 0) (and (eq $i 1) $.System) }}" if "$first" in prefix else ""
    last = "{{ $last := eq (len (slice $.Messages $i)) 1 }}"
    return before + "{{ range $i, $_ := .Messages }}" + first + last + turn + "{{ end }}"


def _openings(skeleton: Skeleton, bos: str) -> tuple[str, str]:
    """Returns the text before all turns, and the text before each question."""
    system, opening, later = skeleton.system, skeleton.opening.removeprefix(bos), skeleton.user_prefix
    # If all questions have the same prefix, it is written once.
    alike = opening.endswith(later) and (not system or system.place == "last" or system.end.endswith(later))
    rest = opening[: len(opening) - len(later)]
    if system is None:
        return (_text(rest), _text(later)) if alike else ("", _if("$first", _text(opening), _text(later)))
    start = _text(system.first.removeprefix(bos))
    if system.place == "last":
        with_system = _if("$first", start, _text(system.later)) + "{{ $.System }}" + _text(system.end)
        without = _if("$first", _text(opening), _text(later))
        return "", _if("and $last $.System", with_system, without)
    if alike:
        end = system.end[: len(system.end) - len(later)]
        return _if(".System", start + "{{ .System }}" + _text(end), _text(rest)), _text(later)
    given = start + "{{ .System }}" + _text(system.end)
    return _if(".System", given, _text(opening)), _if("not $first", _text(later))


def _if(condition: str, then: str, otherwise: str = "") -> str:
    return "{{ if " + condition + " }}" + then + ("{{ else }}" + otherwise if otherwise else "") + "{{ end }}"


def _text(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')
