# shellcheck shell=bash
# Versions that come by their first pods: one that is good, one that fails, one that breaks a rule. Sourced by scripts/chart-e2e.
# shellcheck disable=SC2329 # until_true calls functions by name
: "${work:?}" "${CHART:?}" "${tag:?}" "${next:?}"

WATCHED=20 # seconds
# What is to be stopped is watched until it is.
STOPPED_WITHIN=300
FIRST=(--set "canary.enabled=true,canary.seconds=$WATCHED,canary.everySeconds=2,canary.rules.fewest=5")

# go_first ARGUMENTS...: an upgrade that brings first pods only, and does not wait for what may never come.
go_first() {
  h upgrade sens "$CHART" --values "$CHART/values-local.yaml" --values "$work/values.yaml" --set verification.enabled=false "${FIRST[@]}" "$@" \
    >"$work/helm.txt" 2>&1 || { cat "$work/helm.txt" >&2; die "helm upgrade failed: see above"; }
}

# stable: the pods that are not the first ones of a version, by their identity, with the count of their restarts.
stable() {
  k get pods -l 'app.kubernetes.io/name in (platform-api,telemetry-worker,mqtt-ingestion-worker),!sens-platform/track' \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[*].restartCount}{"\n"}{end}' | sort
}
# untouched BEFORE: they are those of before, and all are ready.
untouched() {
  [ "$(stable)" = "$1" ] || die "the other pods are not as they were: $1; now: $(stable)"
  for name in deployment/sens-platform-api deployment/sens-telemetry-worker statefulset/sens-mqtt-ingestion-worker; do
    rolled_out "$name" || die "$name is not as it was"
  done
}

first_pod() { k get pods -l "app.kubernetes.io/name=$1,sens-platform/track=canary" "${@:2}"; }
judged() { k logs -l "app.kubernetes.io/name=$1,sens-platform/track=canary" -c judge --tail=-1 2>/dev/null; }
is_stopped() { judged "$1" | grep -q '^stop: '; }
verdict() { judged "$1" | sed -n 's/^stop: //p' | head -n 1; }
# takes_load BOOLEAN: whether the Service sends requests to the API's first pod.
takes_load() {
  local address
  address="$(first_pod platform-api -o 'jsonpath={.items[0].status.podIP}')"
  [ -n "$address" ] && [ "$(k get endpointslices -l kubernetes.io/service-name=sens-platform-api -o "jsonpath={.items[*].endpoints[?(@.addresses[0]==\"$address\")].conditions.ready}")" = "$1" ]
}
first_available() {
  for name in platform-api telemetry-worker; do
    k rollout status "deployment/sens-$name-canary" --timeout=180s >/dev/null || die "the first pod of $name does not become available: $(judged "$name")"
  done
}
only_stable() { [ -z "$(k get pods -l sens-platform/track=canary -o name)" ]; }

# entered NUMBER: what the API answers when so many devices are entered, each answer with its count.
entered() {
  local key now
  key="$(k get secret sens-api -o jsonpath='{.data.bootstrap-key}' | base64 -d)"
  now="$(date +%s%N)"
  for number in $(seq "$1"); do
    edge api.sens.localhost /v1/devices --output /dev/null --write-out '%{http_code}\n' --header "Authorization: Bearer $key" \
      --json "{\"serial\": \"first-$now-$number\"}"
  done | sort | uniq -c | awk '{ printf "%s%d times %s", sep, $1, $2; sep = ", " }'
}

verification_ended() { k get jobs -l app.kubernetes.io/name=test -o jsonpath='{.items[*].status.conditions[?(@.status=="True")].type}' | grep -qE 'Complete|Failed'; }

# first_pods_then_all: a good version: its first pods under load, then all, verification, the deployment log.
first_pods_then_all() {
  say "a version by its first pods, then everywhere"
  release upgrade "$CHART" "$tag"
  load_start first 6000 100
  go_first --set "global.imageTag=$tag,canary.imageTag=$next"
  seconds_of first_available
  note "the first pods of platform-api and telemetry-worker are available after $TOOK s: $(judged telemetry-worker | tail -n 1)"
  ready_tag "$tag" || die "the others changed with the first pods"
  seconds_of release upgrade "$CHART" "$next"
  ready_tag "$next" || die "the upgrade did not bring $next"
  note "then everywhere in $TOOK s"
  load_compare first 6000
  release upgrade "$CHART" "$next" --set verification.enabled=true,verification.loadMessages=200
  until_true 180 "the verification ends" verification_ended
  api "/v1/deployments?limit=1" >"$work/deployments.json"
  "$PYTHON" - "$work/deployments.json" "$next" >"$work/deployment.txt" <<'PYTHON' || die "the deployment log has no verified deployment of $next: $(cat "$work/deployments.json")"
import json, sys
newest = json.load(open(sys.argv[1]))["items"][0]
assert newest["verified"] is True and newest["to"]["version"] == sys.argv[2], newest
print(f"deployment log: {newest['action']} {newest['to']['version']}, {len(newest['checks'])} checks passed")
PYTHON
  note "$(cat "$work/deployment.txt")"
  release upgrade "$CHART" "$next"
}

# stop_broken: a version whose API answers some requests with 500 and whose worker stores nothing, under load.
stop_broken() {
  if [ -z "${broken:-}" ]; then
    note "a version that fails: not tried, see --broken"
    return
  fi
  say "a version that fails, under load"
  release upgrade "$CHART" "$next"
  local before answers=""
  before="$(stable)"
  load_start broken 9000 100
  go_first --set "global.imageTag=$next,canary.imageTag=$broken,canary.seconds=$STOPPED_WITHIN"
  until_true 90 "the API's first pod takes its share" takes_load true
  until_true 60 "its judge finds that requests fail" fails_requests
  until_true 30 "it takes no more requests" takes_load false
  until_true 90 "the judge of the worker's first pod stops it" is_stopped telemetry-worker
  answers="$(entered 20)"
  [ "$answers" = "20 times 201" ] || die "20 requests after the stop: $answers"
  untouched "$before"
  note "a version that fails: platform-api stopped ($(verdict platform-api)), telemetry-worker stopped ($(verdict telemetry-worker)); the other pods are the same"
  seconds_of h rollback sens --wait --timeout 5m >/dev/null
  until_true 60 "its first pods go" only_stable
  untouched "$before"
  note "back in $TOOK s, the other pods are the same"
  load_compare broken 9000
}
fails_requests() { entered 10 >/dev/null && is_stopped platform-api; }

# stop_rule: a worker that breaks a rule, which nobody could keep, gives back what it holds, under load.
stop_rule() {
  say "a worker that breaks a rule, under load"
  release upgrade "$CHART" "$next"
  local before
  before="$(stable)"
  load_start rule 9000 100
  go_first --set "global.imageTag=$next,canary.components={telemetry-worker},canary.seconds=$STOPPED_WITHIN" --set-json canary.rules.maxIngestSeconds=0.0000001
  until_true 120 "its judge finds the broken rule" is_stopped telemetry-worker
  until_true 30 "it stands down" stands_down
  untouched "$before"
  note "a worker that breaks a rule: stopped ($(verdict telemetry-worker)), stands down; the other pods are the same"
  load_compare rule 9000
  release upgrade "$CHART" "$next"
  until_true 60 "it goes" only_stable
}
stands_down() { k logs -l app.kubernetes.io/name=telemetry-worker,sens-platform/track=canary -c telemetry-worker --tail=-1 | grep -q 'standing down'; }
