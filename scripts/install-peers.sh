#!/usr/bin/env bash
# Installs the real programs that the interop tests run against, from Debian packages: only what is missing,
# without questions, and without leaving a service behind. Running it again changes nothing.
set -euo pipefail

peers=(
  freeradius       # the RADIUS server most networks run
  freeradius-utils # radclient
  eapoltest        # eapol_test, the supplicant of wpa_supplicant as a RADIUS client
  hostapd          # an access point, whose RADIUS server knows PEAP and TTLS, too
  tshark           # an independent decoder for what goes over the wire
  ppp              # chat, which dials for pppd
  inetutils-telnet # telnet
  picocom          # a terminal program for serial lines
  socat            # pseudo-terminals that lead to a socket
  gcc libc6-dev    # the load generator is a C program; evaluates header files
  mingw-w64-common # public headers of Windows, against which every error code is held
  librust-winapi-dev # the newer codes, which those headers do not have
  chromium         # a real browser
  systemd          # systemd-analyze, which reads the unit of the server
)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install-peers: this system has no apt. Install these yourself: ${peers[*]} (the tests skip what is not there)." >&2
  exit 1
fi

installed() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

missing=()
for package in "${peers[@]}"; do
  installed "$package" || missing+=("$package")
done

if ((${#missing[@]} > 0)); then
  if ((EUID != 0)); then
    echo "install-peers: missing: ${missing[*]}. Installing them needs root: sudo bash scripts/install-peers.sh" >&2
    exit 1
  fi
  echo "install-peers: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive

  # Debian starts a server as soon as it is installed, unless this file says no (exit code 101).
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi

  apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  "${apt[@]}" update >/dev/null
  if command -v debconf-set-selections >/dev/null; then
    # tshark asks whether everybody may capture packets; the tests do not need it.
    echo "wireshark-common wireshark-common/install-setuid boolean false" | debconf-set-selections
  fi
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null

  # Nor may it start with the next boot: the tests start their own, on their own port.
  if [[ " ${missing[*]} " == *" freeradius "* ]] && command -v systemctl >/dev/null; then
    systemctl disable --quiet freeradius 2>/dev/null || true
  fi
fi

dpkg-query -W -f='install-peers: ${Package} ${Version}\n' "${peers[@]}"
