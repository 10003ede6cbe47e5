/* Semimech's own program emitted as C (program.h), on the memory of one run that has begun (argv[1]). One JSON line in, one JSON line out:
   {"do":"run"|"time","rtol":R,"atol":A,"seconds":S} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "program.h"

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + 1e-9 * at.tv_nsec;
}

static unsigned char start[sizeof memory];

/* One run from the start; what is timed. Only what a run changes before it reads it is put back. */
static int run(void) {
  memcpy(memory + CONTROL, start + CONTROL, CONTROL_BYTES);
  memcpy(memory + STATE, start + STATE, STATE_BYTES);
  if (program_begin() != 1) return -1;
  return program_advance(2147483647);
}

int main(int count, char **arguments) {
  char line[4096], what[16];
  double rtol, atol, seconds;
  FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
  if (!file || fread(start, 1, sizeof start, file) != sizeof start) {
    printf("{\"error\":\"no memory image\"}\n");
    return 1;
  }
  memcpy(memory, start, sizeof start);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "{\"do\":\"%15[a-z]\",\"rtol\":%lf,\"atol\":%lf,\"seconds\":%lf", what, &rtol, &atol, &seconds) != 4) {
      printf("{\"error\":\"not understood\"}\n");
      fflush(stdout);
      continue;
    }
    memcpy(start + RTOL, &rtol, 8);
    memcpy(start + ATOL, &atol, 8);
    double begin = now();
    int code = run();
    double first = now() - begin;
    if (code != 0) printf("{\"error\":\"ended with %d\"}\n", code);
    else if (!strcmp(what, "run")) {
      const double *values = (const double *)(memory + OUTPUTS);
      printf("{\"seconds\":%.9g,\"values\":[", first);
      for (int i = 0; i < VALUES; i++) printf("%s%.17g", i ? "," : "", values[i]);
      printf("]}\n");
    } else {
      long runs = first > seconds ? 1 : 0;
      double total = runs ? first : 0;
      begin = now();
      while (total < seconds) {
        for (int i = 0; i < 4; i++) run();
        runs += 4;
        total = now() - begin;
      }
      printf("{\"seconds\":%.9g}\n", total / runs);
    }
    fflush(stdout);
  }
  return 0;
}
