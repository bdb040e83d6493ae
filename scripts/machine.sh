# Sourced by scripts that try things on a bare Debian or Ubuntu: a minimal system in a folder, entered by chroot. The
# script that sources it has a function `say`. Needs root and debootstrap.
# shellcheck shell=bash

require_machine_tools() {
  if ((EUID != 0)); then say "needs root (chroot)" && exit 1; fi
  command -v debootstrap >/dev/null || { say "needs debootstrap: apt-get install debootstrap" && exit 1; }
}

# The first package source of this machine, so that a local mirror is used where there is one.
debian_mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ') || true
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# make_machine SUITE FOLDER: a minimal system of that release.
make_machine() {
  local suite=$1 machine=$2 mirror components=main script=()
  case $suite in
    jammy | noble | questing | resolute)
      mirror=http://archive.ubuntu.com/ubuntu
      components=main,universe
      script=(gutsy)  # the one for every Ubuntu since; an old debootstrap does not know the new names
      ;;
    *) mirror=$(debian_mirror) ;;
  esac
  say "fetching $suite from $mirror"
  # What debootstrap mounts goes with its namespace, even when it is killed.
  if ! unshare --mount debootstrap --variant=minbase --components="$components" "$suite" "$machine" "$mirror" "${script[@]}" \
    >"$machine.log" 2>&1; then
    tail -n 5 "$machine.log" >&2
    say "debootstrap failed; the whole log is $machine.log"
    exit 1
  fi
  # As container images are shipped: whoever installs has to fetch the lists first.
  rm -rf "$machine"/var/lib/apt/lists/*
}

# copy_tree ROOT FOLDER: the working tree ROOT, what git tracks or would track, into an empty folder.
copy_tree() {
  local root=$1 folder=$2
  mkdir -p "$folder"
  # A file that is deleted but still tracked has nothing to copy; one that changes while it is read (tar ends with 1) may.
  git -C "$root" ls-files --cached --others --exclude-standard -z |
    { tar --create --directory="$root" --null --files-from=- --ignore-failed-read || (($? == 1)); } |
    tar --extract --directory="$folder"
}

# Runs a command in the folder $2 of the machine $1. The sanitizers and ninja read /proc; it is mounted in a namespace
# that ends with the command.
inside() {
  local machine=$1 folder=$2
  shift 2
  # shellcheck disable=SC2016  # the inner shell expands them
  unshare --mount --pid --fork sh -c '
    machine=$1
    folder=$2
    shift 2
    mount -t proc proc "$machine/proc"
    exec chroot "$machine" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      sh -c "cd \"\$0\" && exec \"\$@\"" "$folder" "$@"' sh "$machine" "$folder" "$@"
}

