/* CVODE on a problem of model.h. One JSON line in, one JSON line out:
   {"do":"run"|"time"|"sets"|"ensemble","mode":MODE,"rtol":R,"atol":A,"seconds":S}
   "sets" and "ensemble" take the first S sets of parameters of the file argv[1] (f64 [sets, NP]) one after another: outputs, or the time of the loop.
   modes: dense-dq (BDF, dense, difference quotients), klu (BDF, sparse, analytic), adams (functional iteration). */
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunmatrix/sunmatrix_sparse.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <time.h>
#include "model.h"

static int rates(realtype t, N_Vector y, N_Vector f, void *data) {
  (void)data;
  rhs(t, NV_DATA_S(y), NV_DATA_S(f));
  return 0;
}

static int sparse_jacobian(realtype t, N_Vector y, N_Vector f, SUNMatrix J, void *data, N_Vector a, N_Vector b, N_Vector c) {
  (void)f, (void)data, (void)a, (void)b, (void)c;
  sunindextype *columns = SUNSparseMatrix_IndexPointers(J), *rows = SUNSparseMatrix_IndexValues(J);
  for (int i = 0; i <= N; i++) columns[i] = COLUMNS[i];
  for (int i = 0; i < NNZ; i++) rows[i] = ROWS[i];
  jacobian(t, NV_DATA_S(y), SUNSparseMatrix_Data(J));
  return 0;
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + 1e-9 * at.tv_nsec;
}

static double values[NOUT * N];

/* One run from the start; what is timed. */
static int run(void *cvode, N_Vector y) {
  memcpy(NV_DATA_S(y), Y0, sizeof Y0);
  if (CVodeReInit(cvode, 0, y) != CV_SUCCESS) return -1;
  for (int i = 0; i < NOUT; i++) {
    realtype reached;
    int flag = CVode(cvode, TIMES[i], y, &reached, CV_NORMAL);
    if (flag < 0) return flag;
    memcpy(values + (size_t)i * N, NV_DATA_S(y), sizeof Y0);
  }
  return 0;
}

static void quiet(int code, const char *module, const char *function, char *message, void *data) {
  (void)code, (void)module, (void)function, (void)message, (void)data;
}

static double *sets;
static long set_count;

/* Every set in turn, outputs printed or dropped. */
static int run_sets(void *cvode, N_Vector y, long count, int print) {
  for (long i = 0; i < count && i < set_count; i++) {
    memcpy(P, sets + i * NP, sizeof P);
    int flag = run(cvode, y);
    if (flag < 0) return flag;
    if (print)
      for (int k = 0; k < NOUT * N; k++) printf("%s%.17g", i || k ? "," : "", values[k]);
  }
  return 0;
}

int main(int arguments, char **argument) {
  if (arguments > 1) {
    FILE *file = fopen(argument[1], "rb");
    if (!file) return 1;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    sets = malloc(size);
    set_count = fread(sets, sizeof(double) * NP, size / (sizeof(double) * NP), file);
    fclose(file);
  }
  char line[4096], what[16], mode[16];
  double rtol, atol, seconds;
  SUNContext context;
  SUNContext_Create(NULL, &context);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "{\"do\":\"%15[a-z]\",\"mode\":\"%15[a-z-]\",\"rtol\":%lf,\"atol\":%lf,\"seconds\":%lf", what, mode, &rtol, &atol, &seconds) != 5) {
      printf("{\"error\":\"not understood\"}\n");
      fflush(stdout);
      continue;
    }
    int adams = !strcmp(mode, "adams"), klu = !strcmp(mode, "klu");
    N_Vector y = N_VNew_Serial(N, context);
    memcpy(NV_DATA_S(y), Y0, sizeof Y0);
    void *cvode = CVodeCreate(adams ? CV_ADAMS : CV_BDF, context);
    CVodeInit(cvode, rates, 0, y);
    CVodeSetErrHandlerFn(cvode, quiet, NULL);
    CVodeSStolerances(cvode, rtol, atol);
    CVodeSetMaxNumSteps(cvode, 10000000);
    SUNMatrix J = NULL;
    SUNLinearSolver solver = NULL;
    SUNNonlinearSolver iteration = NULL;
    if (adams) {
      iteration = SUNNonlinSol_FixedPoint(y, 0, context);
      CVodeSetNonlinearSolver(cvode, iteration);
    } else {
      J = klu ? SUNSparseMatrix(N, N, NNZ, CSC_MAT, context) : SUNDenseMatrix(N, N, context);
      solver = klu ? SUNLinSol_KLU(y, J, context) : SUNLinSol_Dense(y, J, context);
      CVodeSetLinearSolver(cvode, solver, J);
      if (klu) CVodeSetJacFn(cvode, sparse_jacobian);
    }
    double begin = now();
    if (!strcmp(what, "sets") || !strcmp(what, "ensemble")) {
      int print = what[0] == 's';
      if (print) printf("{\"values\":[");
      int failed = run_sets(cvode, y, (long)seconds, print);
      if (print) printf("],");
      else printf("{");
      if (failed) printf("\"error\":\"CVODE ended with %d\",", failed);
      printf("\"seconds\":%.9g}\n", now() - begin);
    } else {
    int flag = run(cvode, y);
    double first = now() - begin;
    if (flag < 0) printf("{\"error\":\"CVODE ended with %d\"}\n", flag);
    else if (!strcmp(what, "run")) {
      long steps;
      CVodeGetNumSteps(cvode, &steps);
      printf("{\"seconds\":%.9g,\"steps\":%ld,\"values\":[", first, steps);
      for (int i = 0; i < NOUT * N; i++) printf("%s%.17g", i ? "," : "", values[i]);
      printf("]}\n");
    } else {
      /* The first run warmed up; a long one is the measurement itself. */
      long runs = first > seconds ? 1 : 0;
      double total = runs ? first : 0;
      while (total < seconds) {
        begin = now();
        run(cvode, y);
        total += now() - begin;
        runs++;
      }
      printf("{\"seconds\":%.9g}\n", total / runs);
    }
    }
    fflush(stdout);
    CVodeFree(&cvode);
    if (solver) SUNLinSolFree(solver);
    if (J) SUNMatDestroy(J);
    if (iteration) SUNNonlinSolFree(iteration);
    N_VDestroy(y);
  }
  return 0;
}
