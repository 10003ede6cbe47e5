// Networks of mass action as tables, and two methods over them: composition and rejection as in the product, and sums over blocks.
#pragma once
#include <algorithm>
#include <vector>
#include "ssa-random.hpp"

// Propensity `coefficient n1 (n2 - lowered)`; states[0] is a 1 in the place of a missing reactant.
struct Channel {
  double coefficient, lowered;
  int first, second;
  int changes, changes_end;
};
struct Change { int state; double by; int readers, readers_end; };

struct Network {
  std::vector<double> initial;
  std::vector<Channel> channels;
  std::vector<Change> changes;
  std::vector<int> readers;
};

// => S1 at 10; S_i => S_i+1 at S_i; the last one decays. Ten molecules each.
static inline Network chain(int count) {
  Network net;
  net.initial.assign(count, 10);
  net.initial[0] = 1;
  // State i is read by channel i alone: channel 0 feeds state 1, channel i empties state i.
  for (int state = 1; state < count; state++) net.readers.push_back(state);
  const auto change = [&](int state, double by) { net.changes.push_back({state, by, state - 1, state}); };
  for (int channel = 0; channel < count; channel++) {
    const int from = (int)net.changes.size();
    if (channel > 0) change(channel, -1);
    if (channel + 1 < count) change(channel + 1, 1);
    net.channels.push_back({channel == 0 ? 10.0 : 1.0, 0, channel, 0, from, (int)net.changes.size()});
  }
  return net;
}

static inline double propensity(const Channel& channel, const double* n) { return channel.coefficient * n[channel.first] * (n[channel.second] - channel.lowered); }

// Slepoy, Thompson & Plimpton 2008, doi:10.1063/1.2919546, with refused candidates that let time pass.
template <class Random>
class CompositionRejection {
  static constexpr int group_count = 32;
  struct Group { double weight, bound, inverse; int count; int* members; };
  struct Row { double bound; int group, place; };
  const Network& net;
  std::vector<double> n, fired;
  std::vector<Row> rows;
  std::vector<int> lists;
  Group groups[group_count + 1];
  double total = 0;
  int top = 0;
  bool outgrown = false;

  static int exponent(double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, 8);
    return (int)(bits >> 52);
  }
  void enter(int channel, int group) {
    Group& to = groups[group];
    to.members[to.count] = channel;
    rows[channel].group = group;
    rows[channel].place = to.count++;
    to.weight += to.bound;
    total += to.bound;
  }
  void leave(int channel) {
    Row& row = rows[channel];
    Group& from = groups[row.group];
    const int moved = from.members[--from.count];
    from.members[row.place] = moved;
    rows[moved].place = row.place;
    row.group = -1;
    from.weight -= from.bound;
    total -= from.bound;
  }
  void lay_out() {
    top = group_count + 1;
    for (auto& row : rows) {
      top = std::max(top, exponent(row.bound));
      row.group = -1;
    }
    total = 0;
    for (int group = 0; group < group_count; group++) {
      const uint64_t bits = (uint64_t)(top + 1 - group) << 52;
      double bound;
      std::memcpy(&bound, &bits, 8);
      groups[group] = {0, bound, 1 / bound, 0, lists.data() + (size_t)group * rows.size()};
    }
    groups[group_count] = {INFINITY, 0, 0, 0, nullptr};
    for (size_t channel = 0; channel < rows.size(); channel++)
      if (rows[channel].bound != 0) enter((int)channel, std::min(top - exponent(rows[channel].bound), group_count - 1));
  }
  void update(int channel, double bound) {
    Row& row = rows[channel];
    row.bound = bound;
    const int group = bound != 0 ? std::min(top - exponent(bound), group_count - 1) : -1;
    if (group < 0 && bound != 0) {
      outgrown = true;
      return;
    }
    if (group == row.group) return;
    if (row.group >= 0) leave(channel);
    if (group >= 0) enter(channel, group);
  }

 public:
  explicit CompositionRejection(const Network& network) : net(network), n(network.initial.size()), fired(network.channels.size()), rows(network.channels.size()), lists(group_count * network.channels.size()) {}

  uint64_t run(uint64_t seed, int index, double end, std::vector<double>& out) {
    Random random(seed, index);
    n = net.initial;
    std::fill(fired.begin(), fired.end(), 0);
    for (size_t channel = 0; channel < rows.size(); channel++) rows[channel].bound = propensity(net.channels[channel], n.data());
    lay_out();
    double t = 0;
    uint64_t events = 0;
    int refusals = 0;
    const auto draw = [&](double& wait, double& place) {
      const Words for_wait = random.next();
      place = uniform(random);
      wait = exponential(random, for_wait);
    };
    double wait, place;
    draw(wait, place);
    for (;;) {
      if (refusals > 1000) {
        lay_out();
        refusals = 0;
      }
      const double next = t + wait / total;
      double mark = place * total;
      draw(wait, place);
      if (end < next) break;
      t = next;
      const Group* group = groups;
      while (mark >= group->weight) mark -= (group++)->weight;
      if (group == groups + group_count) continue;
      const int position = (int)(mark * group->inverse);
      mark -= position * group->bound;
      const int channel = group->members[position];
      refusals++;
      if (mark >= rows[channel].bound) continue;
      refusals = 0;
      const Channel& chosen = net.channels[channel];
      for (int at = chosen.changes; at < chosen.changes_end; at++) n[net.changes[at].state] += net.changes[at].by;
      for (int at = chosen.changes; at < chosen.changes_end; at++)
        for (int reader = net.changes[at].readers; reader < net.changes[at].readers_end; reader++) update(net.readers[reader], propensity(net.channels[net.readers[reader]], n.data()));
      fired[channel]++;
      events++;
      if (__builtin_expect(outgrown, 0)) {
        lay_out();
        outgrown = false;
      }
    }
    out.assign(n.begin() + 1, n.end());
    return events;
  }
};

// The direct method over three levels of sums, 32 to a block.
template <class Random>
class BlockSums {
  static constexpr int radix = 32;
  const Network& net;
  std::vector<double> n, fired, propensities, blocks, tops;

  static int search(const double* sums, double& mark, int last) {
    int at = 0;
    while (at < last && mark >= sums[at]) mark -= sums[at++];
    return at;
  }
  static double sum(const double* from) {
    double total = 0;
    for (int at = 0; at < radix; at++) total += from[at];
    return total;
  }

 public:
  explicit BlockSums(const Network& network) : net(network), n(network.initial.size()), fired(network.channels.size()) {
    tops.assign((network.channels.size() + radix * radix - 1) / (radix * radix), 0);
    blocks.assign(tops.size() * radix, 0);
    propensities.assign(blocks.size() * radix, 0);
  }

  uint64_t run(uint64_t seed, int index, double end, std::vector<double>& out) {
    Random random(seed, index);
    n = net.initial;
    std::fill(fired.begin(), fired.end(), 0);
    for (size_t channel = 0; channel < fired.size(); channel++) propensities[channel] = propensity(net.channels[channel], n.data());
    for (size_t block = 0; block < blocks.size(); block++) blocks[block] = sum(&propensities[block * radix]);
    for (size_t top = 0; top < tops.size(); top++) tops[top] = sum(&blocks[top * radix]);
    double t = 0;
    uint64_t events = 0;
    for (;;) {
      double total = 0;
      for (const double top : tops) total += top;
      t += exponential(random, random.next()) / total;
      if (end < t) break;
      double mark = uniform(random) * total;
      const int top = search(tops.data(), mark, (int)tops.size() - 1);
      const int block = top * radix + search(&blocks[top * radix], mark, radix - 1);
      const int channel = block * radix + search(&propensities[block * radix], mark, radix - 1);
      // Sums carried on by differences leave a rest by which a mark can pass the last channel.
      if (!(propensities[channel] > 0)) continue;
      const Channel& chosen = net.channels[channel];
      for (int at = chosen.changes; at < chosen.changes_end; at++) n[net.changes[at].state] += net.changes[at].by;
      for (int at = chosen.changes; at < chosen.changes_end; at++)
        for (int reader = net.changes[at].readers; reader < net.changes[at].readers_end; reader++) {
          const int other = net.readers[reader];
          const double value = propensity(net.channels[other], n.data()), difference = value - propensities[other];
          propensities[other] = value;
          blocks[other / radix] += difference;
          tops[other / (radix * radix)] += difference;
        }
      fired[channel]++;
      // Propensities are whole multiples of small numbers in these networks; still, sums are made anew now and then.
      if ((++events & 0xfffff) == 0) {
        for (size_t b = 0; b < blocks.size(); b++) blocks[b] = sum(&propensities[b * radix]);
        for (size_t top_at = 0; top_at < tops.size(); top_at++) tops[top_at] = sum(&blocks[top_at * radix]);
      }
    }
    out.assign(n.begin() + 1, n.end());
    return events;
  }
};
