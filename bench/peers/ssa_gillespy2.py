"""GillesPy2's C++ solver of exact simulation: load {file: channels as JSON}, then run {end, seed}. Timed is run() with its process, less one of no duration."""

import json
import os
import resource
import sysconfig
import time

# The solver's builder starts the interpreter behind the environment's, which does not know the environment's packages.
os.environ["PYTHONPATH"] = sysconfig.get_paths()["purelib"]

from gillespy2 import Model, Parameter, Reaction, Species, SSACSolver, TimeSpan  # noqa: E402
from serve import serve  # noqa: E402

state = {}


def cpu():
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def factorial(name, order):
    return "*".join(name if below == 0 else f"({name}-{below})" for below in range(order))


def load(request):
    with open(request["file"]) as file:
        network = json.load(file)
    begin = cpu()
    names = network["states"]
    model = Model(name="network")
    model.add_species([Species(name=name, initial_value=round(n), mode="discrete") for name, n in zip(names, network["initial"])])
    reactions = []
    for index, channel in enumerate(network["channels"]):
        factors = [repr(channel["constant"])] + [factorial(names[at], order) for at, order in channel["orders"]]
        taken = {names[at]: -round(change) for at, change in channel["changes"] if change < 0}
        made = {names[at]: round(change) for at, change in channel["changes"] if change > 0}
        reactions.append(Reaction(name=f"R{index}", reactants=taken, products=made, propensity_function="*".join(factors)))
    model.add_parameter(Parameter(name="unused", expression="1"))
    model.add_reaction(reactions)
    state["solver"] = SSACSolver(model=model)
    state["names"] = names
    return {"seconds": cpu() - begin}


def simulate(end, seed):
    begin = cpu()
    state["solver"].model.timespan(TimeSpan([0.0, end]))
    result = state["solver"].run(number_of_trajectories=1, seed=seed)[0]
    return cpu() - begin, [float(result[name][-1]) for name in state["names"]]


def run(request):
    setup, _ = simulate(1e-9, request["seed"])
    seconds, values = simulate(request["end"], request["seed"])
    return {"seconds": seconds - setup, "state": values}


serve({"load": load, "run": run})
