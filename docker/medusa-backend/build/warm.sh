#!/bin/sh
# Boots the server once with Valkey and once without, to keep what V8 compiled and where
# `require` found each file.
set -eu
export NODE_COMPILE_CACHE=/app/compile-cache
REDIS_URL=$VALKEY_URL node "$@" build/warm.mjs
node "$@" build/warm.mjs
