// Exact stochastic simulation by hand, to hold the emitted programs against: the product's methods with its generator and sampler,
// and the same with the quickest we know. Usage: ssa MODEL METHOD SEED RUNS END SECONDS [CHANNELS]
// repeats all runs until SECONDS have passed and prints JSON: seconds of the quickest and of the mean repeat, events, state of the last run.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
#include "ssa-direct.hpp"
#include "ssa-network.hpp"

using Clock = std::chrono::steady_clock;

template <class Run>
static void measure(Run run, uint64_t seed, int runs, double seconds) {
  double best = 1e300, total = 0;
  int repeats = 0;
  uint64_t events = 0;
  std::vector<double> state;
  std::string samples;
  do {
    const auto begin = Clock::now();
    events = 0;
    for (int index = 0; index < runs; index++) events += run(seed, index, state);
    const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (passed < best) best = passed;
    total += passed;
    repeats++;
  } while (total < seconds);
  std::printf("{\"seconds\": %.9g, \"mean\": %.9g, \"repeats\": %d, \"events\": %llu, \"state\": [", best, total / repeats, repeats, (unsigned long long)events);
  for (size_t i = 0; i < state.size(); i++) std::printf("%s%.17g", i ? ", " : "", state[i]);
  std::printf("]}\n");
}

template <class Model>
static int direct(const std::string& method, uint64_t seed, int runs, double end, double seconds) {
  const auto with = [&](auto run) { measure([&](uint64_t s, int index, std::vector<double>& state) { return run(s, index, end, state); }, seed, runs, seconds); return 0; };
  if (method == "direct") return with(direct_cells<Model, Threefry, false>);
  if (method == "direct-ahead") return with(direct_cells<Model, Threefry, true>);
  if (method == "direct-buffered") return with(direct_buffered<Model>);
  if (method == "direct-xoshiro") return with(direct_cells<Model, Xoshiro, false>);
  if (method == "direct-xoshiro-ahead") return with(direct_cells<Model, Xoshiro, true>);
  if (method == "direct-xoshiro-pairs") return with(direct_pairs<Model, Xoshiro>);
  return 2;
}

template <class Solver>
static int on(const Network& net, uint64_t seed, int runs, double end, double seconds) {
  Solver solver(net);
  measure([&](uint64_t s, int index, std::vector<double>& state) { return solver.run(s, index, end, state); }, seed, runs, seconds);
  return 0;
}

static int network(const Network& net, const std::string& method, uint64_t seed, int runs, double end, double seconds) {
  if (method == "composition-rejection") return on<CompositionRejection<Threefry>>(net, seed, runs, end, seconds);
  if (method == "composition-rejection-xoshiro") return on<CompositionRejection<Xoshiro>>(net, seed, runs, end, seconds);
  if (method == "blocks") return on<BlockSums<Threefry>>(net, seed, runs, end, seconds);
  if (method == "blocks-xoshiro") return on<BlockSums<Xoshiro>>(net, seed, runs, end, seconds);
  return 2;
}

int main(int count, char** given) {
  if (count < 7) return 2;
  const std::string model = given[1], method = given[2];
  const uint64_t seed = std::strtoull(given[3], nullptr, 10);
  const int runs = std::atoi(given[4]);
  const double end = std::atof(given[5]), seconds = std::atof(given[6]);
  if (model == "birth-death") return direct<BirthDeath>(method, seed, runs, end, seconds);
  if (model == "dimer") return direct<DimerDecay>(method, seed, runs, end, seconds);
  if (model == "schlogl") return direct<Schlogl>(method, seed, runs, end, seconds);
  if (model == "chain" && count > 7) return network(chain(std::atoi(given[7])), method, seed, runs, end, seconds);
  return 2;
}
