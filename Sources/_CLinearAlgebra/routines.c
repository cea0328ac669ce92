#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "routines.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The addresses of the routines, in Fortran's convention: every argument by address, and the length of every character
// argument by value behind the others.
#define N const la_int *
#define C const char *
#define LA_TABLE(R)                                                                                \
  struct {                                                                                         \
    void (*gemm)(C, C, N, N, N, const R *, const R *, N, const R *, N, const R *, R *, N, size_t,  \
                 size_t);                                                                          \
    void (*gemv)(C, N, N, const R *, const R *, N, const R *, N, const R *, R *, N, size_t);       \
    void (*syrk)(C, C, N, N, const R *, const R *, N, const R *, R *, N, size_t, size_t);          \
    void (*trsm)(C, C, C, C, N, N, const R *, const R *, N, R *, N, size_t, size_t, size_t,        \
                 size_t);                                                                          \
    void (*potrf)(C, N, R *, N, la_int *, size_t);                                                 \
    void (*pocon)(C, N, const R *, N, const R *, R *, R *, la_int *, la_int *, size_t);            \
    void (*geqrf)(N, N, R *, N, R *, R *, N, la_int *);                                            \
    void (*ormqr)(C, C, N, N, N, const R *, N, const R *, R *, N, R *, N, la_int *, size_t,        \
                  size_t);                                                                         \
    void (*orgqr)(N, N, N, R *, N, const R *, R *, N, la_int *);                                   \
    void (*gesdd)(C, N, N, R *, N, R *, R *, N, R *, N, R *, N, la_int *, la_int *, size_t);       \
  }

static LA_TABLE(double) table_f64;
static LA_TABLE(float) table_f32;
static void *blas_handle;
static void *lapack_handle;

static void *find(const char *name) {
  // libblas first: liblapack may answer for another libblas behind it.
  void *symbol = blas_handle == NULL ? NULL : dlsym(blas_handle, name);
  if (symbol == NULL && lapack_handle != NULL) symbol = dlsym(lapack_handle, name);
  return symbol;
}

// Stores the address of `name` where `routine` points, without a cast between data and code.
static bool look_up(const char *name, void *routine, char *message) {
  void *address = find(name);
  if (address == NULL) {
    snprintf(message, LA_MESSAGE_LENGTH, "it has no routine %s", name);
    return false;
  }
  memcpy(routine, &address, sizeof address);
  return true;
}

#define LOOK_UP(routine)                                                                           \
  (look_up("d" #routine "_", &table_f64.routine, message) &&                                       \
   look_up("s" #routine "_", &table_f32.routine, message))

// Global, so that a LAPACK library uses the BLAS that was chosen and checked, not one of its own finding.
static void *open_globally(const char *name, char *message) {
  void *handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  if (handle == NULL) snprintf(message, LA_MESSAGE_LENGTH, "%s", dlerror());
  return handle;
}

bool la_open_blas(const char *name, char *message) {
  blas_handle = open_globally(name, message);
  void *gemm;
  // Now, before a LAPACK library brings along a BLAS library that nobody asked for.
  return blas_handle != NULL && look_up("dgemm_", &gemm, message);
}

bool la_open_lapack(const char *name, char *message) {
  lapack_handle = open_globally(name, message);
  return lapack_handle != NULL;
}

bool la_bind(char *message) {
  return LOOK_UP(gemm) && LOOK_UP(gemv) && LOOK_UP(syrk) && LOOK_UP(trsm) && LOOK_UP(potrf) &&
         LOOK_UP(pocon) && LOOK_UP(geqrf) && LOOK_UP(ormqr) && LOOK_UP(orgqr) && LOOK_UP(gesdd);
}

bool la_has_lapack(void) { return find("dgesdd_") != NULL; }

void la_close(void) {
  if (lapack_handle != NULL) dlclose(lapack_handle);
  if (blas_handle != NULL) dlclose(blas_handle);
  lapack_handle = NULL;
  blas_handle = NULL;
}

// The file that a routine comes from, which may be one that the opened library opened in turn.
static void resolved_path(const char *routine, char *path) {
  path[0] = '\0';
  void *symbol = find(routine);
  Dl_info info;
  if (symbol == NULL || dladdr(symbol, &info) == 0 || info.dli_fname == NULL) return;
  char *resolved = realpath(info.dli_fname, NULL);
  snprintf(path, LA_PATH_LENGTH, "%s", resolved != NULL ? resolved : info.dli_fname);
  free(resolved);
}

void la_blas_path(char *path) { resolved_path("dgemm_", path); }

void la_lapack_path(char *path) { resolved_path("dgesdd_", path); }

static const char *ask(const char *question) {
  void *address = find(question);
  if (address == NULL) return NULL;
  const char *(*answer)(void);
  memcpy(&answer, &address, sizeof address);
  return answer();
}

const char *la_core_name(void) { return ask("openblas_get_corename"); }

const char *la_configuration(void) { return ask("openblas_get_config"); }

void la_use_one_thread(void) {
  static const char *const names[] = {"openblas_set_num_threads", "MKL_Set_Num_Threads"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    void *address = find(names[i]);
    if (address == NULL) continue;
    void (*set)(int);
    memcpy(&set, &address, sizeof address);
    set(1);
  }
  void *address = find("bli_thread_set_num_threads");
  if (address != NULL) {
    void (*set)(ptrdiff_t);
    memcpy(&set, &address, sizeof address);
    set(1);
  }
}

int la_thread_count(void) {
  void *address = find("openblas_get_num_threads");
  if (address == NULL) address = find("MKL_Get_Max_Threads");
  if (address == NULL) return 1;
  int (*get)(void);
  memcpy(&get, &address, sizeof address);
  return get();
}

la_processor la_processor_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return LA_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return LA_AVX2;
#endif
  return LA_BASELINE;
}

#define LA_DEFINE_ROUTINES(R, name)                                                                \
  void la_gemm_##name(char transa, char transb, la_int m, la_int n, la_int k, R alpha,             \
                      const R *a, la_int lda, const R *b, la_int ldb, R beta, R *c, la_int ldc) {  \
    table_##name.gemm(&transa, &transb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc, 1,   \
                      1);                                                                          \
  }                                                                                                \
  void la_gemv_##name(char trans, la_int m, la_int n, R alpha, const R *a, la_int lda,             \
                      const R *x, la_int incx, R beta, R *y, la_int incy) {                        \
    table_##name.gemv(&trans, &m, &n, &alpha, a, &lda, x, &incx, &beta, y, &incy, 1);              \
  }                                                                                                \
  void la_syrk_##name(char uplo, char trans, la_int n, la_int k, R alpha, const R *a, la_int lda,  \
                      R beta, R *c, la_int ldc) {                                                  \
    table_##name.syrk(&uplo, &trans, &n, &k, &alpha, a, &lda, &beta, c, &ldc, 1, 1);               \
  }                                                                                                \
  void la_trsm_##name(char side, char uplo, char transa, char diag, la_int m, la_int n, R alpha,   \
                      const R *a, la_int lda, R *b, la_int ldb) {                                  \
    table_##name.trsm(&side, &uplo, &transa, &diag, &m, &n, &alpha, a, &lda, b, &ldb, 1, 1, 1, 1); \
  }                                                                                                \
  la_int la_potrf_##name(char uplo, la_int n, R *a, la_int lda) {                                  \
    la_int info = 0;                                                                               \
    table_##name.potrf(&uplo, &n, a, &lda, &info, 1);                                              \
    return info;                                                                                   \
  }                                                                                                \
  la_int la_pocon_##name(char uplo, la_int n, const R *a, la_int lda, R anorm, R *rcond, R *work,  \
                         la_int *iwork) {                                                          \
    la_int info = 0;                                                                               \
    table_##name.pocon(&uplo, &n, a, &lda, &anorm, rcond, work, iwork, &info, 1);                  \
    return info;                                                                                   \
  }                                                                                                \
  la_int la_geqrf_##name(la_int m, la_int n, R *a, la_int lda, R *tau, R *work, la_int lwork) {    \
    la_int info = 0;                                                                               \
    table_##name.geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);                                 \
    return info;                                                                                   \
  }                                                                                                \
  la_int la_ormqr_##name(char side, char trans, la_int m, la_int n, la_int k, const R *a,          \
                         la_int lda, const R *tau, R *c, la_int ldc, R *work, la_int lwork) {      \
    la_int info = 0;                                                                               \
    table_##name.ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info, 1,   \
                       1);                                                                         \
    return info;                                                                                   \
  }                                                                                                \
  la_int la_orgqr_##name(la_int m, la_int n, la_int k, R *a, la_int lda, const R *tau, R *work,    \
                         la_int lwork) {                                                           \
    la_int info = 0;                                                                               \
    table_##name.orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);                             \
    return info;                                                                                   \
  }                                                                                                \
  la_int la_gesdd_##name(char jobz, la_int m, la_int n, R *a, la_int lda, R *s, R *u, la_int ldu,  \
                         R *vt, la_int ldvt, R *work, la_int lwork, la_int *iwork) {               \
    la_int info = 0;                                                                               \
    table_##name.gesdd(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info,  \
                       1);                                                                         \
    return info;                                                                                   \
  }

LA_DEFINE_ROUTINES(double, f64)
LA_DEFINE_ROUTINES(float, f32)
