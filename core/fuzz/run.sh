#!/bin/sh
# Builds the fuzz targets with AddressSanitizer and runs them, as many at a time as there are cores:
#
#     core/fuzz/run.sh SECONDS [TARGET ...]
#
# It starts from corpus/ and from the vectors. What is found is in target/fuzz/artifacts/TARGET, and this repeats it:
#     target/fuzz/x86_64-unknown-linux-gnu/release/TARGET FILE
set -eu
seconds=$1
shift
cd "$(dirname "$0")/../.."
self=core/fuzz/run.sh
export CARGO_TARGET_DIR="$PWD/target/fuzz" RUSTC_BOOTSTRAP=1 # AddressSanitizer is an unstable flag of rustc
run() {
    cd target/fuzz
    mkdir -p "found/$1" "artifacts/$1"
    if ! "x86_64-unknown-linux-gnu/release/$1" -max_total_time="$seconds" -timeout=30 -print_final_stats=1 \
        -artifact_prefix="artifacts/$1/" "found/$1" "seeds/$1" ../../core/fuzz/corpus/"$1" >"$1.log" 2>&1; then
        grep -E 'panicked|assert|left:|right:|ERROR|SUMMARY|written to' -A1 "$1.log" >&2 || tail "$1.log" >&2
        echo "fuzz, $1: failed. The whole log: target/fuzz/$1.log" >&2
        exit 255
    fi
    echo "fuzz, $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$1.log") inputs in $seconds s, nothing found"
}
if test "${RUN_ONE:-}"; then
    run "$RUN_ONE"
    exit
fi
${CARGO:-cargo} fetch --quiet --locked --manifest-path core/fuzz/Cargo.toml
.ci/build 'the fuzz targets' target/tools/bin/cargo-fuzz build --fuzz-dir core/fuzz
${PYTHON:-python3} core/fuzz/seeds.py target/fuzz/seeds
test $# -gt 0 || set -- parse verify explain snippet traits table c_abi
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} env RUN_ONE={} $self "$seconds"
