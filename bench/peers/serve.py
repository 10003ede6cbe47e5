"""Base of the Python peers: one JSON line in, one JSON line out, until the input ends."""

import json
import os
import sys
import time


def serve(handlers):
    """Answers requests {"do": NAME, ...} with handlers[NAME](request) -> dict; an exception becomes {"error": text}."""
    # Libraries write to the standard output too; answers go to a copy of it that only we hold.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        if not line.strip():
            continue
        request = json.loads(line)
        try:
            answer = handlers[request["do"]](request)
        except Exception as error:  # the asker decides what a failure means
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def seconds_per_run(prepare, work, seconds):
    """Mean time of work(), each call after an untimed prepare(); repeats until `seconds` of work have passed."""
    total = 0.0
    calls = 0
    while total < seconds:
        prepare()
        begin = time.perf_counter()
        work()
        total += time.perf_counter() - begin
        calls += 1
    return total / calls
