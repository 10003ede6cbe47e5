"""libRoadRunner's gillespie in process: load {file, states}, then run {end, seed}. Timed is simulate(), less one of no duration."""

import time

import roadrunner
from serve import serve

state = {}


def load(request):
    roadrunner.Logger.disableLogging()
    begin = time.process_time()
    runner = roadrunner.RoadRunner(request["file"])
    runner.setIntegrator("gillespie")
    runner.getIntegrator().setValue("variable_step_size", False)
    runner.timeCourseSelections = ["time"] + list(request["states"])
    state["runner"] = runner
    simulate(1e-9)
    return {"seconds": time.process_time() - begin}


def simulate(end):
    state["runner"].reset()
    begin = time.process_time()
    table = state["runner"].simulate(0, end, 2)
    return time.process_time() - begin, [float(x) for x in table[-1][1:]]


def run(request):
    state["runner"].getIntegrator().setValue("seed", request["seed"])
    setup, _ = simulate(1e-9)
    seconds, values = simulate(request["end"])
    return {"seconds": seconds - setup, "state": values}


serve({"load": load, "run": run})
