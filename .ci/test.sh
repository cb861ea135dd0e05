#!/usr/bin/env bash
set -uo pipefail
passed=0
failed=0
check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else echo "FAILED: $name"; failed=$((failed + 1)); fi
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
check restore dotnet restore LocalCopilot.sln --locked-mode
check format dotnet format LocalCopilot.sln --no-restore --verify-no-changes
check build dotnet build LocalCopilot.sln -c Release --no-restore
log=$(mktemp)
dotnet test LocalCopilot.sln -c Release --no-build --logger "console;verbosity=normal" 2>&1 | tee "$log"
[ "${PIPESTATUS[0]}" -eq 0 ] || failed=$((failed + 1))
while read -r n; do passed=$((passed + n)); done < <(sed -nE 's/^ *Passed: *([0-9]+).*/\1/p' "$log")
while read -r n; do failed=$((failed + n)); done < <(sed -nE 's/^ *Failed: *([0-9]+).*/\1/p' "$log")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
