"""Chat templates with the habits of well-known families. Each is our own, and as short as its habit allows."""

_TURN = "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
_ASKED = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
_HEADER = "{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}"

# Fixed text around each message.
CHATML = "{% for m in messages %}" + _TURN + "{% endfor %}" + _ASKED
# Writes a system message of its own into a chat without one (Qwen 2.5).
OWN_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a test model.<|im_end|>\n' }}{% endif %}"
    + CHATML
)
# Has no branch for the system message (the first Phi-3).
NO_SYSTEM = (
    "{% for m in messages %}{% if m['role'] in ('user', 'assistant') %}" + _TURN + "{% endif %}{% endfor %}" + _ASKED
)
# Refuses a system message, and trims (Gemma).
REFUSES_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n'"
    " + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
# Puts the system message in front of the first question, and trims (Gemma 3).
GEMMA3 = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] + '\n\n' %}"
    "{% set messages = messages[1:] %}{% else %}{% set system = '' %}{% endif %}"
    "{% for m in messages %}{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n'"
    " + (system if loop.first else '') + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
# Writes the date, and trims (Llama 3.1).
DATED = (
    "{{ '<|start_header_id|>system<|end_header_id|>\n\nToday Date: ' + strftime_now('%d %b %Y') + '\n\n' }}"
    "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] | trim }}{% set messages = messages[1:] %}{% endif %}"
    "{{ '<|eot_id|>' }}{% for m in messages %}" + _HEADER + "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# Puts the system message into the last turn of the user (Mistral).
SYSTEM_LAST = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set messages = messages[1:] %}{% endif %}"
    "{{ '<s>' }}{% for m in messages %}{% if m['role'] == 'user' %}"
    "{{ '[INST] ' + (system + '\n\n' if system is defined and loop.index0 >= messages | length - 2 and"
    " (loop.last or loop.index0 == messages | length - 2) else '') + m['content'] + '[/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + '</s>' }}{% endif %}{% endfor %}"
)
# Merges the system message into the first turn of the user.
SYSTEM_FIRST = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] + '\n\n' %}{% set messages = messages[1:] %}"
    "{% else %}{% set system = '' %}{% endif %}{{ '<s>' }}{% for m in messages %}{% if m['role'] == 'user' %}"
    "{{ '[INST] ' + (system if loop.first else '') + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] | trim + ' </s>' }}{% endif %}{% endfor %}"
)
# Cuts the thinking out of every answer, and begins to think where it is asked (DeepSeek R1).
CUTS_THOUGHTS = (
    "{{ '<s>' }}{% for m in messages %}{% if m['role'] == 'assistant' %}"
    "{{ '<|Assistant|>' + m['content'].split('</think>')[-1] + '</s>' }}"
    "{% elif m['role'] == 'user' %}{{ '<|User|>' + m['content'] }}{% else %}{{ m['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|Assistant|><think>\n' }}{% endif %}"
)
# Keeps the thinking of the last answer alone, in a form of its own, and writes an empty one where there is none (Qwen 3).
LAST_THOUGHTS = (
    "{% for m in messages %}{% if m['role'] != 'assistant' %}" + _TURN + "{% else %}"
    "{% set thoughts, answer = '', m['content'] %}"
    "{% if '</think>' in answer %}{% set thoughts = answer.split('</think>')[0].split('<think>')[-1] | trim %}"
    "{% set answer = answer.split('</think>')[-1].lstrip('\n') %}{% endif %}"
    "{{ '<|im_start|>assistant\n' }}{% if loop.last %}{{ '<think>\n' + thoughts + '\n</think>\n\n' }}{% endif %}"
    "{{ answer + '<|im_end|>\n' }}{% endif %}{% endfor %}" + _ASKED
)
# The same with a switch that writes empty thoughts where it asks.
SWITCHED = LAST_THOUGHTS + (
    "{% if add_generation_prompt and enable_thinking is defined and enable_thinking is false %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}"
)
# Shows the last question and its answer alone.
NO_HISTORY = (
    "{% for m in messages %}{% if m['role'] == 'system' or loop.index0 >= messages | length - (1 if add_generation_prompt else 2) %}"
    + _TURN
    + "{% endif %}{% endfor %}"
    + _ASKED
)
# Writes no end token after the last answer of several.
LAST_UNENDED = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] }}"
    "{% if not (loop.last and m['role'] == 'assistant' and messages | length > 2) %}{{ '<|im_end|>\n' }}{% endif %}{% endfor %}"
    + _ASKED
)

SPECIAL = ["<s>", "</s>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<start_of_turn>", "<end_of_turn>"]
SPECIAL += ["<|User|>", "<|Assistant|>", "[INST]", "[/INST]"]
