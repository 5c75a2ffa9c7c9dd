#!/usr/bin/env bash
# Provides the tools that the project builds and tests with.
#
#   scripts/toolchain.sh [wasm|test|bench|webkit|all]   (default: wasm and test; `npm ci` comes before it)
#   source .toolchain/env.sh
#
#   wasm   emcc >= 3.1.69, cmake >= 3.25, ninja
#   test   clang >= 16 with its sanitizer and libFuzzer runtimes, doctest, Chromium, Firefox
#   bench  wasm, the same clang, and hnswlib to compare with
#   webkit WebKitGTK's MiniBrowser with its WebDriver, and Xvfb, which shows it to nobody
#
# What is on the machine is used. What is missing comes from the distribution's packages, which needs root
# or sudo; without either, the script names the packages and stops. env.sh puts emcc on PATH and exports
# RV_CLANG, RV_CLANGXX, CHROMIUM, FIREFOX and MINIBROWSER, each only where it was found. Those five are respected when
# set beforehand. A second run only looks, and needs no network.
set -euo pipefail

readonly EMCC_MIN=3.1.69 CMAKE_MIN=3.25 NODE_MIN=20 CLANG_MIN=16
# Debian 12's own emscripten is too old; Debian 13 has 3.1.69 on LLVM 19, which Debian 12 has too.
# A code name, so that the version stays when "stable" moves on.
readonly SUITE=trixie LLVM=19

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly REPO TC=$REPO/.toolchain
readonly EMROOT=$TC/debian/usr/share/emscripten CLOSURE=$REPO/node_modules/.bin/google-closure-compiler
readonly UNPACKED="emscripten of $SUITE, contents 1"     # of the stamp; raise the number when unpack() changes

say() { printf 'toolchain: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }
ge() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }                # version $1 >= $2
version_of() { { "$@" 2>/dev/null || true; } | grep -oE '[0-9]+(\.[0-9]+)+' | sed -n 1p || true; }
os() { sed -n "s/^$1=\"*\([^\"]*\)\"*$/\1/p" /etc/os-release 2>/dev/null || true; }

# ---- what is there -----------------------------------------------------------------------------------------

# A shell that has sourced env.sh must not make us take our own unpacked emcc for the machine's.
forget_env_sh() {
  PATH=$(printf %s "$PATH" | tr : '\n' | grep -vxF "$EMROOT" | paste -sd : -)
  case ${EM_CONFIG-} in "$TC"/*) unset EM_CONFIG EM_BINARYEN_ROOT EMSDK_PYTHON ;; esac
}

# Emscripten's JavaScript optimiser imports acorn from a node_modules at or above its own folder. Debian's
# emscripten has it only through Debian's own nodejs package: with another node package, every link fails.
emcc_is_good() {  # $1: emcc
  local root
  ge "$(version_of "$1" --version)" "$EMCC_MIN" || return 1
  root=$("${1%/*}/em-config" EMSCRIPTEN_ROOT 2>/dev/null) || return 1
  (cd "$root" && node --input-type=module -e 'import "acorn"') 2>/dev/null
}

# EM_FROM: path (a good one is there), unpack (into .toolchain) or package. EMCC: the program, or nothing.
locate_emcc() {
  EM_FROM=path
  if EMCC=$(command -v emcc) && emcc_is_good "$EMCC"; then return; fi
  EM_FROM=unpack EMCC=$EMROOT/emcc
  if [ "$(cat "$TC/unpacked" 2>/dev/null)" = "$UNPACKED" ]; then return; fi
  EMCC=''
  if [ "$(os ID)" = debian ]; then
    [ "$(os VERSION_ID)" != 12 ] || return 0
    if dpkg-query -W nodejs >/dev/null 2>&1 && [ ! -e /usr/share/node_modules ]; then return; fi
  fi
  EM_FROM=package
}

# The first compiler that has what the native tests need, or nothing.
locate_clang() {
  local given=${RV_CLANG-} c lib
  for c in "$given" clang-{19,20,21,22,18,17,16} clang; do
    RV_CLANG=$(command -v "$c") || continue
    RV_CLANGXX=${RV_CLANG##*/} RV_CLANGXX=${RV_CLANG%/*}/${RV_CLANGXX/clang/clang++}
    lib=$("$RV_CLANG" -print-resource-dir)/lib
    if [ -x "$RV_CLANGXX" ] && ge "$("$RV_CLANG" -dumpversion)" "$CLANG_MIN" &&
      compgen -G "$lib/*/libclang_rt.asan*" && compgen -G "$lib/*/libclang_rt.fuzzer*"; then return; fi
  done >/dev/null
  RV_CLANG='' RV_CLANGXX=''
}

has_doctest() {
  local source='#if !__has_include(<doctest/doctest.h>)\n#error\n#endif\n'
  [ -e /usr/include/doctest/doctest.h ] ||
    { [ -n "$RV_CLANGXX" ] && printf "$source" | "$RV_CLANGXX" -E -xc++ - >/dev/null 2>&1; }
}

first_of() { local c; for c; do if command -v "$c"; then return; fi; done; }

locate() {
  locate_emcc
  locate_clang
  CHROMIUM=$(first_of "${CHROMIUM-}" chromium chromium-browser google-chrome google-chrome-stable)
  FIREFOX=$(first_of "${FIREFOX-}" firefox-esr firefox)
  MINIBROWSER=$(first_of "${MINIBROWSER-}" MiniBrowser /usr/lib/*/webkit2gtk-4.1/MiniBrowser)
}

# ---- what is missing, as Debian's package names ------------------------------------------------------------

missing_wasm() {
  ge "$(version_of cmake --version)" "$CMAKE_MIN" || echo cmake
  have ninja || echo ninja-build
  if [ "$EM_FROM" = package ]; then echo emscripten; fi
  [ "$EM_FROM" = unpack ] || return 0
  have "clang-$LLVM" || echo "clang-$LLVM"
  have "wasm-ld-$LLVM" || echo "lld-$LLVM"
  have "llvm-ar-$LLVM" || echo "llvm-$LLVM"
  [ -x /usr/bin/python3 ] || echo python3
}

missing_test() {
  [ -n "$RV_CLANG" ] || clang_packages
  has_doctest || echo doctest-dev
  [ -n "$CHROMIUM" ] || echo chromium
  [ -n "$FIREFOX" ] || echo firefox-esr
}

missing_bench() {
  [ -n "$RV_CLANG" ] || clang_packages
  [ -e /usr/include/hnswlib/hnswlib.h ] || echo libhnswlib-dev
}

missing_webkit() {
  [ -n "$MINIBROWSER" ] || echo libwebkit2gtk-4.1-0
  have WebKitWebDriver || echo webkit2gtk-driver
  have Xvfb || echo xvfb
}

clang_packages() {
  local n=$LLVM
  if [ -z "$(candidate "clang-$n")" ]; then      # another release, or package lists that were never read
    n=$({ LC_ALL=C apt-cache depends clang 2>/dev/null || true; } | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
  fi
  printf '%s\n' "clang-${n:-$LLVM}" "libclang-rt-${n:-$LLVM}-dev"   # the second one holds libFuzzer too
}

candidate() {  # the version that apt would install of package $1, or nothing
  { LC_ALL=C apt-cache policy "$1" 2>/dev/null || true; } | sed -n 's/^ *Candidate: \([^(].*\)/\1/p'
}

# ---- installing --------------------------------------------------------------------------------------------

may_install() {
  have apt-get || return 1
  [ "$(id -u)" = 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

apt_get() {
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  # 9>&-: a daemon that a package starts would otherwise keep our lock for as long as it lives
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o APT::Keep-Downloaded-Packages=false "$@" \
    9>&- >"$TC/apt.log" 2>&1 || { tail -n 20 "$TC/apt.log" >&2; return 1; }
}

stop_for_missing() {  # $@: packages
  say "missing: $*"
  if have apt-get; then
    die "run this as root, then the same command again:  apt-get update && apt-get install -y --no-install-recommends $*"
  fi
  die "those are Debian's names. Install the same tools on this system: emcc >= $EMCC_MIN (emsdk)," \
    "cmake >= $CMAKE_MIN, ninja, clang >= $CLANG_MIN with compiler-rt, doctest, Chromium, Firefox"
}

LISTS_READ=
read_lists() {
  [ -z "$LISTS_READ" ] || return 0
  apt_get update || say "apt-get update reported an error; going on with the lists there are"
  LISTS_READ=1
}

install() {  # $@: packages
  local p v
  for p; do
    v=$(candidate "$p")
    [ -n "$v" ] || die "apt offers no package $p here: install that tool yourself (see the top of $0)"
    [ "$p" != emscripten ] || ge "${v%%[~+-]*}" "$EMCC_MIN" ||
      die "this distribution's emscripten is $v: install emsdk $EMCC_MIN or newer and put its emcc on PATH"
  done
  say "installing with apt, which takes a minute or more: $*"
  apt_get install -y --no-install-recommends "$@" || die "the installation failed; this script can be run again"
}

ensure() {  # $1: a group
  [ -n "$("missing_$1")" ] || return 0
  # shellcheck disable=SC2046
  may_install || stop_for_missing $(for group in $WANTED; do "missing_$group"; done | sort -u)
  read_lists
  # shellcheck disable=SC2046
  install $("missing_$1")      # asked again: which clang there is, the lists just told
  locate
  [ -z "$("missing_$1")" ] || die "installed, yet not found or not usable: $("missing_$1" | paste -sd ' ' -)"
}

# ---- Debian 13's emscripten without installing it: needs no root, and leaves apt's configuration alone -----

apt_of_suite() {  # $1: a work folder; the rest: arguments of apt-get
  local dir=$1; shift
  apt-get -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts="$dir/none" \
    -o Dir::Etc::preferences="$dir/none/x" -o Dir::Etc::preferencesparts="$dir/none" -o APT::Default-Release= \
    -o Dir::State::lists="$dir/lists" -o Dir::State::status="$dir/status" -o Dir::Cache::archives="$dir/archives" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Acquire::Retries=3 \
    -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any "$@"
}

mirrors() {  # that apt is configured with; asked this way, since it answers with no package lists at hand too
  apt-get --print-uris update |    # with -qq it prints nothing
    sed -nE "s#^'(.*)/dists/($(os VERSION_CODENAME)|(old)*stable)/(In)?Release' .*#\1#p"
}

download() {  # into $1/debs
  local mirror key found=
  key=$(compgen -G '/usr/share/keyrings/debian-archive-keyring.*' | sed -n 1p)
  mkdir -p "$1"/{lists,archives}/partial "$1"/{none,debs}
  : >"$1/status"
  say "downloading Debian $SUITE's emscripten (250 MB)"
  for mirror in $(mirrors); do       # another vendor's archive may be among them: it fails here, by Debian's key
    echo "deb [signed-by=$key] $mirror $SUITE main" >"$1/sources.list"
    if apt_of_suite "$1" update; then found=1; break; fi
  done
  [ -n "$found" ] || die "no mirror with Debian $SUITE is reached: run this again, or put emcc >= $EMCC_MIN on PATH"
  (cd "$1/debs" && apt_of_suite "$1" download emscripten binaryen libc6 libstdc++6 libgcc-s1) ||
    die "the download failed; this script can be run again"
}

unpack() {
  local work=$TC/partial new=$TC/partial/debian deb lib ld program
  local L=./usr/share/emscripten/cache/sysroot/lib/wasm32-emscripten
  trap 'rm -rf "$TC/partial"' EXIT
  rm -rf "$work"; mkdir -p "$new"
  download "$work"
  say "unpacking"
  # Left out are the system libraries for -flto, -fPIC, -sWASMFS and -sWASM_WORKERS: 1.4 GB of 1.6 GB. All
  # others stay: a link names more of them than it uses, and a missing one is fatal with Debian's frozen cache.
  for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -C "$new" -x --no-same-owner \
      --exclude="$L/lto*" --exclude="$L/pic" --exclude="$L/*wasmfs*" --exclude="$L/*-ww.a" --exclude="$L/*-ww-*.a" \
      --exclude=./usr/share/emscripten/test --exclude=./usr/share/doc --exclude=./usr/share/man \
      --exclude='*/gconv' --exclude=./usr/include --exclude=./etc
  done
  mkdir "$new/usr/share/emscripten/node_modules"
  cp -R "$REPO/node_modules/acorn" "$new/usr/share/emscripten/node_modules/"
  # Emscripten's .js files are CommonJS; the "type": "module" of the project's package.json would reach them.
  echo '{ "type": "commonjs" }' >"$new/package.json"
  # Binaryen's programs want Debian 13's C library: each is started through that library's own loader.
  lib=$(cd "$new" && find usr/lib -name libc.so.6 -printf %h)
  ld=$(cd "$new" && find "$lib" -name 'ld-linux*.so.*')
  mkdir -p "$new/binaryen/bin"
  for program in "$new"/usr/bin/wasm*; do
    program=${program##*/}
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nR=${0%%/*}/../..\nexec "$R/%s" --library-path "$R/%s" "$R/usr/bin/%s" "$@"\n' \
      "$ld" "$lib" "$program" >"$new/binaryen/bin/$program"
    chmod +x "$new/binaryen/bin/$program"
  done
  rm -rf "$TC/debian"; mv "$new" "$TC/debian"; rm -rf "$work"
  echo "$UNPACKED" >"$TC/unpacked"      # last: without it the next run starts over
}

# ---- env.sh and the check ----------------------------------------------------------------------------------

set_to() { if [ -n "$2" ]; then printf 'export %s=%q\n' "$1" "$2"; fi; }

env_text() {
  echo "# Written by scripts/toolchain.sh, for bash to source."
  if [ -n "$EMCC" ] && [ "$EM_FROM" = unpack ]; then
    echo 'unset EM_CACHE EM_LLVM_ROOT'
    set_to EM_CONFIG "$EMROOT/.emscripten"          # Debian's own: /usr/bin/clang-19, frozen cache beside it
    set_to EM_BINARYEN_ROOT "$TC/debian/binaryen"
    set_to EMSDK_PYTHON /usr/bin/python3            # a version manager's shim is much slower
    printf 'case ":$PATH:" in *:%q:*) ;; *) export PATH=%q:"$PATH" ;; esac\n' "${EMCC%/*}" "${EMCC%/*}"
  elif [ -n "$EMCC" ]; then
    set_to EM_CONFIG "${EM_CONFIG-}"
    # Behind, not in front: /usr/bin in front would put another node before the one in use.
    printf 'case ":$PATH:" in *:%q:*) ;; *) export PATH="$PATH":%q ;; esac\n' "${EMCC%/*}" "${EMCC%/*}"
  fi
  set_to EM_NODE_JS "$(command -v node)"
  set_to EM_CLOSURE_COMPILER "$CLOSURE"
  set_to RV_CLANG "$RV_CLANG"
  set_to RV_CLANGXX "$RV_CLANGXX"
  # the sanitizers look for no versioned name by themselves
  set_to ASAN_SYMBOLIZER_PATH "$(command -v "llvm-symbolizer${RV_CLANG##*clang}" || true)"
  set_to CHROMIUM "$CHROMIUM"
  set_to FIREFOX "$FIREFOX"
  set_to MINIBROWSER "$MINIBROWSER"
}

write_env() {  # only when it changed, and at once: another process may be reading it
  local text; text=$(env_text)
  [ "$text" != "$(cat "$TC/env.sh" 2>/dev/null)" ] || return 0
  printf '%s\n' "$text" >"$TC/env.sh.new" && mv "$TC/env.sh.new" "$TC/env.sh"
}

# An Embind module must compile, link through acorn, binaryen and closure, and run.
verify() {
  local dir=$TC/check
  rm -rf "$dir"; mkdir "$dir"
  cat >"$dir/probe.cpp" <<'CPP'
#include <emscripten/bind.h>
struct Probe { int base; explicit Probe(int b) : base(b) {} int add(int x) const { return base + x; } };
EMSCRIPTEN_BINDINGS(probe) { emscripten::class_<Probe>("Probe").constructor<int>().function("add", &Probe::add); }
CPP
  cat >"$dir/run.mjs" <<'JS'
import { readFileSync } from 'node:fs';
import init from './probe.mjs';
const { Probe } = await init({ wasmBinary: readFileSync(new URL('./probe.wasm', import.meta.url)) });
if (new Probe(40).add(2) !== 42) throw new Error('wrong answer');
JS
  # shellcheck disable=SC1091
  ( source "$TC/env.sh" && cd "$dir" &&
    em++ probe.cpp -std=c++20 -O2 -msimd128 -lembind --closure 1 -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web \
      -sDYNAMIC_EXECUTION=0 -sFILESYSTEM=0 -sMALLOC=emmalloc -o probe.mjs && node run.mjs ) >&2 || return 1
  rm -rf "$dir"
}

provide_wasm() {
  local version stamp
  ensure wasm
  if [ -z "$EMCC" ]; then unpack; locate; fi
  write_env
  version=$(version_of "$EMCC" --version)
  ge "$version" "$EMCC_MIN" || die "$EMCC does not run or is older than $EMCC_MIN; delete $TC to start afresh"
  stamp="$EMCC $version, node $(node --version)"
  if [ "$(cat "$TC/verified" 2>/dev/null)" != "$stamp" ]; then
    say "checking emcc $version with a small Embind module"
    verify || die "emcc does not build a working module (see $TC/check); delete $TC to start afresh"
    echo "$stamp" >"$TC/verified"
  fi
  say "emcc $version ($EMCC)"
}

provide_test() {
  ensure test
  write_env
  say "$RV_CLANG, $CHROMIUM, $FIREFOX"
}

provide_bench() {
  ensure bench
  write_env
  say "$RV_CLANG, hnswlib"
}

provide_webkit() {
  ensure webkit
  write_env
  say "$MINIBROWSER"
}

case ${1:-all} in
  wasm | test | webkit) WANTED=$1 ;;
  bench) WANTED='wasm bench' ;;
  all) WANTED='wasm test' ;;
  *) echo "usage: $0 [wasm|test|bench|webkit|all]" >&2; exit 2 ;;
esac
ge "$(version_of node --version)" "$NODE_MIN" || die "Node.js >= $NODE_MIN is needed on PATH"
[ -e "$REPO/node_modules/acorn" ] && [ -e "$CLOSURE" ] || die "node_modules is incomplete: run npm ci first"
mkdir -p "$TC"
[ -e "$TC/lock" ] || : >"$TC/lock"
if have flock; then exec 9<"$TC/lock"; flock -n 9 || { say "waiting for another run"; flock 9; }; fi
forget_env_sh
locate
for group in $WANTED; do "provide_$group"; done
