"""SciPy in process on a right-hand side and Jacobian written in Python: load {module}, then run or time {times, state, rtol, atol, seconds, method}."""

import time

import numpy
from scipy.integrate import odeint, solve_ivp
from serve import seconds_per_run, serve

model = {}


def load(request):
    exec(compile(request["module"], "model", "exec"), model)
    model["state"] = numpy.array(request["state"])
    model["times"] = numpy.array(request["times"])
    return {}


def work_of(request):
    rhs, jac, y0, times = model["rhs"], model["jac"], model["state"], model["times"]
    rtol, atol, method = request["rtol"], request["atol"], request["method"]
    if method == "odeint":
        grid = numpy.concatenate(([0.0], times))
        use = jac if request.get("jacobian", True) else None
        return lambda: odeint(rhs, y0, grid, Dfun=use, tfirst=True, rtol=rtol, atol=atol, mxstep=1_000_000, full_output=True)
    more = {"jac": jac} if method in ("BDF", "Radau", "LSODA") else {}
    return lambda: solve_ivp(rhs, (0.0, times[-1]), y0, method=method, t_eval=times, rtol=rtol, atol=atol, **more)


def run(request):
    work = work_of(request)
    begin = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begin
    if request["method"] == "odeint":
        table, about = result
        if about["message"] != "Integration successful.":
            raise RuntimeError(about["message"])
        return {"seconds": seconds, "values": table[1:].ravel().tolist()}
    if result.status != 0:
        raise RuntimeError(result.message)
    return {"seconds": seconds, "values": result.y.T.ravel().tolist()}


def timed(request):
    return {"seconds": seconds_per_run(lambda: None, work_of(request), request["seconds"])}


serve({"load": load, "run": run, "time": timed})
