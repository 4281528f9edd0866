"""A file that the system refuses is named with its owner; it is no unexpected failure."""

import errno
import os
from pathlib import Path

import pytest

from trainer.runtime.events import Failure


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EIO, errno.EMFILE, errno.EFBIG])
def test_a_refused_file_is_named(number: int) -> None:
    failure = Failure.of(OSError(number, os.strerror(number), "/data/rows.jsonl"))
    assert failure.code == "FILE_REFUSED"
    assert str(failure) == f"the system refuses /data/rows.jsonl: {os.strerror(number)}"


def test_the_owner_of_a_file_of_another_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.touch()
    owner = file.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    failure = Failure.of(PermissionError(errno.EACCES, "Permission denied", str(file)))
    assert f"it belongs to user {owner}, and the trainer runs as user {owner + 1}" in str(failure)


@pytest.mark.parametrize(
    "number, code", [(errno.EDQUOT, "DISK_FULL"), (errno.ENOSPC, "DISK_FULL"), (errno.ENOMEM, "OUT_OF_MEMORY")]
)
def test_a_used_up_quota_and_memory_have_their_own_codes(number: int, code: str) -> None:
    assert Failure.of(OSError(number, os.strerror(number))).code == code
