// The direct method, written out for three small networks.
#pragma once
#include <vector>
#include "ssa-random.hpp"

// => X at 10; X => at X.
struct BirthDeath {
  static constexpr int channels = 2;
  double x = 10;
  double a[2] = {10, 10};
  double total() const { return a[0] + a[1]; }
  // Fires the channel in which the threshold lies; false when its cell holds a border.
  bool fire(double threshold, double half, double* fired) {
    if (threshold < a[0]) {
      if (!(threshold >= half && a[0] - threshold > half)) return false;
      fired[0]++;
      x++;
    } else {
      threshold -= a[0];
      if (!(threshold >= half && a[1] - threshold > half)) return false;
      fired[1]++;
      x--;
    }
    a[1] = x;
    return true;
  }
  void state(std::vector<double>& out) const { out = {x}; }
};

// S1 => at S1; 2 S1 => S2 at 0.001 S1 (S1 - 1); S2 => 2 S1 at 0.5 S2; S2 => S3 at 0.04 S2.
struct DimerDecay {
  static constexpr int channels = 4;
  double s1 = 100000, s2 = 0, s3 = 0;
  double a[4];
  DimerDecay() { update1(); update2(); }
  void update1() { a[0] = s1; a[1] = 0.001 * s1 * (s1 - 1); }
  void update2() { a[2] = 0.5 * s2; a[3] = 0.04 * s2; }
  double total() const { return (a[0] + a[1]) + (a[2] + a[3]); }
  bool fire(double threshold, double half, double* fired) {
    const auto inside = [&](double propensity) { return threshold >= half && propensity - threshold > half; };
    const double left = a[0] + a[1];
    if (threshold < left) {
      if (threshold < a[0]) {
        if (!inside(a[0])) return false;
        fired[0]++;
        s1--;
        update1();
      } else {
        threshold -= a[0];
        if (!inside(a[1])) return false;
        fired[1]++;
        s1 -= 2;
        s2++;
        update1();
        update2();
      }
    } else {
      threshold -= left;
      if (threshold < a[2]) {
        if (!inside(a[2])) return false;
        fired[2]++;
        s1 += 2;
        s2--;
        update1();
        update2();
      } else {
        threshold -= a[2];
        if (!inside(a[3])) return false;
        fired[3]++;
        s2--;
        s3++;
        update2();
      }
    }
    return true;
  }
  void state(std::vector<double>& out) const { out = {s1, s2, s3}; }
};

// 2 X => 3 X at 0.015 X (X - 1); 3 X => 2 X at (1/60000) X (X - 1) (X - 2); => X at 200; X => at 3.5 X.
struct Schlogl {
  static constexpr int channels = 4;
  double x = 250;
  double a[4];
  Schlogl() { a[2] = 200; update(); }
  void update() {
    a[0] = 0.015 * x * (x - 1);
    a[1] = 1.6666666666666666e-5 * x * (x - 1) * (x - 2);
    a[3] = 3.5 * x;
  }
  double total() const { return (a[0] + a[1]) + (a[2] + a[3]); }
  bool fire(double threshold, double half, double* fired) {
    const auto inside = [&](double propensity) { return threshold >= half && propensity - threshold > half; };
    const double left = a[0] + a[1];
    if (threshold < left) {
      if (threshold < a[0]) {
        if (!inside(a[0])) return false;
        fired[0]++;
        x++;
      } else {
        threshold -= a[0];
        if (!inside(a[1])) return false;
        fired[1]++;
        x--;
      }
    } else {
      threshold -= left;
      if (threshold < a[2]) {
        if (!inside(a[2])) return false;
        fired[2]++;
        x++;
      } else {
        threshold -= a[2];
        if (!inside(a[3])) return false;
        fired[3]++;
        x--;
      }
    }
    update();
    return true;
  }
  void state(std::vector<double>& out) const { out = {x}; }
};

// One block an event, as the product draws: drawn when it is needed, or one event ahead.
template <class Model, class Random, bool ahead>
uint64_t direct_cells(uint64_t seed, int run, double end, std::vector<double>& out) {
  Random random(seed, run);
  Model model;
  double fired[Model::channels] = {0};
  double t = 0;
  uint64_t events = 0;
  Cell drawn = cell(random);
  for (;;) {
    const double total = model.total();
    const double next = t + drawn.wait / total;
    if (end < next) {
      model.state(out);
      return events;
    }
    t = next;
    Cell later;
    if constexpr (ahead) later = cell(random);
    if (__builtin_expect(model.fire(drawn.uniform * total, drawn.half * total, fired), 1)) {
      if constexpr (!ahead) later = cell(random);
      drawn = later;
      events++;
    } else {
      refine(random, drawn);
    }
  }
}

// Two blocks an event: wait and uniform of 53 bits each.
template <class Model, class Random>
uint64_t direct_pairs(uint64_t seed, int run, double end, std::vector<double>& out) {
  Random random(seed, run);
  Model model;
  double fired[Model::channels] = {0};
  double t = 0;
  uint64_t events = 0;
  for (;;) {
    const double total = model.total();
    t += exponential(random, random.next()) / total;
    if (end < t) {
      model.state(out);
      return events;
    }
    events += model.fire(uniform(random) * total, 0, fired);
  }
}

// Threefry in blocks of 64 draws, which the compiler turns into vectors; what is rare draws from a stream of its own.
struct Buffered {
  static constexpr int count = 64;
  Threefry random, rare;
  alignas(64) uint32_t first[count], second[count];
  alignas(64) double wait[count], uniform[count];
  Buffered(uint64_t seed, uint64_t run) : random(seed, run), rare(seed, run) { rare.counter = 1ull << 63; }
  __attribute__((noinline)) void fill() {
    const uint32_t key[3] = {random.key[0], random.key[1], random.key[2]};
    const uint32_t low = (uint32_t)random.counter, high = (uint32_t)(random.counter >> 32);
    for (int i = 0; i < count; i++) {
      uint32_t x = low + i, y = high;
      threefry<13>(x, y, key);
      first[i] = x;
      second[i] = y;
    }
    random.counter += count;
    for (int i = 0; i < count; i++) {
      const int layer = first[i] & (layers - 1);
      const uint64_t place = (uint64_t)(first[i] >> 8) << 13 | ((second[i] << 1) & 8191) | 1;
      const double x = (double)(int64_t)place * ziggurat.coarse[layer].first;
      wait[i] = __builtin_expect(x < ziggurat.coarse[layer].second, 1) ? x : beyond(rare, layer, x);
      uniform[i] = (double)(int32_t)(second[i] >> 11 | 1) * 0x1p-21;
    }
  }
};

template <class Model>
uint64_t direct_buffered(uint64_t seed, int run, double end, std::vector<double>& out) {
  Buffered draws(seed, run);
  Model model;
  double fired[Model::channels] = {0};
  double t = 0, half = 0x1p-21;
  uint64_t events = 0;
  int at = Buffered::count;
  for (;;) {
    if (at == Buffered::count) {
      draws.fill();
      at = 0;
    }
    const double total = model.total();
    const double next = t + draws.wait[at] / total;
    if (end < next) {
      model.state(out);
      return events;
    }
    t = next;
    if (__builtin_expect(model.fire(draws.uniform[at] * total, half * total, fired), 1)) {
      half = 0x1p-21;
      at++;
      events++;
    } else {
      draws.uniform[at] = (std::floor(draws.uniform[at] * 0x1p20) + uniform(draws.rare)) * 0x1p-20;
      draws.wait[at] = 0;
      half = 0;
    }
  }
}
