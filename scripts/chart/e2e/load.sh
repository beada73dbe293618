# shellcheck shell=bash
# Data: the sample, load while pods go, and what the ledger says afterwards. Sourced by scripts/chart-e2e.
# shellcheck disable=SC2329 # until_true calls functions by name
: "${work:?}" "${PYTHON:?}"

# account FIELD...: a number of the ledger.
account() { api /v1/accounting | field "$@"; }

compare_sample() {
  say "5000 payloads of the fleet, from inside"
  api /v1/accounting >"$work/before.json"
  simulator e2e-sample feed /sample/payloads --api-url http://sens-platform-api
  simulated e2e-sample >"$work/sample.txt" || { cat "$work/sample.txt" >&2; die "the sample could not be fed"; }
  api /v1/accounting >"$work/after.json"
  local view
  for view in average-extension battery-summary; do api "/v1/analytics/$view" >"$work/$view.json"; done
  "$PYTHON" scripts/chart/e2e/sample.py tests/samples/flat-events.expected.json "$work" >"$work/outcome.txt" ||
    { cat "$work/outcome.txt" >&2; die "the sample became something else than expected: see above"; }
  note "$(cat "$work/outcome.txt")"
}

# load_start NAME MESSAGES RATE: publishes by MQTT; every message holds one reading that no other holds.
load_start() {
  api /v1/accounting >"$work/load-$1.json"
  simulator "e2e-load-$1" load --messages "$2" --rate "$3" --connections 4 --format v1 --patience 120
}

nothing_in_flight() { [ "$(account messages in_flight 2>/dev/null)" = 0 ]; }

# load_compare NAME MESSAGES: every acknowledged message is in the ledger, every reading is stored, once.
load_compare() {
  simulated "e2e-load-$1" >"$work/load.txt" || { cat "$work/load.txt" >&2; die "the load of '$1' was not acknowledged"; }
  local before stored received
  before="$(field readings processed <"$work/load-$1.json")"
  stored_all() { [ "$(($(account readings processed 2>/dev/null || echo 0) - before))" -ge "$1" ]; }
  until_true 180 "the readings of the load '$1' are stored" stored_all "$2"
  until_true 60 "everything is processed" nothing_in_flight
  stored=$(($(account readings processed) - before))
  received=$(($(account messages received) - $(field messages received <"$work/load-$1.json")))
  [ "$stored" = "$2" ] || die "$1: $2 readings were acknowledged, $stored were stored"
  [ "$(account balanced)" = True ] || die "$1: the ledger does not balance: $(api /v1/accounting)"
  note "load '$1': $2 messages acknowledged by the broker, $received received, $stored readings stored once, ledger balanced"
}

# kill_hard LABEL: kills all pods with that name at once, without a chance to say goodbye.
kill_hard() {
  k delete pod -l "app.kubernetes.io/instance=sens,app.kubernetes.io/name=$1" --grace-period=0 --force --wait=false >/dev/null 2>&1
  sleep 3
}

rolled_out() { k rollout status "$1" --timeout=120s >/dev/null; }

kill_pods_under_load() {
  say "killing pods under load"
  load_start kill 9000 100
  local name
  for name in telemetry-worker mqtt-ingestion-worker platform-api nats timescaledb telemetry-worker mqtt-ingestion-worker; do
    kill_hard "$name"
  done
  for name in statefulset/sens-timescaledb statefulset/sens-nats statefulset/sens-mqtt-ingestion-worker deployment/sens-telemetry-worker deployment/sens-platform-api; do
    rolled_out "$name" || die "$name does not come back"
  done
  load_compare kill 9000
}

lose_stateful_pods() {
  say "deleting a pod of each StatefulSet"
  local name before after
  until_true 60 "everything is processed" nothing_in_flight
  before="$(api /v1/accounting | python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["messages"], a["readings"])')"
  for name in timescaledb nats mqtt-ingestion-worker; do
    k delete pod "sens-$name-0" --wait >/dev/null
    rolled_out "statefulset/sens-$name" || die "sens-$name does not come back"
  done
  until_true 90 "the API answers again" api /v1/accounting >/dev/null 2>&1
  after="$(api /v1/accounting | python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["messages"], a["readings"])')"
  [ "$before" = "$after" ] || die "the ledger was $before, and is $after after the pods came back"
  helm_tests
  note "a pod of each StatefulSet deleted: the ledger is the same, and it works"
}
