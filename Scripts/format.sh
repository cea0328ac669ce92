#!/usr/bin/env bash
# Formats all Swift sources, or with --lint only says what is not formatted.
#
#   Scripts/format.sh [--lint]
set -euo pipefail
cd "$(dirname "$0")/.."

folders=(Package.swift Sources Tests)
for folder in Examples Benchmarks/Package.swift Benchmarks/Sources; do
  if [ -e "$folder" ]; then folders+=("$folder"); fi
done

if [ "${1:-}" = --lint ]; then
  swift format lint --strict --parallel --recursive "${folders[@]}"
else
  swift format --in-place --parallel --recursive "${folders[@]}"
fi
