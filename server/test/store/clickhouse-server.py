"""A real ClickHouse server: `clickhouse local` of the library that the embedded engine is, with its HTTP and TCP interfaces open.

Arguments: the library, the data directory, the HTTP port, the TCP port, then more of `clickhouse local`. Ends with SIGKILL; what was acknowledged is on disk.
"""
import ctypes
import sys

library, path, http_port, tcp_port, *more = sys.argv[1:]
# Something must keep it running.
wait = (
    "SELECT sleepEachRow(1) FROM numbers(100000000) "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0, max_execution_time = 0 FORMAT Null"
)
arguments = [
    "clickhouse",
    f"--path={path}",
    "--listen_host=127.0.0.1",
    f"--http_port={http_port}",
    f"--tcp_port={tcp_port}",
    *more,
    f"--query=SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; {wait}",
]
argv = (ctypes.c_char_p * (len(arguments) + 1))(*[each.encode() for each in arguments], None)
run = ctypes.CDLL(library).query_stable_v2
run.restype = ctypes.c_void_p
run(len(arguments), argv)
sys.exit("the server ended by itself")
