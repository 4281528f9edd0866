"""Errors of the machine, its network and its libraries have a code, so that nobody is asked to report them."""

import errno
import socket
import ssl

import pytest

from trainer.runtime.events import Failure


@pytest.mark.parametrize(
    "error, code",
    [
        (OSError(errno.EMFILE, "Too many open files"), "MACHINE_LIMIT"),
        (OSError(errno.EIO, "Input/output error"), "DISK_FAILED"),
        (OSError(errno.ESTALE, "Stale file handle"), "DISK_FAILED"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "NETWORK_FAILED"),
        (TimeoutError("timed out"), "NETWORK_FAILED"),
        (socket.gaierror(-2, "Name or service not known"), "NETWORK_FAILED"),
        (
            ssl.SSLCertVerificationError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"),
            "CERTIFICATE_REFUSED",
        ),
        (RuntimeError("CUDA error: no kernel image is available for execution on the device"), "DEVICE_FAILED"),
        (RuntimeError("CUDA driver version is insufficient for CUDA runtime version"), "DEVICE_FAILED"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "OUT_OF_MEMORY"),
        (MemoryError(), "OUT_OF_MEMORY"),
        (ModuleNotFoundError("No module named 'peft'"), "ENVIRONMENT_BROKEN"),
        (ImportError("libcudnn.so.9: cannot open shared object file: No such file or directory"), "ENVIRONMENT_BROKEN"),
        (OSError("/lib/libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent"), "ENVIRONMENT_BROKEN"),
        (ValueError("surprise"), "UNKNOWN"),
    ],
)
def test_an_error_of_the_machine_has_a_code(error: BaseException, code: str) -> None:
    assert Failure.of(error).code == code
