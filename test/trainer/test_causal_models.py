import re
from pathlib import Path

from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES


def test_the_check_before_a_run_knows_the_model_types_of_the_library() -> None:
    text = Path("core/checks/bases/causal-models.ts").read_text(encoding="utf-8")
    known = re.search(r"const types =\s*'([^']*)'", text)
    assert known and known[1].split() == sorted(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
