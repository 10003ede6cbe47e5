"""libRoadRunner in process: load {text}, then run or time {end, points, rtol, atol, seconds}."""

import time

import antimony
import numpy
import roadrunner
from serve import seconds_per_run, serve

state = {}


def load(request):
    roadrunner.Logger.disableLogging()
    roadrunner.Config.setValue(roadrunner.Config.LLJIT_OPTIMIZATION_LEVEL, roadrunner.Config.AGGRESSIVE)
    if antimony.loadAntimonyString(request["text"]) < 0:
        raise ValueError(antimony.getLastError())
    sbml = antimony.getSBMLString(antimony.getMainModuleName())
    begin = time.perf_counter()
    runner = roadrunner.RoadRunner(sbml)
    loaded = time.perf_counter() - begin
    runner.timeCourseSelections = ["time"] + [f"[{name}]" for name in request["states"]]
    state["runner"] = runner
    return {"seconds": loaded}


def configure(request):
    runner = state["runner"]
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", request["rtol"])
    integrator.setValue("absolute_tolerance", request["atol"])
    integrator.setValue("maximum_num_steps", 10_000_000)
    integrator.setValue("stiff", request.get("stiff", True))
    return runner, request["end"], request["points"] + 1


def run(request):
    runner, end, rows = configure(request)
    runner.reset()
    begin = time.perf_counter()
    table = runner.simulate(0, end, rows)
    return {"seconds": time.perf_counter() - begin, "values": [float(x) for row in table[1:] for x in row[1:]]}


def timed(request):
    runner, end, rows = configure(request)
    return {"seconds": seconds_per_run(runner.reset, lambda: runner.simulate(0, end, rows), request["seconds"])}


def sets_of(request):
    """The first `count` sets of parameters of the file, one run each: outputs, or only the time of the loop."""
    runner, end, rows = configure(request)
    model = runner.model
    ids = list(model.getGlobalParameterIds())
    sets = numpy.fromfile(request["file"]).reshape(-1, len(request["parameters"]))[: request["count"]]
    order = [request["parameters"].index(name) for name in ids]
    sets = numpy.ascontiguousarray(sets[:, order])
    values = []
    begin = time.perf_counter()
    for one in sets:
        runner.reset()
        model.setGlobalParameterValues(one)
        table = runner.simulate(0, end, rows)
        if request["keep"]:
            values.append(numpy.array(table)[1:, 1:])
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "values": [float(x) for table in values for x in table.ravel()]}


serve({"load": load, "run": run, "time": timed, "sets": sets_of})
