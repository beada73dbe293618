# shellcheck shell=bash
# The state of k3s, to storage outside of this host.
: "${changes:?}" "${BACKUP_KEEP:?}"

BACKUP=/etc/rancher/k3s/config.yaml.d/20-backup.yaml

backup_config() {
  cat <<YAML
etcd-snapshot-schedule-cron: "17 */6 * * *"
etcd-snapshot-retention: $BACKUP_KEEP
etcd-snapshot-compress: true
etcd-s3: true
etcd-s3-endpoint: "$BACKUP_ENDPOINT"
etcd-s3-bucket: "$BACKUP_BUCKET"
etcd-s3-region: "${BACKUP_REGION:-us-east-1}"
etcd-s3-folder: "$(hostname)"
etcd-s3-access-key: "$BACKUP_ACCESS_KEY"
etcd-s3-secret-key: "$BACKUP_SECRET_KEY"
YAML
}

apply_backup() {
  local before="$changes"
  if [ -n "${BACKUP_ENDPOINT:-}" ]; then put 600 "$BACKUP" < <(backup_config) || true; else absent "$BACKUP" || true; fi
  [ "$changes" = "$before" ] || restart k3s
}

verify_backup() {
  check "there is a place for backups outside of this host" test -n "${BACKUP_ENDPOINT:-}"
  [ -n "${BACKUP_ENDPOINT:-}" ] || return 0
  check "k3s knows it" is "$(backup_config)" "$(cat "$BACKUP" 2>/dev/null || true)"
  check "nobody else reads its keys" mode "$BACKUP" 600
  live "a snapshot can be put there" k3s etcd-snapshot save --name verify
}
