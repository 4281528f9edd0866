"""Reads Parquet and Arrow files, which the Hub and pandas write."""

from collections.abc import Iterator
from typing import Any

from trainer.data.files.open_file import OpenedFile
from trainer.data.files.row import Row
from trainer.runtime.events import Failure

_ROWS_AT_ONCE = 64
# The format of a table, by its first bytes. An Arrow stream, as `datasets` caches it, begins with a marker and a length.
_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "arrow-stream"}

TABLE_FORMATS = tuple(_MAGIC.values())


def table_format(file: OpenedFile) -> str | None:
    if file.packed:
        return None
    return next((format for magic, format in _MAGIC.items() if file.raw_head.startswith(magic)), None)


def table_rows(file: OpenedFile, format: str) -> Iterator[Row]:
    import pyarrow

    try:
        number = 0
        for batch in _batches(file, format):
            for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
                for value in batch.slice(start, _ROWS_AT_ONCE).to_pylist():
                    yield Row(0, value, index=number)
                    number += 1
    except pyarrow.ArrowException as error:
        reason = str(error).splitlines()[0][:200]
        raise Failure("NOT_ROWS", f"{file.path.name} is a damaged {format} file: {reason}. Fetch it again.") from None


def _batches(file: OpenedFile, format: str) -> Iterator[Any]:
    import pyarrow

    if format == "parquet":
        from pyarrow import parquet

        yield from parquet.ParquetFile(file.path).iter_batches(batch_size=1024)
    elif format == "arrow":
        with pyarrow.OSFile(str(file.path)) as source:
            reader = pyarrow.ipc.open_file(source)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
    else:
        with pyarrow.OSFile(str(file.path)) as source:
            yield from pyarrow.ipc.open_stream(source)
