"""The turns of a chat template as a template in Go's language, which Ollama renders prompts with."""

from trainer.proof.turn_skeleton import Skeleton


def go_template(skeleton: Skeleton, bos: str) -> str:
    """Without the BOS: the model file says whether it is added, and one in the text would be a second one."""
    before, prefix = _openings(skeleton, bos)
    # An answer that the client has begun is left open, for the model to go on with it.
    user = prefix + "{{ .Content }}" + _text(skeleton.user_suffix) + _if("$last", _text(skeleton.generation_prefix))
    assistant = _text(skeleton.assistant_prefix) + "{{ .Content }}" + _if("not $last", _text(skeleton.assistant_suffix))
    turn = _if('eq .Role "user"', user, _if('eq .Role "assistant"', assistant))
    # Ollama lists a system message among the messages too; the first question is then the second of them.
    first = "{{ $first := or (eq $i 0) (and (eq $i 1) $.System) }}" if "$first" in prefix else ""
    last = "{{ $last := eq (len (slice $.Messages $i)) 1 }}"
    return before + "{{ range $i, $_ := .Messages }}" + first + last + turn + "{{ end }}"


def _openings(skeleton: Skeleton, bos: str) -> tuple[str, str]:
    """What stands before all turns, and before each question."""
    system, opening, later = skeleton.system, skeleton.opening.removeprefix(bos), skeleton.user_prefix
    # Where all questions begin alike, that which begins them is written once.
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
