# shellcheck shell=bash
# Scaling by load. Sourced by scripts/chart-e2e.
: "${CHART:?}" "${next:?}"

HPA_MAXIMUM=3 ASKING_PID=""

replicas_of() { k get deployment "sens-$1" -o jsonpath='{.status.readyReplicas}'; }
more_than_one() { [ "$(replicas_of "$1")" -gt 1 ]; }
only_one() { [ "$(replicas_of "$1")" = 1 ]; }
hpa_measures() { k get hpa "sens-$1" -o jsonpath='{.status.currentMetrics[0].resource.current.averageUtilization}' | grep -q .; }

scale_by_load() {
  if ! has_metrics; then
    note "scaling: not tried, the cluster has no metrics server"
    return
  fi
  say "scaling by load"
  local component options=()
  for component in telemetry-worker platform-api; do
    options+=(--set "components.$component.autoscaling.enabled=true,components.$component.autoscaling.maxReplicas=$HPA_MAXIMUM,components.$component.autoscaling.scaleDownAfterSeconds=15")
  done
  release upgrade "$CHART" "$next" "${options[@]}"
  for component in telemetry-worker platform-api; do until_true 120 "the autoscaler of $component measures" hpa_measures "$component"; done
  load_start scale 30000 300
  ask_all_the_time &
  ASKING_PID=$!
  seconds_of until_true 240 "telemetry-worker gets more pods" more_than_one telemetry-worker
  note "telemetry-worker: $(replicas_of telemetry-worker) ready pods $TOOK s after the load began"
  until_true 240 "platform-api gets more pods" more_than_one platform-api
  note "platform-api: $(replicas_of platform-api) ready pods under load"
  stop_asking
  load_compare scale 30000
  for component in telemetry-worker platform-api; do until_true 300 "$component gets back to one pod" only_one "$component"; done
  note "back to one pod each when the load was over"
}

stop_asking() {
  [ -z "$ASKING_PID" ] || { kill "$ASKING_PID" && wait "$ASKING_PID"; } 2>/dev/null || true
  ASKING_PID=""
}

# ask_all_the_time: load for the API, until it is killed.
ask_all_the_time() {
  local key urls=()
  key="$(k get secret sens-api -o jsonpath='{.data.bootstrap-key}' | base64 -d)"
  for _ in $(seq 50); do urls+=(--output /dev/null "$EDGE/v1/overview"); done
  while true; do
    curl --silent --parallel --parallel-max 25 --max-time 30 --header 'Host: api.sens.localhost' --header "Authorization: Bearer $key" "${urls[@]}" || sleep 0.2
  done
}
