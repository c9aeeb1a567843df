# Sourced by every script here: finds or installs what the work needs, and says plainly what it cannot find.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

step() { printf '\n== %s\n' "$*"; }
need() { command -v "$1" >/dev/null || { echo "$1 is missing: $2" >&2; exit 1; }; }

need cargo "install Rust from https://rustup.rs"
need npm "install Node.js 20 or newer, which brings npm"

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  step "npm packages"
  # Not `npm ci`: it refuses a lock file that was written where other platforms' binaries could not be had.
  npm install --no-audit --no-fund
  touch node_modules/.package-lock.json
fi

# wrangler wants a newer Node than many machines have: the npm package `node` brings one.
export PATH="$PWD/node_modules/.bin:$PWD/.tools/bin:$PATH"
# workerd and wrangler are to reach nothing but this machine.
export CLOUDFLARE_CF_FETCH_ENABLED=false WRANGLER_SEND_METRICS=false WRANGLER_SEND_ERROR_REPORTS=false

# What films are made and played with by end-to-end tests: found, or installed where that is possible, or asked for.
ffmpeg_and_chromium() {
  command -v ffprobe >/dev/null || install ffmpeg
  browser >/dev/null || install chromium
  need ffprobe "install the package ffmpeg (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)"
  browser >/dev/null || { echo "Chromium is missing: install it (Debian: apt-get install chromium), or name a browser with CHROMIUM=/path/to/it" >&2; exit 1; }
}
browser() { if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM"; else command -v chromium || command -v chromium-browser || command -v google-chrome; fi; }
install() {
  local as=()
  command -v apt-get >/dev/null || return 0
  [ "$(id -u)" = 0 ] || as=(sudo -n)
  step "$1"
  "${as[@]}" apt-get install -y --no-install-recommends "$1" || { "${as[@]}" apt-get update && "${as[@]}" apt-get install -y --no-install-recommends "$1"; } || true
}

# worker-build would fetch its helpers from the internet; the npm registry and crates.io have the same, pinned.
tools() {
  rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
  [ -x .tools/bin/worker-build ] || { step "worker-build (five minutes, once)"; cargo install worker-build --version 0.8.7 --locked --root .tools; }
  [ -x .tools/bin/wasm-bindgen ] || { step "wasm-bindgen (two minutes, once)"; cargo install wasm-bindgen-cli --version 0.2.129 --locked --root .tools; }
  export WASM_BINDGEN_BIN="$PWD/.tools/bin/wasm-bindgen" WASM_OPT_BIN="$PWD/node_modules/binaryen/bin/wasm-opt" ESBUILD_BIN="$PWD/node_modules/.bin/esbuild"
}
