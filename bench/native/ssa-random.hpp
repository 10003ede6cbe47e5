// Random numbers of the driver: the product's generator and sampler written by hand, and the quickest ones we know.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

constexpr int layers = 256;
constexpr double tail = 7.697117470131050;
constexpr double layer_area = 0.003949659822581557;

// Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08: layers of equal area under e^-x.
struct Ziggurat {
  struct alignas(16) Pair { double first, second; };
  Pair fine[layers], coarse[layers], steps[layers];
  Ziggurat() {
    double ends[layers + 1], heights[layers + 1] = {0};
    ends[0] = layer_area * std::exp(tail);
    double end = tail;
    for (int layer = 1; layer < layers; layer++) {
      ends[layer] = end;
      heights[layer] = std::exp(-end);
      end = -std::log(layer_area / end + std::exp(-end));
    }
    ends[layers] = 0;
    heights[layers] = 1;
    for (int layer = 0; layer < layers; layer++) {
      fine[layer] = {ends[layer] * 0x1p-53, ends[layer + 1]};
      coarse[layer] = {ends[layer] * 0x1p-37, ends[layer + 1]};
      steps[layer] = {heights[layer], heights[layer + 1] - heights[layer]};
    }
  }
};
static const Ziggurat ziggurat;

static inline uint32_t rotl32(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }
static inline uint64_t rotl64(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

// Salmon et al. 2011, doi:10.1145/2063384.2063405.
template <int rounds>
static inline void threefry(uint32_t& x, uint32_t& y, const uint32_t (&key)[3]) {
  constexpr int by[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  x += key[0];
  y += key[1];
#pragma GCC unroll 20
  for (int round = 0; round < rounds; round++) {
    x += y;
    y = rotl32(y, by[round % 8]) ^ x;
    if (round % 4 != 3) continue;
    const int injection = (round + 1) / 4;
    x += key[injection % 3];
    y += key[(injection + 1) % 3] + injection;
  }
}

struct Words { uint32_t first, second; };

static inline double whole(Words words) { return (double)(words.first >> 11) * 0x1p32 + (double)words.second; }

// The product's generator: Threefry-2x32 in 13 rounds, keyed by (seed, "ssa", run).
struct Threefry {
  uint32_t key[3];
  uint64_t counter = 0;
  Threefry(uint64_t seed, uint64_t run) {
    uint32_t k[3] = {(uint32_t)seed, (uint32_t)(seed >> 32), 0};
    const uint32_t blocks[3][2] = {{3, 0}, {'s' | 's' << 8 | 'a' << 16, 0}, {(uint32_t)run, (uint32_t)(run >> 32)}};
    for (const auto& block : blocks) {
      k[2] = 0x1bd11bda ^ k[0] ^ k[1];
      uint32_t x = block[0], y = block[1];
      threefry<20>(x, y, k);
      k[0] = x;
      k[1] = y;
    }
    key[0] = k[0];
    key[1] = k[1];
    key[2] = 0x1bd11bda ^ k[0] ^ k[1];
  }
  Words next() {
    uint32_t x = (uint32_t)counter, y = (uint32_t)(counter >> 32);
    counter++;
    threefry<13>(x, y, key);
    return {x, y};
  }
};

// Blackman & Vigna 2021, doi:10.1145/3460772: xoshiro256++, seeded by splitmix64.
struct Xoshiro {
  uint64_t s[4];
  Xoshiro(uint64_t seed, uint64_t run) {
    uint64_t x = seed * 0x9e3779b97f4a7c15 + run;
    for (auto& word : s) {
      uint64_t z = (x += 0x9e3779b97f4a7c15);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }
  Words next() {
    const uint64_t result = rotl64(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl64(s[3], 45);
    return {(uint32_t)result, (uint32_t)(result >> 32)};
  }
};

template <class Random>
static inline double uniform(Random& random) { return whole(random.next()) * 0x1p-53; }

// Decides where the ziggurat's quick test failed.
template <class Random>
__attribute__((noinline)) double beyond(Random& random, int layer, double x) {
  for (;;) {
    if (layer == 0) return tail - std::log(1 - uniform(random));
    const double height = ziggurat.steps[layer].first + uniform(random) * ziggurat.steps[layer].second;
    if (height < std::exp(-x)) return x;
    const Words words = random.next();
    layer = words.first & (layers - 1);
    x = (whole(words) + 0.5) * ziggurat.fine[layer].first;
    if (x < ziggurat.fine[layer].second) return x;
  }
}

template <class Random>
static inline double exponential(Random& random, Words words) {
  const int layer = words.first & (layers - 1);
  const double x = (whole(words) + 0.5) * ziggurat.fine[layer].first;
  return __builtin_expect(x < ziggurat.fine[layer].second, 1) ? x : beyond(random, layer, x);
}

// A wait and the cell of a uniform out of one block.
struct Cell { double wait, uniform, half; };

template <class Random>
static inline Cell cell(Random& random) {
  const Words words = random.next();
  const int layer = words.first & (layers - 1);
  // 36 bits of place and 20 of the uniform, each with a one below: the middle of its cell.
  const uint64_t place = (uint64_t)(words.first >> 8) << 13 | ((words.second << 1) & 8191) | 1;
  double wait = (double)(int64_t)place * ziggurat.coarse[layer].first;
  if (__builtin_expect(!(wait < ziggurat.coarse[layer].second), 0)) wait = beyond(random, layer, wait);
  return {wait, (double)(int32_t)(words.second >> 11 | 1) * 0x1p-21, 0x1p-21};
}

template <class Random>
static inline void refine(Random& random, Cell& cell) {
  cell.uniform = (std::floor(cell.uniform * 0x1p20) + uniform(random)) * 0x1p-20;
  cell.half = 0;
  cell.wait = 0;
}
