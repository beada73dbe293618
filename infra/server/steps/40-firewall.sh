# shellcheck shell=bash
# The firewall: a table of its own, so that k3s's tables stay as they are.
: "${SERVER:?}" "${changes:?}" "${SSH_PORT:?}" "${ADMIN_FROM:?}"

FIREWALL=/etc/sens-server/firewall.nft

# elements ADDRESS...: those of a set.
elements() { [ $# = 0 ] || (IFS=, && printf 'elements = { %s }' "$*"); }

# firewall_rules: with what the settings say filled in; one set of addresses for each family.
firewall_rules() {
  local address four=() six=()
  for address in $ADMIN_FROM; do case "$address" in *:*) six+=("$address") ;; *) four+=("$address") ;; esac; done
  sed -e "s/@SSH_PORT@/$SSH_PORT/" -e "s#@ADMIN_FOUR@#$(elements "${four[@]}")#" -e "s#@ADMIN_SIX@#$(elements "${six[@]}")#" "$SERVER/files/firewall.nft"
}

apply_firewall() {
  local before="$changes"
  if put 600 "$FIREWALL" < <(firewall_rules); then nft -c -f "$FIREWALL" || { rm "$FIREWALL" && die "nft refuses the rules: see above"; }; fi
  put 644 /etc/systemd/system/sens-firewall.service <"$SERVER/files/sens-firewall.service" && { ! booted || systemctl daemon-reload; }
  enabled sens-firewall.service
  [ "$changes" = "$before" ] || restart sens-firewall
  # Debian's own unit would flush what k3s made.
  if systemctl is-enabled --quiet nftables.service 2>/dev/null; then
    systemctl disable --quiet nftables.service
    changed "nftables.service is disabled: sens-firewall.service takes its place"
  fi
}

verify_firewall() {
  check "the rules are those of the settings" is "$(firewall_rules)" "$(cat "$FIREWALL" 2>/dev/null || true)"
  check "nft takes them" nft -c -f "$FIREWALL"
  check "they are loaded at boot" systemctl is-enabled --quiet sens-firewall.service
  check "nothing flushes k3s's rules" test "$(systemctl is-enabled nftables.service 2>/dev/null || true)" != enabled
  live "they are loaded" nft list table inet sens_server
}
