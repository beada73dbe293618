# shellcheck shell=bash
# Talking to the cluster. Sourced by scripts/chart-e2e.
# shellcheck disable=SC2034 # what is set here is read by the other parts
: "${work:?}" "${NAMESPACE:?}" "${registry:?}" "${tag:?}" "${ingress:?}" "${PYTHON:?}"

FORWARD_PID="" EDGE=""

k() { kubectl --namespace "$NAMESPACE" "$@"; }
h() { helm --namespace "$NAMESPACE" "$@"; }

# note TEXT: a line of the report.
note() {
  say "$*"
  printf '%s\n' "$*" >>"$work/report.txt"
}

# seconds_of COMMAND...: runs it; TOOK is how long it took.
seconds_of() {
  local started
  started="$(date +%s.%N)"
  "$@"
  TOOK="$(awk -v a="$started" -v b="$(date +%s.%N)" 'BEGIN { printf "%.0f", b - a }')"
}

# until_true SECONDS WHAT COMMAND...
until_true() {
  local deadline=$((SECONDS + $1)) what="$2"
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || die "$what: not within the time"
    sleep 1
  done
}

prepare() {
  kubectl create namespace "$NAMESPACE" >/dev/null
  kubectl label namespace "$NAMESPACE" pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null
  local other
  for other in "$NAMESPACE-elsewhere" "$NAMESPACE-monitoring"; do kubectl create namespace "$other" >/dev/null; done
  k create configmap e2e-sample --from-file=payloads=tests/samples/flat-events.payloads >/dev/null
  cat >"$work/values.yaml" <<YAML
global: {imageRegistry: "$registry", imagePullPolicy: IfNotPresent}
# The mock broker keeps nothing when its pod goes: an upgrade is not to replace it.
mqtt: {mock: {image: {tag: "$tag"}, simulator: {devices: 0}}}
provisioning: {existingSecret: e2e-provisioning}
YAML
  case "$registry" in *[.:]*/*) ;; *) sed -i "s|\"$registry\"|\"docker.io/$registry\"|" "$work/values.yaml" ;; esac
  [ -z "$stand_ins" ] || cat >>"$work/values.yaml" <<YAML
timescaledb: {runAsUser: 65532, image: {repository: docker.io/sens-base/postgres, tag: local}}
nats: {runAsUser: 65532, image: {repository: docker.io/sens-base/nats, tag: local}}
YAML
  # The devices of the sample made their tokens with this secret.
  k create secret generic e2e-provisioning --from-literal=secret="$(field secret <tests/samples/flat-events.expected.json)" >/dev/null
}

# finish: shows what is wrong after a failure, and takes everything away.
finish() {
  local status=$?
  stop_asking
  [ -z "$FORWARD_PID" ] || { kill "$FORWARD_PID" && wait "$FORWARD_PID"; } 2>/dev/null || true
  if [ "$status" != 0 ]; then
    k get pods,pvc,job -o wide >&2 || true
    k get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 20 >&2 || true
  fi
  if [ -n "$keep" ] && [ "$status" != 0 ]; then
    say "left as it is: namespaces $NAMESPACE, $NAMESPACE-elsewhere, $NAMESPACE-monitoring"
  else
    h uninstall sens --wait --timeout 3m >/dev/null 2>&1 || true
    kubectl delete namespace "$NAMESPACE" "$NAMESPACE-elsewhere" "$NAMESPACE-monitoring" --ignore-not-found --timeout=180s >/dev/null 2>&1 || true
  fi
  exit "$status"
}

# forward: a way to the Ingress controller from here, EDGE, which is made again when it breaks; call it in the main shell.
forward() {
  local port
  port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  EDGE="http://127.0.0.1:$port"
  (
    trap 'kill "$child" 2>/dev/null; exit' TERM
    while true; do
      kubectl --namespace "${ingress%/*}" port-forward "service/${ingress#*/}" "$port:80" >>"$work/forward.txt" 2>&1 &
      child=$!
      wait "$child" || sleep 0.5
    done
  ) &
  FORWARD_PID=$!
  until_true 30 "a way to the Ingress controller ${ingress}" curl --silent --output /dev/null --max-time 5 "$EDGE/"
}

# edge HOST PATH [CURL ARGUMENTS...]: a request through the Ingress controller, again where the way to it broke.
edge() {
  local status=0
  for _ in 1 2 3 4 5; do
    status=0
    curl --silent --show-error --max-time 10 --header "Host: $1" "${@:3}" "$EDGE$2" || status=$?
    case "$status" in 7 | 28 | 52 | 56) sleep 1 ;; *) break ;; esac
  done
  return "$status"
}

# api PATH: JSON of the API, with the admin key.
api() {
  edge api.sens.localhost "$1" --fail --header "Authorization: Bearer $(k get secret sens-api -o jsonpath='{.data.bootstrap-key}' | base64 -d)"
}

# field PATH...: a value of the JSON on standard input.
field() {
  python3 -c 'import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]: value = value[key]
print(value)' "$@"
}

# simulator NAME ARGUMENTS...: a Job of device-simulator, with the labels and the rights of the helm tests.
simulator() {
  local name="$1"
  shift
  "$PYTHON" scripts/chart/e2e/job.py "$name" "$registry/device-simulator:$tag" "$@" | k apply -f - >/dev/null
}

# simulated NAME: waits for the Job and prints what it said.
simulated() {
  local name="$1" state=""
  for _ in $(seq 300); do
    state="$(k get job "$name" -o jsonpath='{.status.conditions[?(@.status=="True")].type}')"
    case "$state" in *Complete* | *Failed*) break ;; esac
    sleep 1
  done
  k logs "job/$name" --tail=-1
  case "$state" in *Complete*) ;; *) return 1 ;; esac
}
