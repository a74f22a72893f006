#!/usr/bin/env python3
"""Watches a log directory with two live TensorBoards, one of each loader, while somebody trains, kills and resumes there.

    tensorboard_live.py LOGDIR QUESTIONS [--timeout SECONDS]

Both servers are started at once. For each file QUESTIONS/N that appears (1, 2, ...) they must come to show just what the
event files hold then, each point once; QUESTIONS/N.answer then holds what they do not, one a line. QUESTIONS/end ends it.

Needs the `tensorboard` package, and tensorboard_check.py beside it.
"""

import argparse
import os
import pathlib
import time

from tensorboard_check import Server, check_once, compare, read_raw


def difference(servers, logdir, timeout):
    """What the records or one of the servers have wrong, after waiting for the servers to catch up."""
    problems = []
    raw = read_raw(logdir, problems)
    check_once(raw, problems)
    deadline = time.monotonic() + timeout
    while True:
        differences = []
        for name, server in servers.items():
            compare(f"live server ({name})", raw, server.runs(), differences, is_server=True)
        if not differences or time.monotonic() > deadline:
            return problems + differences
        time.sleep(0.3)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("questions", type=pathlib.Path)
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for each question")
    arguments = parser.parse_args()
    parent = os.getppid()
    with Server(arguments.logdir, "auto", 0) as auto, Server(arguments.logdir, "false", 0) as python:
        servers = {"auto": auto, "python": python}
        number = 1
        while not (arguments.questions / "end").exists() and os.getppid() == parent:
            if not (arguments.questions / str(number)).exists():
                time.sleep(0.05)
                continue
            answer = arguments.questions / f".{number}"
            answer.write_text("\n".join(difference(servers, arguments.logdir, arguments.timeout)))
            answer.rename(arguments.questions / f"{number}.answer")
            number += 1


if __name__ == "__main__":
    main()
