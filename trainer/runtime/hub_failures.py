"""Turns the exceptions of the Hub's client into failures with a code."""

import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from trainer.runtime.events import Failure

_LOGIN = re.compile(r"://[^\s/@]+@")


@contextmanager
def translate_failures(name: str, revision: str | None, what: Literal["model", "dataset"] = "model") -> Iterator[None]:
    import httpx
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    page = f"{where}/{'datasets/' if what == 'dataset' else ''}{name}"
    at = f"{name}@{revision}" if revision else name
    try:
        yield
    except errors.HFValidationError as error:
        raise Failure(
            "MODEL_NOT_FOUND", f"{name} is not a {what} name of the Hub, which has the form `org/{what}`."
        ) from error
    except errors.GatedRepoError as error:
        raise Failure(
            "MODEL_GATED",
            f"{name} is available only to people who accepted its licence at {page}, and {_who()}.",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise Failure(
            "MODEL_NOT_FOUND", f"{name} has no revision {revision}. {page}/commits/main lists them."
        ) from error
    except errors.RepositoryNotFoundError as error:
        # The Hub gives the same answer for a missing name and for one that the user may not read.
        raise Failure(
            "MODEL_NOT_FOUND",
            f"{where} has no {what} {name}, or it is private and {_who()}.",
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, httpx.TransportError) as error:
        if constants.HF_HUB_OFFLINE:
            forbids = "HF_HUB_OFFLINE" if os.environ.get("HF_HUB_OFFLINE") else "TRANSFORMERS_OFFLINE"
            raise Failure(
                "HUB_FORBIDDEN",
                f"{at} is not in the local cache ({constants.HF_HUB_CACHE}), and {forbids} forbids a download.",
            ) from error
        if setting := _malformed_setting(error):
            raise setting from error
        raise Failure(
            "HUB_UNREACHABLE",
            f"{where} does not answer ({_first_line(error)}), and {at} is not in the local cache "
            f"({constants.HF_HUB_CACHE}). "
            f"The worker asked{_settings_in_use() or ' without HTTPS_PROXY and HF_ENDPOINT (a mirror)'}. "
            "The downloaded part is kept.",
        ) from error
    except (httpx.InvalidURL, ImportError, ValueError) as error:
        if setting := _malformed_setting(error):
            raise setting from error
        raise
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise Failure(
                "MODEL_GATED",
                f"{where} refuses {at} ({status}): {_who()}.",
            ) from error
        raise Failure("HUB_UNREACHABLE", f"{where} answers {status} for {at}. The downloaded part is kept.") from error


def _malformed_setting(error: BaseException) -> Failure | None:
    """Returns the failure for a setting that the client cannot use. It counts an address without a scheme among failed
    connections, which a retry would not mend.
    """
    import httpx

    for each in _causes(error):
        known = isinstance(each, (httpx.UnsupportedProtocol, httpx.InvalidURL))
        if known or (isinstance(each, (ImportError, ValueError)) and _raised_in_httpx(each)):
            return Failure("BAD_SETTING", f"The Hub cannot be asked{_settings_in_use()} ({_first_line(each)}).")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _raised_in_httpx(error: BaseException) -> bool:
    last = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        last = frame.f_globals.get("__name__", "")
    return (last or "").split(".")[0] == "httpx"


def _settings_in_use() -> str:
    names = ("HF_ENDPOINT", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
    pairs = [(each, os.environ.get(each)) for name in names for each in dict.fromkeys((name, name.lower()))]
    given = [f"{name}={_LOGIN.sub('://***@', value)}" for name, value in pairs if value]
    return f" with {', '.join(given)}" if given else ""


def _who() -> str:
    from huggingface_hub import get_token

    if os.environ.get("HF_TOKEN"):
        return "the stored token may not read it"
    # Without another, the client takes the token of a login.
    return "the token of `hf auth login` may not read it" if get_token() else "no token is set"


def _first_line(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
