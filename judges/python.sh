# What judges in Python have in common; to be sourced, with $here and $tools set.

passed=0 failed=0

# install_judge NAME: the packages that requirements.txt pins, in an environment of the judge's own. Ends the judge with a
# line `skipped: …` where that cannot be.
install_judge() {
    local python
    python=$(command -v python3) && "$python" -c 'import venv, ensurepip' 2>/dev/null || {
        echo "skipped: $1 needs Python 3 with venv"
        exit 0
    }
    # The stamp names what is installed, so that a change of the pins installs again.
    if ! cmp -s "$here/requirements.txt" "$tools/installed" || [[ ! -x $tools/bin/python ]]; then
        rm -rf "$tools" && mkdir -p "$(dirname "$tools")" && "$python" -m venv "$tools" &&
            "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
                --requirement "$here/requirements.txt" && cp "$here/requirements.txt" "$tools/installed" || {
            echo "skipped: $1 could not be installed from PyPI"
            exit 0
        }
    fi
}

# expect STATUS WHAT SCRIPT ARGUMENT…: the script ends with that status.
expect() {
    local wanted=$1 what=$2 status=0
    shift 2
    "$tools/bin/python" "$here/$1" "${@:2}" || status=$?
    if [[ $status == "$wanted" ]]; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what: exit $status instead of $wanted"
    fi
}

# The closing line, and the judge's own status.
close() {
    echo "$passed passed, $failed failed"
    ((failed == 0))
}
