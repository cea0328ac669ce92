// BLAS and LAPACK, opened at run time: one library a process, held in one table.
//
// Arrays are column-major, as in the originals; arguments are passed by value here and by address behind. Every routine
// may be called once `la_bind` has returned true, from any thread.

#ifndef SWIFT_ESTIMATORS_ROUTINES_H
#define SWIFT_ESTIMATORS_ROUTINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The library's integer.
typedef int32_t la_int;

enum { LA_MESSAGE_LENGTH = 512, LA_PATH_LENGTH = 4096 };

/// Opens the BLAS library called `name` (a path, or a name for the dynamic linker to find).
///
/// Like the next two, returns false if it fails; `message` then says why, and `la_close` puts everything back.
bool la_open_blas(const char *name, char *message);

/// Opens a LAPACK library beside it; needed only where the BLAS library has no LAPACK routines in it.
bool la_open_lapack(const char *name, char *message);

/// Fills the table from what is open.
bool la_bind(char *message);

/// Closes what was opened. No routine may be called afterwards.
void la_close(void);

/// Whether what is open has LAPACK routines.
bool la_has_lapack(void);

/// The resolved path of the file the BLAS (or LAPACK) routines come from; an empty string if there is none.
void la_blas_path(char *path);
void la_lapack_path(char *path);

/// The kernels that the library says it chose, and how it says it was built; null where it does not say.
const char *_Nullable la_core_name(void);
const char *_Nullable la_configuration(void);

/// Makes the library compute in the calling thread alone, whichever library it is.
void la_use_one_thread(void);

/// The number of threads that the library says it would use; 1 if it does not say.
int la_thread_count(void);

/// What the processor can do, as far as choosing kernels needs it.
typedef enum { LA_BASELINE = 0, LA_AVX2 = 1, LA_AVX512 = 2 } la_processor;
la_processor la_processor_level(void);

#define LA_DECLARE_ROUTINES(R, name)                                                               \
  void la_gemm_##name(char transa, char transb, la_int m, la_int n, la_int k, R alpha,             \
                      const R *a, la_int lda, const R *b, la_int ldb, R beta, R *c, la_int ldc);   \
  void la_gemv_##name(char trans, la_int m, la_int n, R alpha, const R *a, la_int lda,             \
                      const R *x, la_int incx, R beta, R *y, la_int incy);                         \
  void la_syrk_##name(char uplo, char trans, la_int n, la_int k, R alpha, const R *a, la_int lda,  \
                      R beta, R *c, la_int ldc);                                                   \
  void la_trsm_##name(char side, char uplo, char transa, char diag, la_int m, la_int n, R alpha,   \
                      const R *a, la_int lda, R *b, la_int ldb);                                   \
  la_int la_potrf_##name(char uplo, la_int n, R *a, la_int lda);                                   \
  la_int la_pocon_##name(char uplo, la_int n, const R *a, la_int lda, R anorm, R *rcond, R *work,  \
                         la_int *iwork);                                                           \
  la_int la_geqrf_##name(la_int m, la_int n, R *a, la_int lda, R *tau, R *work, la_int lwork);     \
  la_int la_ormqr_##name(char side, char trans, la_int m, la_int n, la_int k, const R *a,          \
                         la_int lda, const R *tau, R *c, la_int ldc, R *work, la_int lwork);       \
  la_int la_orgqr_##name(la_int m, la_int n, la_int k, R *a, la_int lda, const R *tau, R *work,    \
                         la_int lwork);                                                            \
  la_int la_gesdd_##name(char jobz, la_int m, la_int n, R *a, la_int lda, R *s, R *u, la_int ldu,  \
                         R *vt, la_int ldvt, R *work, la_int lwork, la_int *iwork);

LA_DECLARE_ROUTINES(double, f64)
LA_DECLARE_ROUTINES(float, f32)

#undef LA_DECLARE_ROUTINES

#pragma clang assume_nonnull end

#endif
