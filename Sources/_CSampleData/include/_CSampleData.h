// The bundled data sets as bytes.

#ifndef SWIFT_ESTIMATORS_SAMPLE_DATA_H
#define SWIFT_ESTIMATORS_SAMPLE_DATA_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// Returns the bytes of the data set of that name and their number, or null if there is none.
const unsigned char *_Nullable sample_data(const char *name, size_t *count);

#pragma clang assume_nonnull end

#endif
