"""What went wrong between here and the Hub, in words that say what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from trainer.runtime.events import Failure


@contextmanager
def told(name: str, revision: str | None) -> Iterator[None]:
    import httpx
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    at = f"{name}@{revision}" if revision else name
    try:
        yield
    except errors.HFValidationError as error:
        raise Failure("MODEL_NOT_FOUND", f"{name} is no name of a model on the Hub; one reads `org/model`.") from error
    except errors.GatedRepoError as error:
        raise Failure(
            "MODEL_GATED",
            f"{name} is given only to people who accepted its licence, and {_who()}. "
            f"Accept it at {where}/{name}, then `npx temper secret set HF_TOKEN`.",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise Failure(
            "MODEL_NOT_FOUND", f"{name} has no revision {revision}. Look at {where}/{name}/commits/main."
        ) from error
    except errors.RepositoryNotFoundError as error:
        # The Hub answers the same for a model that is not there and for one that this person may not see.
        raise Failure(
            "MODEL_NOT_FOUND",
            f"{where} has no model {name}, or it is private and {_who()}. "
            "Check the spelling (`org/model`); for a private one, `npx temper secret set HF_TOKEN`.",
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, httpx.TransportError) as error:
        if constants.HF_HUB_OFFLINE:
            raise Failure(
                "HUB_FORBIDDEN",
                f"{at} is not in the local cache ({constants.HF_HUB_CACHE}), and HF_HUB_OFFLINE forbids to ask for it. "
                "Unset that variable, or copy the cache of a machine that has the model.",
            ) from error
        raise Failure(
            "HUB_UNREACHABLE",
            f"{where} does not answer ({_first_line(error)}), and {at} is not in the local cache "
            f"({constants.HF_HUB_CACHE}). "
            "Check the network, HF_ENDPOINT (a mirror) and HTTPS_PROXY. What was downloaded is kept.",
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise Failure(
                "MODEL_GATED",
                f"{where} refuses {at} ({status}): {_who()}. Give a token that may read it: `npx temper secret set "
                "HF_TOKEN`.",
            ) from error
        raise Failure(
            "HUB_UNREACHABLE", f"{where} answers {status} for {at}. What was downloaded is kept; try again later."
        ) from error


def _who() -> str:
    return "the token given may not read it" if os.environ.get("HF_TOKEN") else "no token is set"


def _first_line(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
