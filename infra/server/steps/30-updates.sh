# shellcheck shell=bash
# Security updates by themselves.
: "${SERVER:?}" "${REBOOT_AT:?}"

apply_updates() {
  put 644 /etc/apt/apt.conf.d/52sens-unattended-upgrades < <(sed "s/@REBOOT_AT@/$REBOOT_AT/" "$SERVER/files/unattended-upgrades.conf") || true
  put 644 /etc/apt/apt.conf.d/20auto-upgrades <<<$'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";' || true
  enabled apt-daily.timer
  enabled apt-daily-upgrade.timer
}

verify_updates() {
  check "updates every day" apt_says APT::Periodic::Unattended-Upgrade 1
  check "restart at $REBOOT_AT when needed" apt_says Unattended-Upgrade::Automatic-Reboot-Time "$REBOOT_AT"
  check "only security updates" test -z "$(apt-config dump | grep -E '^Unattended-Upgrade::(Origins-Pattern|Allowed-Origins)::' | grep -viE 'security|esm' || true)"
  check "the timers start at boot" systemctl is-enabled --quiet apt-daily-upgrade.timer
  check "unattended-upgrade takes its configuration" unattended-upgrade --dry-run
}
apt_says() { [ "$(apt-config dump --format '%v%n' "$1")" = "$2" ]; }
