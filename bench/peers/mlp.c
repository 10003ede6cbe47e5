/* Discrete adjoint of fixed steps of tsit5 (tableau.h) through dy/dt = -y + MLP(y), activations kept from the forward pass.
   argv[1]: weights, start, targets as f64. One JSON line in, one JSON line out: {"do":"run"|"time","seconds":S} */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "tableau.h"

#define IN 8
#define HIDDEN 16
#define W1 0
#define B1 (W1 + IN * HIDDEN)
#define W2 (B1 + HIDDEN)
#define B2 (W2 + HIDDEN * HIDDEN)
#define W3 (B2 + HIDDEN)
#define B3 (W3 + HIDDEN * IN)
#define WEIGHTS (B3 + IN)

static double weights[WEIGHTS] __attribute__((aligned(64))), start[IN], targets[POINTS * IN];
static double gradient[WEIGHTS] __attribute__((aligned(64))), path[POINTS + 1][IN], loss;

/* What one evaluation leaves for the way back. */
typedef struct {
  double z[IN], h1[HIDDEN], h2[HIDDEN];
} Kept;
static Kept kept[POINTS][STAGES] __attribute__((aligned(64)));

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + 1e-9 * at.tv_nsec;
}

static inline void layer(const double *restrict w, const double *restrict b, const double *restrict x, int in, int out, double *restrict y) {
  for (int o = 0; o < out; o++) y[o] = b[o];
  for (int i = 0; i < in; i++)
    for (int o = 0; o < out; o++) y[o] += w[i * out + o] * x[i];
}

static void rates(const double *restrict z, double *restrict f, Kept *restrict k) {
  memcpy(k->z, z, sizeof k->z);
  layer(weights + W1, weights + B1, z, IN, HIDDEN, k->h1);
  for (int i = 0; i < HIDDEN; i++) k->h1[i] = tanh(k->h1[i]);
  layer(weights + W2, weights + B2, k->h1, HIDDEN, HIDDEN, k->h2);
  for (int i = 0; i < HIDDEN; i++) k->h2[i] = tanh(k->h2[i]);
  layer(weights + W3, weights + B3, k->h2, HIDDEN, IN, f);
  for (int i = 0; i < IN; i++) f[i] -= z[i];
}

static inline void back(const double *restrict w, double *restrict gw, double *restrict gb, const double *restrict x, const double *restrict s, int in, int out, double *restrict pulled) {
  for (int o = 0; o < out; o++) gb[o] += s[o];
  for (int i = 0; i < in; i++) {
    double sum = 0;
    for (int o = 0; o < out; o++) {
      sum += w[i * out + o] * s[o];
      gw[i * out + o] += x[i] * s[o];
    }
    pulled[i] = sum;
  }
}

/* Transposed Jacobian times s; the weights' share goes to the gradient. */
static void pull(const Kept *restrict k, const double *restrict s, double *restrict pulled) {
  double a[HIDDEN], b[HIDDEN];
  back(weights + W3, gradient + W3, gradient + B3, k->h2, s, HIDDEN, IN, a);
  for (int i = 0; i < HIDDEN; i++) a[i] *= 1 - k->h2[i] * k->h2[i];
  back(weights + W2, gradient + W2, gradient + B2, k->h1, a, HIDDEN, HIDDEN, b);
  for (int i = 0; i < HIDDEN; i++) b[i] *= 1 - k->h1[i] * k->h1[i];
  back(weights + W1, gradient + W1, gradient + B1, k->z, b, IN, HIDDEN, pulled);
  for (int i = 0; i < IN; i++) pulled[i] -= s[i];
}

static void run(void) {
  static double stage[STAGES + 1][IN];
  memset(gradient, 0, sizeof gradient);
  memcpy(path[0], start, sizeof start);
  loss = 0;
  for (int n = 0; n < POINTS; n++) {
    const double *y = path[n];
    for (int i = 0; i < STAGES; i++) {
      double z[IN];
      for (int c = 0; c < IN; c++) z[c] = y[c];
      for (int j = 0; j < i; j++)
        for (int c = 0; c < IN; c++) z[c] += STEP * A[i][j] * stage[j][c];
      rates(z, stage[i], &kept[n][i]);
    }
    for (int c = 0; c < IN; c++) path[n + 1][c] = y[c];
    for (int i = 0; i < STAGES; i++)
      for (int c = 0; c < IN; c++) path[n + 1][c] += STEP * WEIGHT[i] * stage[i][c];
  }
  double lambda[IN] = {0};
  for (int n = POINTS - 1; n >= 0; n--) {
    double s[STAGES][IN];
    for (int c = 0; c < IN; c++) {
      double difference = path[n + 1][c] - targets[n * IN + c];
      loss += difference * difference;
      lambda[c] += 2 * difference;
    }
    for (int i = 0; i < STAGES; i++)
      for (int c = 0; c < IN; c++) s[i][c] = STEP * WEIGHT[i] * lambda[c];
    for (int i = STAGES - 1; i >= 0; i--) {
      double pulled[IN];
      pull(&kept[n][i], s[i], pulled);
      for (int c = 0; c < IN; c++) lambda[c] += pulled[c];
      for (int j = 0; j < i; j++)
        for (int c = 0; c < IN; c++) s[j][c] += STEP * A[i][j] * pulled[c];
    }
  }
}

int main(int count, char **arguments) {
  char line[1024], what[16];
  double seconds;
  FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
  if (!file || fread(weights, 8, WEIGHTS, file) != WEIGHTS || fread(start, 8, IN, file) != IN || fread(targets, 8, POINTS * IN, file) != POINTS * IN) return 1;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "{\"do\":\"%15[a-z]\",\"seconds\":%lf", what, &seconds) != 2) continue;
    run();
    if (!strcmp(what, "run")) {
      printf("{\"loss\":%.17g,\"gradient\":[", loss);
      for (int i = 0; i < WEIGHTS; i++) printf("%s%.17g", i ? "," : "", gradient[i]);
      printf("]}\n");
    } else {
      long runs = 0;
      double begin = now(), total = 0;
      while (total < seconds) {
        for (int i = 0; i < 10; i++) run();
        runs += 10;
        total = now() - begin;
      }
      printf("{\"seconds\":%.9g}\n", total / runs);
    }
    fflush(stdout);
  }
  return 0;
}
