#!/usr/bin/env bash
# Installs the BLAS and LAPACK libraries that are opened at run time, if they are missing.
#
#   Scripts/install-blas.sh [--with-reference]
#
# --with-reference installs the reference library beside OpenBLAS, so that the tests can run against both.
set -euo pipefail

packages=()

has_library() { ldconfig -p 2>/dev/null | grep -q "$1"; }

has_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

if [ "$(uname)" = Darwin ]; then
  exit 0 # Accelerate is part of the system.
fi

if ! command -v apt-get >/dev/null; then
  if has_library 'libblas\.so\.3' || has_library 'libopenblas\.so'; then
    exit 0
  fi
  echo "No BLAS and LAPACK library was found, and there is no apt-get to install one." >&2
  echo "Install OpenBLAS with this system's own package manager (Fedora: dnf install openblas;" >&2
  echo "Arch: pacman -S openblas lapack), or name a library in ESTIMATORS_BLAS." >&2
  exit 1
fi

for package in liblapack-dev libopenblas-dev; do
  has_package "$package" || packages+=("$package")
done
if [ "${1:-}" = --with-reference ]; then
  for package in libblas3 liblapack3; do
    has_package "$package" || packages+=("$package")
  done
fi
[ ${#packages[@]} -gt 0 ] || exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Installing needs root: apt-get install ${packages[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi
echo "Installing ${packages[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq >&2
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
