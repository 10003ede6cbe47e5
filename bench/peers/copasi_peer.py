"""COPASI in process: load {text}, then run or time {end, points, rtol, atol, seconds, method: lsoda | radau5}. Timed is the time course task's process()."""

import time

import antimony
import COPASI
from serve import seconds_per_run, serve

state = {}
methods = {"lsoda": COPASI.CTaskEnum.Method_deterministic, "radau5": COPASI.CTaskEnum.Method_RADAU5}


def load(request):
    if antimony.loadAntimonyString(request["text"]) < 0:
        raise ValueError(antimony.getLastError())
    sbml = antimony.getSBMLString(antimony.getMainModuleName())
    begin = time.perf_counter()
    model = COPASI.CRootContainer.addDatamodel()
    if not model.importSBMLFromString(sbml):
        raise ValueError("COPASI did not take the model: " + COPASI.CCopasiMessage.getAllMessageText())
    state["model"] = model
    state["task"] = model.getTask("Time-Course")
    state["states"] = request["states"]
    return {"seconds": time.perf_counter() - begin}


def configure(request):
    task = state["task"]
    task.setMethodType(methods[request.get("method", "lsoda")])
    problem = task.getProblem()
    problem.setStepNumber(request["points"])
    problem.setDuration(request["end"])
    problem.setTimeSeriesRequested(True)
    problem.setAutomaticStepSize(False)
    method = task.getMethod()
    for name, value in (("Relative Tolerance", request["rtol"]), ("Absolute Tolerance", request["atol"])):
        parameter = method.getParameter(name)
        parameter.setDblValue(value)
    steps = method.getParameter("Max Internal Steps")
    if steps is not None:
        steps.setIntValue(10_000_000)
    return task


def process(task):
    if not task.process(True):
        raise RuntimeError("COPASI's time course failed: " + COPASI.CCopasiMessage.getAllMessageText()[-200:])


def run(request):
    task = configure(request)
    begin = time.perf_counter()
    process(task)
    seconds = time.perf_counter() - begin
    series = task.getTimeSeries()
    columns = {series.getTitle(i): i for i in range(series.getNumVariables())}
    wanted = [columns.get(name, columns.get(f"[{name}]")) for name in state["states"]]
    if None in wanted:
        raise RuntimeError(f"no column for a state among {list(columns)[:5]}")
    rows = series.getRecordedSteps()
    values = [series.getConcentrationData(row, column) for row in range(1, rows) for column in wanted]
    return {"seconds": seconds, "values": values}


def timed(request):
    task = configure(request)
    return {"seconds": seconds_per_run(lambda: None, lambda: process(task), request["seconds"])}


serve({"load": load, "run": run, "time": timed})
