#!/usr/bin/env bash
# Install what Dormouse needs: programs from apt, packages into .venv. Safe to run again.
#
#   scripts/setup.sh                              # what `make setup` calls
#   DORMOUSE_TORCH_INDEX=URL scripts/setup.sh     # take torch from this package index
#   PYTHON=/path/to/python3.12 scripts/setup.sh   # build .venv with this Python
#
# Needs Debian 12 or Ubuntu with root or sudo; without them it says what is missing and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

TORCH=2.13.0
VENV=.venv
STAMP=$VENV/.dormouse-setup
PACKAGES=(
  python3-venv ca-certificates
  tigervnc-standalone-server tigervnc-tools tigervnc-viewer novnc websockify
  openbox dbus dbus-x11 tmux
  libxkbcommon0 libxkbcommon-x11-0
  xclip x11-utils x11-xserver-utils x11-xkb-utils fontconfig
  libreoffice-calc libreoffice-gtk3 gnucash feh zenity at-spi2-core
  fonts-dejavu fonts-liberation fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
  tesseract-ocr-eng tesseract-ocr-script-latn
)
BROWSER=chromium # for Fava and MiniWoB++; Ubuntu's is a snap and may be missing

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 3
}
installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

fingerprint() { cat pyproject.toml scripts/setup.sh | sha256sum | cut -d' ' -f1; }
if [[ -f $STAMP && "$(cat "$STAMP")" == "$(fingerprint)" ]] &&
  command -v Xvnc openbox soffice feh >/dev/null && "$VENV/bin/python" -c '' 2>/dev/null; then
  exit 0
fi

# Programs.
command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  die "there is no apt here: install these (Debian names) yourself: ${PACKAGES[*]}"
missing=()
for package in "${PACKAGES[@]}"; do installed "$package" || missing+=("$package"); done
chromium_missing=()
command -v chromium chromium-browser >/dev/null || chromium_missing=("$BROWSER")
if ((${#missing[@]} + ${#chromium_missing[@]})); then
  as_root=()
  if ((EUID != 0)); then
    if sudo -n true 2>/dev/null || { [[ -t 0 ]] && command -v sudo >/dev/null; }; then
      as_root=(sudo)
    elif ((${#missing[@]})); then
      die "neither root nor sudo: ask an administrator to run: apt-get install ${missing[*]}"
    fi
  fi
  apt_get() {
    ((EUID == 0 || ${#as_root[@]})) || return 1
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" </dev/null
  }
  say "installing from apt: ${missing[*]} ${chromium_missing[*]}"
  apt_get update || say "the package lists could not be renewed; trying with the old ones"
  ((${#missing[@]} == 0)) || apt_get install -y --no-install-recommends "${missing[@]}" ||
    die "apt could not install: ${missing[*]}"
  if ((${#chromium_missing[@]})); then
    apt_get install -y --no-install-recommends "$BROWSER" ||
      say "no $BROWSER from apt: the tasks in a browser (Fava, MiniWoB++) will say so"
  fi
fi

# Python.
python=${PYTHON:-}
for candidate in python3 python3.13 python3.12 python3.11; do
  [[ -n $python ]] && break
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
  fi
done
[[ -n $python ]] || die "Python 3.11 or newer is needed; name one: PYTHON=/path/to/python3 make setup"
[[ -x $VENV/bin/pip ]] || "$python" -m venv "$VENV" ||
  die "could not make $VENV with $python: is its venv package (python3-venv) installed?"
pip() { "$VENV/bin/python" -m pip -qq --disable-pip-version-check "$@"; }

# torch first, and the right build of it: plain `torch` on Linux is the CUDA build (gigabytes).
if ! "$VENV/bin/python" -c 'import torch' 2>/dev/null; then
  index=()
  [[ -n ${DORMOUSE_TORCH_INDEX:-} ]] && index=(--index-url "$DORMOUSE_TORCH_INDEX")
  if nvidia-smi -L >/dev/null 2>&1; then
    wanted=("torch===$TORCH" "torch==$TORCH") # === takes no +cpu build
  else
    wanted=("torch==$TORCH+cpu" "torch==$TORCH")
  fi
  for torch in "${wanted[@]}"; do
    say "looking for $torch"
    if pip install "${index[@]}" "$torch" 2>"$VENV/torch.log"; then break; fi
    [[ $torch == "${wanted[-1]}" ]] && die "torch could not be installed ($(tail -n1 "$VENV/torch.log")); DORMOUSE_TORCH_INDEX names another package index"
    [[ $torch == *+cpu ]] &&
      say "no CPU build in your package index: the CUDA build follows (gigabytes); DORMOUSE_TORCH_INDEX names an index with CPU builds"
  done
fi
pip install --editable '.[dev,bench]' || die "pip could not install the packages of pyproject.toml"
"$VENV/bin/python" - <<'PYTHON' >&2
import torch

kind = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
print(f"setup: torch {torch.__version__} ({kind} build) is installed")
PYTHON
fingerprint >"$STAMP"
say "ready"
