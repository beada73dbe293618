# shellcheck shell=bash
# Installing, measuring, testing, upgrading. Sourced by scripts/chart-e2e.
: "${work:?}" "${CHART:?}" "${registry:?}" "${tag:?}" "${next:?}" "${from:?}"

READY_SECONDS=60 IDLE_MB=150

# release COMMAND CHART TAG [ARGUMENTS...]: installs or upgrades and waits until everything is ready.
release() {
  local command="$1" chart="$2" version="$3"
  shift 3
  # Verification publishes by itself, which would be in the way of what is counted here; older charts have none.
  ! grep -q '^verification:' "$chart/values.yaml" || set -- --set verification.enabled=false "$@"
  h "$command" sens "$chart" --values "$chart/values-local.yaml" --values "$work/values.yaml" --set global.imageTag="$version" \
    --wait --timeout 5m "$@" >"$work/helm.txt" 2>&1 || { cat "$work/helm.txt" >&2; die "helm $command failed: see above"; }
  ! grep -q 'would violate PodSecurity' "$work/helm.txt" || { cat "$work/helm.txt" >&2; die "pods are not restricted: see above"; }
}

install_first() {
  say "installing the chart of ${from} with $tag"
  seconds_of release install "$work/from/$CHART" "$tag"
  note "ready $TOOK s after helm install"
  [ "$TOOK" -le "$READY_SECONDS" ] || die "it took $TOOK s until everything was ready, more than $READY_SECONDS"
}

# has_metrics: whether the cluster measures pods.
has_metrics() { kubectl get --raw /apis/metrics.k8s.io/v1beta1 >/dev/null 2>&1; }

measured_all() {
  local pods measured
  pods="$(k get pods --field-selector status.phase=Running --no-headers 2>/dev/null | wc -l)"
  measured="$(k top pods --no-headers 2>/dev/null | wc -l)"
  [ "$measured" -ge "$pods" ]
}

measure_idle() {
  if ! has_metrics; then
    note "memory of idle pods: not measured, the cluster has no metrics server"
    return
  fi
  until_true 120 "the metrics of all pods" measured_all
  k top pods --no-headers | tee "$work/memory.txt" >&2
  local mb
  mb="$(awk '$1 !~ /timescaledb/ { sub("Mi", "", $3); sum += $3 } END { print sum }' "$work/memory.txt")"
  note "memory of all idle pods without the database: $mb MiB"
  [ "$mb" -lt "$IDLE_MB" ] || die "idle pods use $mb MiB, more than $IDLE_MB"
}

helm_tests() {
  say "helm test"
  h test sens --timeout 5m >"$work/test.txt" 2>&1 || {
    cat "$work/test.txt" >&2
    for name in health function security load; do k logs "sens-test-$name" >&2 2>/dev/null || true; done
    die "helm test fails: see above"
  }
  note "helm tests: $(grep -c 'Phase: *Succeeded' "$work/test.txt") succeeded"
}

ready_tag() { [ "$(k get deployment sens-platform-api -o jsonpath='{.spec.template.spec.containers[0].image}')" = "$(image_of "$1")" ]; }
image_of() { case "$registry" in *[.:]*/*) printf '%s' "$registry" ;; *) printf 'docker.io/%s' "$registry" ;; esac; printf '/platform-api:%s' "$1"; }

upgrade_and_back_under_load() {
  say "upgrade to the chart here with $next, and back, under load"
  load_start upgrade 9000 100
  seconds_of release upgrade "$CHART" "$next"
  ready_tag "$next" || die "the upgrade did not bring $next"
  note "upgraded under load in $TOOK s"
  seconds_of h rollback sens 1 --wait --timeout 5m >/dev/null
  ready_tag "$tag" || die "the rollback did not bring $tag back"
  note "rolled back under load in $TOOK s"
  load_compare upgrade 9000
  helm_tests
  release upgrade "$CHART" "$next"
  ready_tag "$next" || die "the upgrade did not bring $next"
}

# leftovers: what is in the namespace, besides what Kubernetes and this script put there.
leftovers() {
  local kind
  for kind in $(kubectl api-resources --verbs=list --namespaced -o name | grep -vE '^(events|events\.events\.k8s\.io|pods\.metrics\.k8s\.io)$'); do
    k get "$kind" -o name --ignore-not-found 2>/dev/null
  done | grep -vE '^(serviceaccount/default|configmap/(kube-root-ca\.crt|e2e-sample)|secret/e2e-provisioning)$' || true
}

nothing_left() { [ -z "$(leftovers)" ]; }

uninstall_all() {
  say "uninstall"
  k delete job -l sens-e2e --wait >/dev/null
  h uninstall sens --wait --timeout 3m >/dev/null
  for _ in $(seq 90); do
    ! nothing_left || break
    sleep 1
  done
  nothing_left || die "left after the uninstallation: $(leftovers | tr '\n' ' ')"
  note "nothing is left after helm uninstall"
}
