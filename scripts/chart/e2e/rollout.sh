# shellcheck shell=bash
# Verification of a rollout, and a new version that is stopped. Sourced by scripts/chart-e2e.
# shellcheck disable=SC2329 # until_true calls functions by name
: "${work:?}" "${CHART:?}" "${next:?}"

verification_ended() { k get jobs -l app.kubernetes.io/name=test -o jsonpath='{.items[*].status.conditions[?(@.status=="True")].type}' | grep -qE 'Complete|Failed'; }

verify_rollout() {
  say "verification after a rollout, and the deployment log"
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
}

canary_pod() { k get pods -l app.kubernetes.io/name=platform-api,sens-platform/track=canary "$@"; }
judge_ready() { [ "$(canary_pod -o 'jsonpath={.items[*].status.containerStatuses[?(@.name=="judge")].ready}')" = "$1" ]; }
# takes_load: whether the Service sends requests to the pod that goes first.
takes_load() {
  local address
  address="$(canary_pod -o 'jsonpath={.items[0].status.podIP}')"
  [ "$(k get endpointslices -l kubernetes.io/service-name=sens-platform-api -o "jsonpath={.items[*].endpoints[?(@.addresses[0]==\"$address\")].conditions.ready}")" = "$1" ]
}
asked() { for _ in $(seq 20); do api /v1/overview >/dev/null || true; done; judge_ready false; }

# stop_canary: with rules that nobody keeps the pod that goes first is taken out; with sane ones it becomes available.
stop_canary() {
  say "a version that breaks a rule"
  local options="canary.enabled=true,canary.components={platform-api},canary.seconds=20,canary.everySeconds=2"
  # Without --wait: it would wait for what is not to come.
  h upgrade sens "$CHART" --values "$CHART/values-local.yaml" --values "$work/values.yaml" --set "global.imageTag=$next,verification.enabled=false" \
    --set "$options,canary.rules.maxRequestSeconds=0.0000001,canary.rules.fewest=5" >"$work/helm.txt" 2>&1 || { cat "$work/helm.txt" >&2; die "helm upgrade failed: see above"; }
  until_true 90 "the pod that goes first takes its share" takes_load true
  until_true 120 "its judge finds the broken rule" asked
  until_true 30 "it takes no more load" takes_load false
  rolled_out deployment/sens-platform-api || die "the other pods are not as they were"
  note "canary: $(k logs -l sens-platform/track=canary -c judge --tail=1); it takes no load, the others do"
  release upgrade "$CHART" "$next" --set "$options"
  note "canary: available after it kept the rules for 20 s"
  release upgrade "$CHART" "$next"
}
