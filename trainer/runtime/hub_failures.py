"""Turns the exceptions of the Hub's client into failures with a code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from trainer.runtime.events import Failure


@contextmanager
def translate_failures(name: str, revision: str | None) -> Iterator[None]:
    import httpx
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    at = f"{name}@{revision}" if revision else name
    try:
        yield
    except errors.HFValidationError as error:
        raise Failure(
            "MODEL_NOT_FOUND", f"{name} is not a model name of the Hub, which has the form `org/model`."
        ) from error
    except errors.GatedRepoError as error:
        raise Failure(
            "MODEL_GATED",
            f"{name} is available only to people who accepted its licence at {where}/{name}, and {_who()}.",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise Failure(
            "MODEL_NOT_FOUND", f"{name} has no revision {revision}. {where}/{name}/commits/main lists them."
        ) from error
    except errors.RepositoryNotFoundError as error:
        # The Hub gives the same answer for a missing model and for one that the user may not read.
        raise Failure(
            "MODEL_NOT_FOUND",
            f"{where} has no model {name}, or it is private and {_who()}.",
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, httpx.TransportError) as error:
        if constants.HF_HUB_OFFLINE:
            raise Failure(
                "HUB_FORBIDDEN",
                f"{at} is not in the local cache ({constants.HF_HUB_CACHE}), and HF_HUB_OFFLINE forbids a download.",
            ) from error
        raise Failure(
            "HUB_UNREACHABLE",
            f"{where} does not answer ({_first_line(error)}), and {at} is not in the local cache "
            f"({constants.HF_HUB_CACHE}). "
            "HTTPS_PROXY and HF_ENDPOINT (a mirror) are used where they are set. The downloaded part is kept.",
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise Failure(
                "MODEL_GATED",
                f"{where} refuses {at} ({status}): {_who()}.",
            ) from error
        raise Failure("HUB_UNREACHABLE", f"{where} answers {status} for {at}. The downloaded part is kept.") from error


def _who() -> str:
    return "the stored token may not read it" if os.environ.get("HF_TOKEN") else "no token is set"


def _first_line(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
