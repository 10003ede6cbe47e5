/* CVODE on mass-action tables (argv[1], see problems/large.mjs): BDF with GMRES, preconditioned by an incomplete LU of I - gamma J, or with KLU.
   One JSON line in, one JSON line out: {"do":"run"|"time","mode":MODE,"rtol":R,"atol":A,"end":T}; "time" repeats set-up and run from the file on.
   modes: ilu (GMRES, ILU(0), products with J by difference quotient), ilu-analytic (the same, products with the sparse J),
   diagonal (GMRES, diagonal preconditioner), klu. */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_sparse.h>
#include <time.h>

#define NOUT 100

typedef struct {
  int n, reactions, changes;
  const double *initial, *constants, *change;
  const int *reactants, *starts, *changed;
  /* J in rows, columns ascending; where each derivative of each reaction goes: for reaction r, reactant j, change c. */
  int *row, *column, *diagonal, *slots;
  double *J, *factors, *rates;
} Model;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + 1e-9 * at.tv_nsec;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *bytes = malloc(size + 8);
  if (fread(bytes, 1, size, file) != (size_t)size) return NULL;
  fclose(file);
  return bytes;
}

static void set_up(Model *m, char *bytes) {
  const int *head = (const int *)bytes;
  m->n = head[0], m->reactions = head[1], m->changes = head[2];
  m->initial = (const double *)(bytes + 16);
  m->constants = m->initial + m->n;
  m->reactants = (const int *)(m->constants + m->reactions);
  m->starts = m->reactants + 2 * m->reactions;
  m->changed = m->starts + m->reactions + 1;
  int integers = 3 * m->reactions + 1 + m->changes;
  m->change = (const double *)(m->reactants + integers + integers % 2);
  m->rates = malloc(sizeof(double) * m->reactions);
  /* Pattern: every changed species depends on every reactant; the diagonal is always there. */
  int n = m->n, *count = calloc(n + 1, sizeof(int));
  for (int i = 0; i < n; i++) count[i + 1]++;
  for (int r = 0; r < m->reactions; r++)
    for (int c = m->starts[r]; c < m->starts[r + 1]; c++)
      for (int j = 0; j < 2; j++) count[m->changed[c] + 1] += m->reactants[2 * r + j] >= 0;
  for (int i = 0; i < n; i++) count[i + 1] += count[i];
  int *all = malloc(sizeof(int) * (count[n] + 1)), *fill = malloc(sizeof(int) * n);
  memcpy(fill, count, sizeof(int) * n);
  for (int i = 0; i < n; i++) all[fill[i]++] = i;
  for (int r = 0; r < m->reactions; r++)
    for (int c = m->starts[r]; c < m->starts[r + 1]; c++)
      for (int j = 0; j < 2; j++)
        if (m->reactants[2 * r + j] >= 0) all[fill[m->changed[c]]++] = m->reactants[2 * r + j];
  m->row = malloc(sizeof(int) * (n + 1));
  m->column = malloc(sizeof(int) * (count[n] + 1));
  m->diagonal = malloc(sizeof(int) * n);
  int entries = 0;
  for (int i = 0; i < n; i++) {
    m->row[i] = entries;
    qsort(all + count[i], count[i + 1] - count[i], sizeof(int), ascending);
    for (int k = count[i]; k < count[i + 1]; k++) {
      if (k > count[i] && all[k] == all[k - 1]) continue;
      if (all[k] == i) m->diagonal[i] = entries;
      m->column[entries++] = all[k];
    }
  }
  m->row[n] = entries;
  m->J = malloc(sizeof(double) * entries);
  m->factors = malloc(sizeof(double) * entries);
  m->slots = malloc(sizeof(int) * (2 * m->changes + 1));
  for (int r = 0; r < m->reactions; r++)
    for (int c = m->starts[r]; c < m->starts[r + 1]; c++)
      for (int j = 0; j < 2; j++) {
        int wanted = m->reactants[2 * r + j];
        if (wanted < 0) continue;
        int low = m->row[m->changed[c]], high = m->row[m->changed[c] + 1] - 1;
        while (low < high) {
          int middle = (low + high) / 2;
          if (m->column[middle] < wanted) low = middle + 1;
          else high = middle;
        }
        m->slots[2 * c + j] = low;
      }
  free(count), free(all), free(fill);
}

static void tear_down(Model *m) {
  free(m->rates), free(m->row), free(m->column), free(m->diagonal), free(m->J), free(m->factors), free(m->slots);
}

static int rates(realtype t, N_Vector yv, N_Vector fv, void *data) {
  (void)t;
  Model *m = data;
  const double *y = NV_DATA_S(yv);
  double *f = NV_DATA_S(fv);
  memset(f, 0, sizeof(double) * m->n);
  for (int r = 0; r < m->reactions; r++) {
    int a = m->reactants[2 * r], b = m->reactants[2 * r + 1];
    double rate = m->constants[r] * (a >= 0 ? y[a] : 1) * (b >= 0 ? y[b] : 1);
    for (int c = m->starts[r]; c < m->starts[r + 1]; c++) f[m->changed[c]] += m->change[c] * rate;
  }
  return 0;
}

static void jacobian(Model *m, const double *y) {
  memset(m->J, 0, sizeof(double) * m->row[m->n]);
  for (int r = 0; r < m->reactions; r++) {
    int a = m->reactants[2 * r], b = m->reactants[2 * r + 1];
    double k = m->constants[r];
    for (int c = m->starts[r]; c < m->starts[r + 1]; c++) {
      if (a >= 0) m->J[m->slots[2 * c]] += m->change[c] * k * (b >= 0 ? y[b] : 1);
      if (b >= 0) m->J[m->slots[2 * c + 1]] += m->change[c] * k * y[a];
    }
  }
}

/* Incomplete LU without fill, in rows. */
static int incomplete(Model *m, double gamma) {
  int n = m->n;
  static int *place = NULL, placed = 0;
  if (placed < n) {
    place = realloc(place, sizeof(int) * n);
    placed = n;
    for (int i = 0; i < n; i++) place[i] = -1;
  }
  double *F = m->factors;
  for (int k = 0; k < m->row[n]; k++) F[k] = -gamma * m->J[k];
  for (int i = 0; i < n; i++) F[m->diagonal[i]] += 1;
  for (int i = 0; i < n; i++) {
    for (int k = m->row[i]; k < m->row[i + 1]; k++) place[m->column[k]] = k;
    for (int k = m->row[i]; k < m->diagonal[i]; k++) {
      int j = m->column[k];
      double factor = F[k] /= F[m->diagonal[j]];
      for (int l = m->diagonal[j] + 1; l < m->row[j + 1]; l++)
        if (place[m->column[l]] >= 0) F[place[m->column[l]]] -= factor * F[l];
    }
    if (F[m->diagonal[i]] == 0) F[m->diagonal[i]] = 1;
    for (int k = m->row[i]; k < m->row[i + 1]; k++) place[m->column[k]] = -1;
  }
  return 0;
}

static int diagonal_only;

static int precondition(realtype t, N_Vector y, N_Vector f, booleantype keep, booleantype *fresh, realtype gamma, void *data) {
  (void)t, (void)f;
  Model *m = data;
  *fresh = !keep;
  if (!keep) jacobian(m, NV_DATA_S(y));
  if (diagonal_only) {
    for (int i = 0; i < m->n; i++) m->factors[m->diagonal[i]] = 1 - gamma * m->J[m->diagonal[i]];
    return 0;
  }
  return incomplete(m, gamma);
}

static int solve(realtype t, N_Vector y, N_Vector f, N_Vector rv, N_Vector zv, realtype gamma, realtype delta, int side, void *data) {
  (void)t, (void)y, (void)f, (void)gamma, (void)delta, (void)side;
  Model *m = data;
  const double *r = NV_DATA_S(rv), *F = m->factors;
  double *z = NV_DATA_S(zv);
  if (diagonal_only) {
    for (int i = 0; i < m->n; i++) z[i] = r[i] / F[m->diagonal[i]];
    return 0;
  }
  for (int i = 0; i < m->n; i++) {
    double sum = r[i];
    for (int k = m->row[i]; k < m->diagonal[i]; k++) sum -= F[k] * z[m->column[k]];
    z[i] = sum;
  }
  for (int i = m->n - 1; i >= 0; i--) {
    double sum = z[i];
    for (int k = m->diagonal[i] + 1; k < m->row[i + 1]; k++) sum -= F[k] * z[m->column[k]];
    z[i] = sum / F[m->diagonal[i]];
  }
  return 0;
}

static double *products_at;

static int products_setup(realtype t, N_Vector y, N_Vector f, void *data) {
  (void)t, (void)f;
  Model *m = data;
  double *kept = m->J;
  m->J = products_at;
  jacobian(m, NV_DATA_S(y));
  m->J = kept;
  return 0;
}

static int products(N_Vector vv, N_Vector jv, realtype t, N_Vector y, N_Vector f, void *data, N_Vector spare) {
  (void)t, (void)y, (void)f, (void)spare;
  Model *m = data;
  const double *v = NV_DATA_S(vv);
  double *out = NV_DATA_S(jv);
  for (int i = 0; i < m->n; i++) {
    double sum = 0;
    for (int k = m->row[i]; k < m->row[i + 1]; k++) sum += products_at[k] * v[m->column[k]];
    out[i] = sum;
  }
  return 0;
}

/* Rows of J as rows of a CSR matrix. */
static int sparse_jacobian(realtype t, N_Vector y, N_Vector f, SUNMatrix J, void *data, N_Vector a, N_Vector b, N_Vector c) {
  (void)t, (void)f, (void)a, (void)b, (void)c;
  Model *m = data;
  jacobian(m, NV_DATA_S(y));
  sunindextype *starts = SUNSparseMatrix_IndexPointers(J), *columns = SUNSparseMatrix_IndexValues(J);
  for (int i = 0; i <= m->n; i++) starts[i] = m->row[i];
  for (int k = 0; k < m->row[m->n]; k++) columns[k] = m->column[k];
  memcpy(SUNSparseMatrix_Data(J), m->J, sizeof(double) * m->row[m->n]);
  return 0;
}

static void quiet(int code, const char *module, const char *function, char *message, void *data) {
  (void)code, (void)module, (void)function, (void)message, (void)data;
}

int main(int count, char **arguments) {
  char line[4096], what[16], mode[16];
  double rtol, atol, end;
  if (count < 2) return 1;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "{\"do\":\"%15[a-z]\",\"mode\":\"%15[a-z-]\",\"rtol\":%lf,\"atol\":%lf,\"end\":%lf", what, mode, &rtol, &atol, &end) != 5) {
      printf("{\"error\":\"not understood\"}\n");
      fflush(stdout);
      continue;
    }
    double begin = now();
    char *bytes = read_file(arguments[1]);
    if (!bytes) {
      printf("{\"error\":\"no tables\"}\n");
      return 1;
    }
    Model m;
    set_up(&m, bytes);
    SUNContext context;
    SUNContext_Create(NULL, &context);
    N_Vector y = N_VNew_Serial(m.n, context);
    memcpy(NV_DATA_S(y), m.initial, sizeof(double) * m.n);
    void *cvode = CVodeCreate(CV_BDF, context);
    CVodeInit(cvode, rates, 0, y);
    CVodeSetUserData(cvode, &m);
    CVodeSetErrHandlerFn(cvode, quiet, NULL);
    CVodeSStolerances(cvode, rtol, atol);
    CVodeSetMaxNumSteps(cvode, 10000000);
    SUNMatrix J = NULL;
    SUNLinearSolver solver;
    diagonal_only = !strcmp(mode, "diagonal");
    products_at = NULL;
    if (!strcmp(mode, "klu")) {
      J = SUNSparseMatrix(m.n, m.n, m.row[m.n], CSR_MAT, context);
      solver = SUNLinSol_KLU(y, J, context);
      CVodeSetLinearSolver(cvode, solver, J);
      CVodeSetJacFn(cvode, sparse_jacobian);
    } else {
      solver = SUNLinSol_SPGMR(y, SUN_PREC_LEFT, 0, context);
      CVodeSetLinearSolver(cvode, solver, NULL);
      CVodeSetPreconditioner(cvode, precondition, solve);
      if (!strcmp(mode, "ilu-analytic")) {
        products_at = malloc(sizeof(double) * m.row[m.n]);
        CVodeSetJacTimes(cvode, products_setup, products);
      }
    }
    double ready = now();
    double *values = malloc(sizeof(double) * NOUT * m.n);
    int flag = 0;
    for (int i = 0; i < NOUT && flag >= 0; i++) {
      realtype reached;
      flag = CVode(cvode, end * (i + 1) / NOUT, y, &reached, CV_NORMAL);
      memcpy(values + (size_t)i * m.n, NV_DATA_S(y), sizeof(double) * m.n);
    }
    double done = now();
    if (flag < 0) printf("{\"error\":\"CVODE ended with %d\"}\n", flag);
    else {
      long steps, rhs = 0, factored = 0, iterations = 0;
      CVodeGetNumSteps(cvode, &steps);
      CVodeGetNumRhsEvals(cvode, &rhs);
      CVodeGetNumLinIters(cvode, &iterations);
      CVodeGetNumPrecEvals(cvode, &factored);
      printf("{\"seconds\":%.9g,\"setup\":%.9g,\"run\":%.9g,\"steps\":%ld,\"entries\":%d,\"rhs\":%ld,\"jacobians\":%ld,\"iterations\":%ld", done - begin, ready - begin, done - ready, steps, m.row[m.n], rhs, factored, iterations);
      if (!strcmp(what, "run")) {
        printf(",\"values\":[");
        for (int i = 0; i < NOUT * m.n; i++) printf("%s%.17g", i ? "," : "", values[i]);
        printf("]");
      }
      printf("}\n");
    }
    fflush(stdout);
    free(values), free(products_at), free(bytes);
    CVodeFree(&cvode);
    SUNLinSolFree(solver);
    if (J) SUNMatDestroy(J);
    N_VDestroy(y);
    SUNContext_Free(&context);
    tear_down(&m);
  }
  return 0;
}
