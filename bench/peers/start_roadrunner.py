"""A cold process to its first trajectory: argv = SBML file, last time."""

import sys

import roadrunner

runner = roadrunner.RoadRunner(sys.argv[1])
runner.simulate(0, float(sys.argv[2]), 101)
