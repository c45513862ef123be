"""The benchmarks: each figure is a ratio of two things measured in turn in this run. Usage: --help."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    attributes,
    checking,
    eager,
    exporting,
    history,
    peers,
    probe,
    programs,
    queries,
    scale,
    seeding,
    servers,
    tables,
)
from tests.bench.figures import Figure, Setting, report


BENCHMARKS: dict[str, Callable[[Setting], list[Figure]]] = {
    "launch": programs.launch,
    "memory": programs.memory,
    "size": programs.size,
    "keys": programs.keys,
    "window": queries.window,
    "members": queries.members,
    "eager": eager.eager,
    "failures": queries.failures,
    "explanation": scale.explanation,
    "tables": tables.tables,
    "verdicts": attributes.verdicts,
    "checking": checking.checking,
    "seeding": seeding.seeding,
    "feel": scale.feel,
    "sorting": scale.sorting,
    "stopping": scale.stopping,
    "whole": scale.whole_table,
    "exporting": exporting.exporting,
    "servers": servers.servers,
    "probe": probe.probe,
    "peers": peers.peers,
}

WANTED = frozenset({"peers"})
"""Benchmarks that run only when they are asked for."""


def main() -> None:
    """Measure what was asked for, print the figures as one table beside the last ones, and keep them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", metavar="N", type=int, default=9, help="how often to measure (default: 9)")
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=BENCHMARKS, help="measure these and no others")
    parser.add_argument("--peers", action="store_true", help="measure other browsers too, those on PATH (peers)")
    parser.add_argument("--list", action="store_true", help="list the names of the benchmarks")
    given = parser.parse_args()
    if given.list:
        sys.stdout.writelines(f"{name:10} {benchmark.__doc__}\n" for name, benchmark in BENCHMARKS.items())
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="pirate-tui-bench-") as folder:
        names = given.only or [name for name in BENCHMARKS if name not in WANTED]
        for name in [*names, *(["peers"] if given.peers and "peers" not in names else [])]:
            sys.stderr.write(f"measuring {name} ...\n")
            figures += BENCHMARKS[name](Setting(max(1, given.runs), Path(folder)))
    before = {name: kept.value for name, kept in history.earlier().items()}
    sys.stdout.write(report(figures, before) + "\n")
    if history.keep(figures):
        sys.stderr.write(f"kept in {history.RESULTS}, to be compared with next time\n")
    else:
        sys.stderr.write(f"not kept: figures of fewer than {history.LEAST_RUNS} runs\n")


if __name__ == "__main__":
    main()
