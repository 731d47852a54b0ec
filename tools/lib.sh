# lib.sh -- what tools/demo and tools/test share; sourced by bash, never run
#
# Use: set -euo pipefail; cd to the root of the repository; source tools/lib.sh
# shellcheck shell=bash

say() {
    printf '== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# packages_of GROUP...: the names in these groups of tools/packages, a line each.
packages_of() {
    local group name rest wanted
    while read -r group name rest; do
        for wanted in "$@"; do
            if [[ $group == "$wanted" ]]; then
                printf '%s\n' "$name"
            fi
        done
    done < tools/packages
}

package_is_there() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# as_root COMMAND...: runs it as root, through sudo when we are not.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "not root and no sudo: run as root: $*"
    fi
}

# packages_install GROUP...: installs what is missing and nothing else. With everything there
# neither root nor the network is needed. Elsewhere than on Debian the libraries are the
# user's to provide, and CMake names the first that is not found.
packages_install() {
    local name missing=()
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: no packages looked for"
        return 0
    fi
    for name in $(packages_of "$@"); do
        if ! package_is_there "$name"; then
            missing+=("$name")
        fi
    done
    if [[ ${#missing[@]} == 0 ]]; then
        return 0
    fi
    say "installing: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 --no-install-recommends install "${missing[@]}"
}

# A CPU each, and 1.5 GB of memory each: compilers under sanitizers are hungry.
job_count() {
    local cpus shares
    cpus=$(nproc 2>/dev/null || echo 1)
    shares=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || echo 1)
    if ((shares >= 1 && shares < cpus)); then
        cpus=$shares
    fi
    printf '%s\n' "$cpus"
}

# configure PRESET [cmake options...]: with the tests, unless the options say otherwise.
configure() {
    local preset=$1
    shift
    rm -f "build/$preset/ctest.log"
    cmake --preset "$preset" -DBUILD_TESTING=ON "$@" --log-level=WARNING >/dev/null
}

# build PRESET [cmake options...]: configures build/PRESET and builds all of it.
build() {
    configure "$@"
    cmake --build "build/$1" --parallel "$(job_count)"
}
