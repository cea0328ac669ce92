#ifndef SWIFT_ESTIMATORS_C_LINEAR_ALGEBRA_H
#define SWIFT_ESTIMATORS_C_LINEAR_ALGEBRA_H

#include "kernels.h"
#include "routines.h"

#endif
