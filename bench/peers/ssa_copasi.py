"""COPASI's direct method in process: load {file, states}, then run {end, seed}. Timed is the time course task's process(), less one of no duration."""

import time

import COPASI
from serve import serve

state = {}


def load(request):
    begin = time.process_time()
    data = COPASI.CRootContainer.addDatamodel()
    if not data.importSBML(request["file"]):
        raise ValueError("COPASI did not take the model: " + COPASI.CCopasiMessage.getAllMessageText())
    task = data.getTask("Time-Course")
    task.setMethodType(COPASI.CTaskEnum.Method_directMethod)
    problem = task.getProblem()
    problem.setStepNumber(1)
    problem.setTimeSeriesRequested(True)
    task.getMethod().getParameter("Max Internal Steps").setIntValue(2_000_000_000)
    state.update(task=task, model=data.getModel(), states=request["states"], data=data)
    process(1e-9)
    return {"seconds": time.process_time() - begin}


def process(end):
    state["task"].getProblem().setDuration(end)
    begin = time.process_time()
    if not state["task"].process(True):
        raise RuntimeError("COPASI's time course failed: " + COPASI.CCopasiMessage.getAllMessageText()[-200:])
    return time.process_time() - begin


def run(request):
    method = state["task"].getMethod()
    method.getParameter("Use Random Seed").setBoolValue(True)
    method.getParameter("Random Seed").setUIntValue(request["seed"])
    setup = process(1e-9)
    seconds = process(request["end"])
    factor = state["model"].getQuantity2NumberFactor()
    ids = {item.getSBMLId(): item for item in state["model"].getMetabolites()}
    series = state["task"].getTimeSeries()
    last = series.getRecordedSteps() - 1
    columns = {series.getSBMLId(i, state["data"]): i for i in range(series.getNumVariables())}
    return {"seconds": seconds - setup, "state": [series.getConcentrationData(last, columns[name]) * factor if name in columns else ids[name].getInitialValue() for name in state["states"]]}


serve({"load": load, "run": run})
