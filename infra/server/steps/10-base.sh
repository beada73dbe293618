# shellcheck shell=bash
# Packages, time, kernel settings, the journal.
: "${SERVER:?}"

PACKAGES=(ca-certificates curl nftables openssh-server unattended-upgrades apt-listchanges systemd-timesyncd iptables open-iscsi nfs-common logrotate)

apply_base() {
  packages "${PACKAGES[@]}"
  put 644 /etc/sysctl.d/90-sens.conf <"$SERVER/files/sysctl.conf" && { ! booted || sysctl --quiet --system; }
  put 644 /etc/modules-load.d/sens.conf <<<$'overlay\nbr_netfilter' && { ! booted || systemctl restart systemd-modules-load; }
  put 644 /etc/systemd/journald.conf.d/sens.conf <<<$'[Journal]\nSystemMaxUse=1G\nMaxRetentionSec=30day' && restart systemd-journald
  if [ "$(readlink -f /etc/localtime)" != /usr/share/zoneinfo/Etc/UTC ] && [ "$(readlink -f /etc/localtime)" != /usr/share/zoneinfo/UTC ]; then
    ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime
    changed "the time zone is UTC"
  fi
  enabled systemd-timesyncd.service
}

verify_base() {
  local name
  for name in "${PACKAGES[@]}"; do check "package $name" is_installed "$name"; done
  check "kernel settings are installed" cmp "$SERVER/files/sysctl.conf" /etc/sysctl.d/90-sens.conf
  live "the kernel has them" is "$(sysctl -n kernel.panic 2>/dev/null || true)" 10
  check "the time zone is UTC" is "$(date +%z)" +0000
  check "time is kept" systemctl is-enabled --quiet systemd-timesyncd.service
  live "the clock is synchronised" is "$(timedatectl show -p NTPSynchronized --value 2>/dev/null || true)" yes
}
