"""Writes the Parquet files of this folder that no other program wrote: `python3 generate.py FOLDER`, with
pyarrow 26.0.1 and duckdb 2.0.1. The files are committed; nothing else needs this script or these packages."""

import datetime
import decimal
import json
import os
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
path = lambda name: os.path.join(folder, name)


def decimals():
    """0.00 to 100.00 in every way that Parquet stores a decimal (but BYTE_ARRAY, which byte_array_decimal.parquet has)."""
    amounts = [decimal.Decimal(cents) / 100 for cents in range(10_001)]
    columns = {"int32": (9, 2), "int64": (18, 2), "fixed": (38, 2)}
    table = pa.table({name: pa.array(amounts, pa.decimal128(*of)) for name, of in columns.items()})
    pq.write_table(table, path("decimals.parquet"), compression="zstd", use_dictionary=False, store_decimal_as_integer=True)


def edges():
    """One row of values that readers get wrong, and one of NULLs."""
    day = datetime.date(2026, 3, 2)
    clock = datetime.datetime(2026, 3, 2, 9, 30, 0, 123000)
    d = decimal.Decimal
    columns = {
        "when": (pa.timestamp("ms", "UTC"), clock),
        "day": (pa.date32(), day),
        "local": (pa.timestamp("us"), clock),
        "time_ms": (pa.time32("ms"), datetime.time(9, 30)),
        "time_us": (pa.time64("us"), datetime.time(23, 59, 59, 1500)),
        "time_ns": (pa.time64("ns"), datetime.time(0, 0, 0, 1)),
        "big": (pa.int64(), 2**53),
        "safe": (pa.int64(), 2**53 - 1),
        "unsigned": (pa.uint64(), 2**64 - 1),
        "many_digits": (pa.decimal128(38, 10), d("1234567.8900000001")),
        "huge": (pa.decimal128(38, 2), d("-123456789012345678901234567890123456.78")),
        "very_small": (pa.decimal128(38, 30), d("0.000000000000000000000000000001")),
        "wide": (pa.decimal256(76, 3), d("0.145")),
        "prices": (pa.list_(pa.decimal128(18, 2)), [d("0.57"), None, d("1.15")]),
        "order": (pa.struct([("total", pa.decimal128(18, 2)), ("note", pa.string())]), {"total": d("0.29"), "note": None}),
        "by_name": (pa.map_(pa.string(), pa.decimal128(18, 2)), [("a", d("8.29"))]),
        "not_a_number": (pa.float64(), float("nan")),
        "numbers": (pa.list_(pa.float64()), [1.5, float("nan")]),
        "half": (pa.float16(), 1.5),
        "text": (pa.string(), "\ufeffreport"),
        "unmarked": (pa.binary(), "Zürich".encode()),
        "bytes": (pa.binary(), bytes([255, 254, 128])),
    }
    arrays = {name: pa.array([value, None], of) for name, (of, value) in columns.items()}
    pq.write_table(pa.table(arrays), path("edges.parquet"), compression="none")


def broken_text():
    """A column that is said to be text and is not UTF-8 in its second row."""
    offsets, values = pa.array([0, 2, 4], pa.int32()).buffers()[1], pa.py_buffer(b"ok\xff\xfe")
    text = pa.StringArray.from_buffers(2, offsets, values)
    pq.write_table(pa.table({"kind": pa.array(["a", "b"]), "note": text}), path("broken-text.parquet"), compression="none")


def all_null_pages():
    """Data pages of version 2 that hold NULLs alone, with and without a dictionary."""
    table = pa.table({"kind": pa.array(["a"] * 3 + ["b"] * 3), "n": pa.array([None] * 3 + [1.5, 2.5, None])})
    pq.write_table(table, path("null-pages.parquet"), data_page_version="2.0", data_page_size=1, write_batch_size=3, compression="snappy")


def duck():
    """INTERVAL and JSON, which pyarrow does not write."""
    duckdb.sql(
        "COPY (SELECT 'a' AS kind, INTERVAL '14 months 3 days 4 hours 5 minutes 6.007 seconds' AS span, '{\"a\": [1, 0.1]}'::JSON AS doc"
        f" UNION ALL SELECT 'b', INTERVAL 0 days, '{{\"a\": 1, \"a\": 2}}'::JSON) TO '{path('duckdb.parquet')}' (FORMAT parquet)"
    )


def vendors():
    """Rows of posthog.ndjson and ga4.ndjson as those products' Parquet exports hold them."""
    here = os.path.dirname(os.path.abspath(__file__))
    rows = lambda name: [json.loads(line) for line in open(os.path.join(here, name), encoding="utf8")]
    posthog = rows("posthog.ndjson")
    columns = {name: pa.array([row[name] for row in posthog]) for name in ("uuid", "event", "distinct_id")}
    columns["properties"] = pa.array([json.dumps(row["properties"]) for row in posthog])
    times = [datetime.datetime.fromisoformat(row["timestamp"]) for row in posthog]
    columns["timestamp"] = pa.array(times, pa.timestamp("us", "UTC"))
    pq.write_table(pa.table(columns), path("posthog.parquet"), compression="zstd")

    value = pa.struct([("string_value", pa.string()), ("int_value", pa.int64()), ("float_value", pa.float64()), ("double_value", pa.float64())])
    pairs = pa.list_(pa.struct([("key", pa.string()), ("value", value)]))
    web = pa.struct([("category", pa.string()), ("operating_system", pa.string()), ("language", pa.string()), ("web_info", pa.struct([("browser", pa.string())]))])
    schema = pa.schema([
        ("event_timestamp", pa.int64()), ("event_name", pa.string()), ("event_params", pairs), ("event_bundle_sequence_id", pa.int64()),
        ("user_id", pa.string()), ("user_pseudo_id", pa.string()), ("user_properties", pairs), ("device", web), ("platform", pa.string()),
    ])

    def whole(row):
        for item in row["event_params"] + row["user_properties"]:
            number = item["value"]["int_value"]
            item["value"]["int_value"] = None if number is None else int(number)
        return {**row, "event_timestamp": int(row["event_timestamp"]), "event_bundle_sequence_id": int(row["event_bundle_sequence_id"])}

    table = pa.Table.from_pylist([whole(row) for row in rows("ga4.ndjson")], schema=schema)
    pq.write_table(table, path("ga4.parquet"), compression="snappy")


for write in (decimals, edges, broken_text, all_null_pages, duck, vendors):
    write()
