# shellcheck shell=bash
# Who reaches whom, and what is published. Sourced by scripts/chart-e2e.
: "${work:?}" "${CHART:?}" "${registry:?}" "${next:?}"

probes() { kubectl get pods --all-namespaces -l sens-e2e=probe "$@"; }
probes_done() { [ -z "$(probes --field-selector status.phase!=Succeeded,status.phase!=Failed -o name)" ]; }

# try_connections: a pod with the labels of each component, a stranger and others try every port; with simulated devices, so
# that their policy is there too.
try_connections() {
  say "trying every connection"
  release upgrade "$CHART" "$next" --set mqtt.mock.simulator.devices=5
  h get manifest sens >"$work/manifest.yaml"
  h get hooks sens >>"$work/manifest.yaml"
  k get pods -l app.kubernetes.io/instance=sens --field-selector status.phase=Running \
    -o jsonpath='{range .items[*]}{.metadata.labels.app\.kubernetes\.io/name} {.status.podIP}{"\n"}{end}' >"$work/addresses.txt"
  "$PYTHON" scripts/chart/pairs.py "$work/manifest.yaml" "$registry/device-simulator:$next" IfNotPresent \
    <"$work/addresses.txt" >"$work/probes.yaml" 2>"$work/pairs.txt"
  kubectl apply -f "$work/probes.yaml" >/dev/null
  until_true 180 "the probes finish" probes_done
  local namespace name faults="" opened closed
  : >"$work/connections.txt"
  while read -r namespace name; do
    { printf '%s:\n' "$name" && kubectl --namespace "$namespace" logs "$name"; } >>"$work/connections.txt"
  done < <(probes --no-headers -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name)
  faults="$(grep -c '^FAIL' "$work/connections.txt" || true)"
  opened="$(grep -c '^ok .*: open$' "$work/connections.txt" || true)"
  closed="$(grep -c '^ok .*: closed' "$work/connections.txt" || true)"
  [ "$faults" = 0 ] || { grep -E '^(FAIL|probe-)' "$work/connections.txt" >&2; die "$faults connections are not as the policies want: see above"; }
  [ "$opened" -gt 0 ] && [ "$closed" -gt 0 ] || { cat "$work/connections.txt" >&2; die "the probes tried nothing: see above"; }
  note "connections: $(cat "$work/pairs.txt"); $opened allowed ones open, $closed forbidden ones refused"
  kubectl delete -f "$work/probes.yaml" --wait >/dev/null
}

# answers HOST PATH: `status content-type first-bytes` of a request without a key.
answers() { edge "$1" "$2" --output "$work/body" --write-out '%{http_code} %{content_type}' 2>/dev/null || printf ' no answer'; }

expect() { # HOST PATH STATUS
  local answer
  answer="$(answers "$1" "$2")"
  [ "${answer%% *}" = "$3" ] || die "http://$1$2 answers '$answer' instead of $3"
  tried=$((tried + 1))
}

# hidden HOST PATH: the Ingress controller itself says that there is nothing; nothing of ours answers.
hidden() {
  expect "$1" "$2" 404
  ! grep -qE 'request_id|<html' "$work/body" || die "http://$1$2 reaches a service: $(head -c 200 "$work/body")"
}

try_ingress() {
  say "what the Ingress publishes"
  local tried=0 path
  for path in /health /health/live /health/ready /version /openapi.json /docs; do expect api.sens.localhost "$path" 200; done
  for path in /v1/whoami /v1/devices /v1/overview /v1/api-keys; do expect api.sens.localhost "$path" 401; done
  for path in / /metrics /health/other /v2 /admin /debug/pprof; do hidden api.sens.localhost "$path"; done
  # Some controllers take a prefix by its letters; there is nothing there either.
  for path in /v10 /docs-of-others; do expect api.sens.localhost "$path" 404; done
  expect docs.sens.localhost / 200
  expect docs.sens.localhost /how-to/run-services/ 200
  expect docs.sens.localhost /metrics 404
  expect console.sens.localhost / 200
  expect console.sens.localhost /v1/whoami 401
  expect console.sens.localhost /version 200
  for path in / /v1/whoami /metrics; do hidden other.sens.localhost "$path"; done
  note "Ingress: $tried requests to published and unpublished paths answered as wanted"
}
