# What the scripts share: named steps with their time and outcome, and installing what is missing.
# To be sourced. It runs nothing by itself.

steps_passed=0
steps_failed=0
steps_skipped=0
steps_summary=""

# say TEXT: one line to the person who reads along.
say() { printf '%s\n' "$*"; }

# have NAME: whether the command is there.
have() { command -v "$1" >/dev/null 2>&1; }

# note OUTCOME NAME SECONDS [WHY]
note() {
    steps_summary="$steps_summary$(printf '  %-8s %-12s %5s s  %s' "$1" "$2" "$3" "${4:-}")
"
}

# step NAME COMMAND...: runs it, says how long it took; a failure is counted and the rest goes on.
# A command that cannot be run here exits with 77 and has written why to $skip_reason.
step() {
    local name=$1 began=$SECONDS status=0
    shift
    say ""
    say "=== $name"
    : >"$skip_reason"
    "$@" || status=$?
    local took=$((SECONDS - began)) why
    why=$(cat "$skip_reason")
    case $status in
        0)
            steps_passed=$((steps_passed + 1))
            say "=== $name: passed in $took s"
            note passed "$name" "$took" "$why"
            ;;
        77)
            steps_skipped=$((steps_skipped + 1))
            say "=== $name: skipped: $why"
            note skipped "$name" "$took" "$why"
            ;;
        *)
            steps_failed=$((steps_failed + 1))
            say "=== $name: FAILED in $took s (exit code $status)"
            note FAILED "$name" "$took" "exit code $status"
            ;;
    esac
}

# skip WHY: to be returned from a step that cannot run here: `skip "no network" || return`.
skip() {
    printf '%s' "$*" >"$skip_reason"
    return 77
}

# remark TEXT: stands beside the step in the summary.
remark() { printf '%s' "$*" >"$skip_reason"; }

# close: the table of steps and the closing line; its status is the script's.
close_steps() {
    say ""
    say "In $SECONDS s:"
    printf '%s' "$steps_summary"
    say ""
    say "steps: $steps_passed passed, $steps_failed failed, $steps_skipped skipped"
    [ "$steps_failed" -eq 0 ]
}

# apt PACKAGE...: installs Debian packages, as root or through sudo, and says so.
apt() {
    local sudo=""
    have apt-get || return 1
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || return 1
        sudo="sudo -n"
    fi
    say "installing by apt-get: $*"
    $sudo apt-get update -qq </dev/null &&
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# need_c: a C compiler, for the compression libraries.
need_c() {
    have cc || apt build-essential || {
        say "a C compiler is missing and could not be installed: install build-essential"
        return 1
    }
}

# need_rust: the toolchain itself is the one thing that is not installed here.
need_rust() {
    have cargo || {
        say "cargo is missing: install the Rust toolchain (1.95 or newer)"
        return 1
    }
}

# need_component COMMAND NAME: rustfmt or clippy.
need_component() {
    cargo "$1" --version >/dev/null 2>&1 && return
    have rustup && say "installing by rustup: $2" && rustup component add "$2" >/dev/null 2>&1
}

# need_cargo_tool NAME: a cargo subcommand, into the project's own target folder: nothing of the
# machine's is touched, and the quick unoptimised build is enough.
need_cargo_tool() {
    PATH="$PWD/target/tools/bin:$PATH"
    export PATH
    cargo "${1#cargo-}" --version >/dev/null 2>&1 && return
    say "installing by cargo into target/tools: $1 (some minutes, once)"
    CARGO_TARGET_DIR="$PWD/target/tools/build" \
        cargo install --quiet --locked --debug --root target/tools "$1" </dev/null &&
        rm -rf target/tools/build
}

# need_judges: independent readers of what Bakas writes, for the tests: Python packages into
# target/tools, and Debian's openssl, OpenSSH and Go with its checksum database's packages.
need_judges() {
    local python=target/tools/python/bin/python missing=""
    have python3 || return 1
    if ! cmp -s e2e/judges.txt target/tools/judges.txt; then
        say "installing by pip into target/tools/python what e2e/judges.txt names"
        mkdir -p target/tools
        python3 -m venv target/tools/python >/dev/null 2>&1 ||
            { apt python3-venv && python3 -m venv target/tools/python; } || return 1
        $python -m pip install --quiet --disable-pip-version-check -r e2e/judges.txt </dev/null || return 1
        cp e2e/judges.txt target/tools/judges.txt
    fi
    have openssl || missing="$missing openssl"
    have ssh-keygen || missing="$missing openssh-client"
    have go || missing="$missing golang-go"
    [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || missing="$missing golang-golang-x-mod-dev"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || apt $missing
}

# chromium: the browser's path, installing Debian's where there is none.
need_chromium() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && have "$name"; then
            CHROMIUM=$(command -v "$name")
            export CHROMIUM
            return
        fi
    done
    apt chromium fonts-noto-core && CHROMIUM=$(command -v chromium) && export CHROMIUM
}

skip_reason=$(mktemp)
trap 'rm -f "$skip_reason"' EXIT
