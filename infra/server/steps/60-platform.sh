# shellcheck shell=bash
# cert-manager, by the Helm controller that k3s brings. Argo CD is installed by bootstrap/install of the infrastructure repository, which has its
# settings and its policy.
: "${SERVER:?}" "${CERT_MANAGER_VERSION:?}"

MANIFESTS=/var/lib/rancher/k3s/server/manifests

apply_platform() {
  put 600 "$MANIFESTS/sens-cert-manager.yaml" < <(sed "s/@VERSION@/$CERT_MANAGER_VERSION/" "$SERVER/files/cert-manager.yaml") || true
  [ -z "${GITOPS:-}" ] || ! booted || KUBECONFIG=/etc/rancher/k3s/k3s.yaml "$GITOPS/bootstrap/install"
}

verify_platform() {
  check "cert-manager is $CERT_MANAGER_VERSION" grep -q "version: $CERT_MANAGER_VERSION\$" "$MANIFESTS/sens-cert-manager.yaml"
  live "cert-manager runs" kubectl -n cert-manager rollout status deployment/cert-manager-webhook --timeout=5s
  live "Argo CD runs (bootstrap/install of the infrastructure repository)" kubectl -n argocd rollout status deployment/argocd-server --timeout=5s
  live "nobody but a person syncs production" bash -c "! kubectl -n argocd get application sens-production -o jsonpath='{.spec.syncPolicy.automated}' | grep -q ."
}
