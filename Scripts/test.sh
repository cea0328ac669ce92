#!/usr/bin/env bash
# Builds everything without warnings and runs all tests; those of the linear algebra also against the reference library
# where it is installed beside another.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# In release: numeric loops in debug are 30 to 100 times slower.
swift build -c release --build-tests 2>&1 | tee "$log"
if grep -q 'warning:' "$log"; then
  echo "The build has warnings." >&2
  exit 1
fi

swift test -c release --skip-build

for reference in /usr/lib/*/blas/libblas.so.3; do
  if [ -e "$reference" ]; then
    echo "Linear algebra against $reference"
    ESTIMATORS_BLAS=$reference swift test -c release --skip-build --filter LinearAlgebraTests
  fi
done
