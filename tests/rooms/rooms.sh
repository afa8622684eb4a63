#!/usr/bin/env bash
# Makes bare Debian systems with debootstrap and runs `make demo` in each as the first command of a fresh clone.
#
#     sudo tests/rooms/rooms.sh             every room, and then `.ci/run` in the bare one, bookworm
#     sudo tests/rooms/rooms.sh NAME ...    these rooms
#
# Other tests use rooms too:
#
#     rooms.sh new NAME SUITE PACKAGE ...   makes one that has these packages, and prints its folder
#     rooms.sh lend FOLDER                  gives root in it the crates that this machine has downloaded
#     rooms.sh enter FOLDER USER COMMAND ...
#
# The committed tree is cloned into a folder with a space in its name. This machine's Rust and its downloaded crates are lent to the room;
# nothing else of the machine is. target/rooms/ keeps the base systems, the downloaded packages and a log per room.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
rooms=$root/target/rooms
patience=7200 # seconds per room

# Each room: its name, its suite, who runs make in it, and the packages that it has before.
tools="git make gcc libc6-dev python3"
list() {
    echo "bookworm       bookworm root $tools nodejs npm"
    echo "bookworm-llvm  bookworm root $tools nodejs npm llvm-14-dev libclang-cpp14"
    echo "bookworm-user  bookworm dev  $tools nodejs npm sudo"
    # Half of everything: libclang without clang's headers, PHP and Ruby without theirs, no Node.
    echo "bookworm-half  bookworm root $tools python3-venv libclang1-14 php-cli ruby"
    # The least that can run make.
    echo "bookworm-least bookworm root git make"
    echo "trixie         trixie   root $tools nodejs npm"
}

# enter ROOM USER COMMAND...: runs the command in the room. It has a /dev of its own: a root process inside could break the machine's.
enter() {
    exec unshare --mount --pid --fork --kill-child "$BASH" "$0" inside "$@"
}

inside() {
    room=$1 user=$2
    shift 2
    mount --make-rprivate / 2>/dev/null || true
    mount -t proc proc "$room/proc"
    mount -t tmpfs -o mode=755 dev "$room/dev"
    mkdir -m 1777 "$room/dev/shm"
    for node in null:3 zero:5 full:7 random:8 urandom:9; do
        mknod -m 666 "$room/dev/${node%:*}" c 1 "${node#*:}"
    done
    mknod -m 666 "$room/dev/tty" c 5 0
    ln -s /proc/self/fd "$room/dev/fd"
    ln -s /proc/self/fd/0 "$room/dev/stdin"
    ln -s /proc/self/fd/1 "$room/dev/stdout"
    ln -s /proc/self/fd/2 "$room/dev/stderr"
    mkdir -p "$room/rust/toolchains" "$room/rust/bin"
    mount --bind "$(rustc --print sysroot)" "$room/rust"
    mount -o remount,bind,ro "$room/rust" 2>/dev/null || mount -o remount,ro,bind "$room/rust"
    mount --bind "$rooms/archives" "$room/var/cache/apt/archives"
    home=/root
    test "$user" = root || home=/home/$user
    # What says how this machine reaches package registries, and nothing else of its environment.
    mapfile -t reach < <(env | grep -iE '^((PIP_(INDEX|EXTRA|CERT|DEFAULT_TIMEOUT|TRUSTED))|NPM_CONFIG_|CARGO_(HTTP|NET|REGISTR|SOURCE)|(HTTPS?|NO|ALL)_PROXY=|SSL_CERT_)')
    exec env -i PATH=/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=$home USER="$user" TERM=dumb \
        npm_config_cafile=/etc/ssl/certs/ca-certificates.crt "${reach[@]}" \
        chroot --userspec="$user:$user" "$room" "$@"
}

# A base system per suite, made once.
base() {
    test -e "$rooms/base-$1/made" && return
    echo "Making a bare $1"
    rm -rf "$rooms/base-$1"
    debootstrap --variant=minbase --include=ca-certificates "$1" "$rooms/base-$1" >"$rooms/base-$1.log" 2>&1 ||
        { tail "$rooms/base-$1.log" >&2; exit 1; }
    apt-config dump | grep '^Acquire::' >"$rooms/base-$1/etc/apt/apt.conf.d/90machine"
    touch "$rooms/base-$1/made"
}

# furnish NAME SUITE PACKAGE...: a room with these packages.
furnish() {
    name=$1 suite=$2 room=$rooms/$1 log=$rooms/$1.log
    shift 2
    mkdir -p "$rooms/archives/partial"
    base "$suite"
    rm -rf "$room"
    cp -a "$rooms/base-$suite" "$room"
    cp /etc/resolv.conf /etc/hosts "$room/etc/"
    test ! -e /etc/pip.conf || cp /etc/pip.conf "$room/etc/"
    cp /etc/ssl/certs/ca-certificates.crt "$room/etc/ssl/certs/"
    (enter "$room" root sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"' \
        apt "$@") >"$log" 2>&1 || { tail "$log" >&2; echo "$name: its packages could not be installed" >&2; return 1; }
    cp /etc/ssl/certs/ca-certificates.crt "$room/etc/ssl/certs/"
}

# lend HOME: the crates that this machine has downloaded, and how it reaches their registry.
lend() {
    cargo_home=${CARGO_HOME:-$HOME/.cargo}
    mkdir -p "$1/.cargo/registry"
    cp -a "$cargo_home/registry/index" "$cargo_home/registry/cache" "$1/.cargo/registry/" 2>/dev/null || true
    cp "$cargo_home/config.toml" "$1/.cargo/" 2>/dev/null || true
}

try() {
    read -r name suite user packages <<<"$(list | grep "^$1 ")" || { echo "No room is called $1." >&2; exit 2; }
    commands=("${@:2}")
    room=$rooms/$name log=$rooms/$name.log
    # shellcheck disable=SC2086 # a list of packages
    furnish "$name" "$suite" $packages || return 1
    home=$room/root
    if test "$user" != root; then
        home=$room/home/$user
        chroot "$room" useradd --create-home "$user"
        echo "$user ALL=(ALL) NOPASSWD: ALL" >"$room/etc/sudoers.d/$user"
    fi
    lend "$home"
    git clone --quiet --no-local "$root" "$home/a clone"
    chroot "$room" chown -R "$user:$user" "${home#"$room"}"
    for command in "${commands[@]}"; do
        began=$SECONDS status=0
        (enter "$room" "$user" timeout "$patience" sh -c "cd ~/'a clone' && $command") >>"$log" 2>&1 || status=$?
        echo "$name: $command: $((SECONDS - began)) s: $(tail -n 1 "$log")"
        if test $status != 0 || { test "$command" = "make demo" && ! tail -n 1 "$log" | grep -q '^[1-9][0-9]* signatures, 7 surfaces, 0 disagree$'; }; then
            echo "$name: $command failed; see $log and the room in $room" >&2
            return 1
        fi
    done
    rm -rf "$room"
}

case ${1:-} in
inside) shift; inside "$@" ;;
enter) shift; enter "$@" ;;
lend) lend "$2/root" ;;
*)
    test "$(id -u)" = 0 || { echo 'Rooms need root: sudo tests/rooms/rooms.sh' >&2; exit 1; }
    command -v debootstrap >/dev/null || { echo 'debootstrap is missing. Install it: apt-get install debootstrap' >&2; exit 1; }
    if test "${1:-}" = new; then
        furnish "${@:2}" >&2
        echo "$rooms/$2"
        exit
    fi
    failed=0
    for name in ${*:-$(list | cut -d' ' -f1)}; do
        if test "$name" = bookworm; then try "$name" 'make demo' '.ci/run'; else try "$name" 'make demo'; fi || failed=1
    done
    exit $failed
    ;;
esac
