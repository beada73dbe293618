# shellcheck shell=bash
# k3s: one server, ready for more (embedded etcd).
: "${SERVER:?}" "${changes:?}" "${K3S_VERSION:?}"

K3S=/usr/local/bin/k3s

# architecture: as k3s names it, with the suffix of its file.
k3s_file() { case "$(uname -m)" in x86_64) printf 'k3s amd64' ;; aarch64) printf 'k3s-arm64 arm64' ;; *) die "k3s is not made for $(uname -m)" ;; esac; }

k3s_version() { "$K3S" --version 2>/dev/null | sed -n 's/^k3s version \([^ ]*\).*/\1/p'; }

# fetch_k3s FILE: by the release's own list of checksums, and by ours where there is one.
fetch_k3s() {
  local base="https://github.com/k3s-io/k3s/releases/download/${K3S_VERSION/+/%2B}" name architecture sum
  read -r name architecture <<<"$(k3s_file)"
  if [ -n "${K3S_BINARY:-}" ]; then
    cp "$K3S_BINARY" "$1"
  else
    curl -fsSL --retry 3 -o "$1" "$base/$name" || die "k3s $K3S_VERSION cannot be fetched from $base"
    sum="$(curl -fsSL --retry 3 "$base/sha256sum-$architecture.txt" | awk -v name="$name" '$2 == name { print $1 }')"
    [ -n "$sum" ] || die "the release's list of checksums does not name $name"
    echo "$sum  $1" | sha256sum --check --quiet || die "k3s $K3S_VERSION is not what its release's list of checksums says"
  fi
  [ -z "${K3S_SHA256:-}" ] || echo "$K3S_SHA256  $1" | sha256sum --check --quiet || die "k3s is not the one that K3S_SHA256 names"
}

k3s_config() {
  cat "$SERVER/files/k3s.yaml"
  [ -z "${TLS_SANS:-}" ] || printf 'tls-san:\n'
  local name
  for name in ${TLS_SANS:-}; do printf '  - %s\n' "$name"; done
}

apply_k3s() {
  local before="$changes" new
  if [ "$(k3s_version)" != "$K3S_VERSION" ]; then
    new="$(mktemp)"
    fetch_k3s "$new"
    install -m 755 "$new" "$K3S"
    rm "$new"
    [ "$(k3s_version)" = "$K3S_VERSION" ] || die "this k3s says that it is $(k3s_version), and K3S_VERSION is $K3S_VERSION"
    changed "k3s $K3S_VERSION"
  fi
  local tool
  for tool in kubectl crictl ctr; do
    [ "$(readlink "/usr/local/bin/$tool" 2>/dev/null)" = k3s ] || { ln -sfn k3s "/usr/local/bin/$tool" && changed "/usr/local/bin/$tool"; }
  done
  put 600 /etc/rancher/k3s/config.yaml < <(k3s_config) || true
  put 600 /etc/rancher/k3s/audit-policy.yaml <"$SERVER/files/audit-policy.yaml" || true
  put 600 /var/lib/rancher/k3s/server/manifests/sens-traefik.yaml <"$SERVER/files/traefik.yaml" || true
  put 644 /etc/systemd/system/k3s.service <"$SERVER/files/k3s.service" && { ! booted || systemctl daemon-reload; }
  enabled k3s.service
  if [ "$changes" != "$before" ] && booted; then
    systemctl restart k3s
    local second
    for second in $(seq 120); do
      if kubectl get --raw /readyz >/dev/null 2>&1; then break; fi
      [ "$second" != 120 ] || die "k3s is not ready after 120 s: journalctl -u k3s"
      sleep 1
    done
  fi
}

verify_k3s() {
  check "k3s is $K3S_VERSION" is "$(k3s_version)" "$K3S_VERSION"
  check "its configuration is that of the settings" is "$(k3s_config)" "$(cat /etc/rancher/k3s/config.yaml 2>/dev/null || true)"
  check "nobody else reads it" mode /etc/rancher/k3s/config.yaml 600
  check "it starts at boot" systemctl is-enabled --quiet k3s.service
  live "the API server is ready" kubectl get --raw /readyz
  live "the node is ready" kubectl wait --for=condition=Ready node --all --timeout=5s
  live "Secrets are encrypted on disk" bash -c "k3s secrets-encrypt status | grep -q 'Encryption Status: Enabled'"
  live "Traefik runs" kubectl -n kube-system rollout status deployment/traefik --timeout=5s
  live "there is a storage class by default" bash -c "kubectl get storageclass local-path -o yaml | grep -q 'is-default-class: \"true\"'"
  live "kubeconfig is for root alone" mode /etc/rancher/k3s/k3s.yaml 600
}
