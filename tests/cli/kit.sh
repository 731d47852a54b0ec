# What the cases share; read by run_case.py before each of them.

# kit COMMAND...: see kit.py
kit() {
    python3 "$KIT" "$@"
}

# expect CODE COMMAND...: the command must end with this code.
expect() {
    local wanted=$1 code=0
    shift
    "$@" || code=$?
    if [[ $code != "$wanted" ]]; then
        echo "exit code $code, expected $wanted: $*" >&2
        exit 99
    fi
}

# sample: a folder in/ with meshes, a broken mesh and other files, and in.tar made of it.
sample() {
    mkdir -p in/models
    kit cube in/a.obj
    kit grid in/models/plane.obj 12
    kit broken in/models/broken.obj
    printf 'not a mesh\n' > in/readme.txt
    head -c 5000 /dev/urandom > in/models/picture.png
    kit grid in/z.obj 5
    kit archive in.tar in
}

# good_sample: the same without the broken mesh.
good_sample() {
    sample
    rm in/models/broken.obj
    kit archive in.tar in
}

# needs_terminal: some containers have no terminals to lend; the case is skipped there, with a word.
needs_terminal() {
    if ! python3 -c 'import pty; pty.openpty()' 2> /dev/null; then
        echo "no pseudo terminal can be had here" >&2
        exit 77
    fi
}

# screen OPTION... COMMAND...: runs it on a small terminal; see screen.py
screen() {
    python3 "$(dirname "$KIT")/screen.py" "$@"
}
