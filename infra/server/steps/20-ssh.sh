# shellcheck shell=bash
# SSH by key only.
: "${SERVER:?}" "${SSH_PORT:?}"

# somebody_has_a_key: root, or anybody who may become root.
somebody_has_a_key() {
  local file
  for file in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
    if [ -s "$file" ] && grep -qE '^[^#]*(ssh-|ecdsa-|sk-)' "$file"; then return; fi
  done
  return 1
}

apply_ssh() {
  somebody_has_a_key || die "nobody has a key in an authorized_keys file: passwords would be off and nobody could come in; add one first"
  if put 644 /etc/ssh/sshd_config.d/10-sens.conf < <(sed "s/@PORT@/$SSH_PORT/" "$SERVER/files/sshd.conf"); then
    mkdir -p /run/sshd
    sshd -t || die "sshd refuses its configuration: see above"
    restart ssh
  fi
  enabled ssh.service
}

verify_ssh() {
  mkdir -p /run/sshd
  check "somebody has a key" somebody_has_a_key
  check "sshd takes its configuration" sshd -t
  check "no passwords" sshd_says passwordauthentication no
  check "root by key only" sshd_says permitrootlogin without-password
  check "SSH listens on $SSH_PORT" sshd_says port "$SSH_PORT"
  check "SSH starts at boot" systemctl is-enabled --quiet ssh.service
}
# sshd_says KEY VALUE: in force, whatever file says it.
sshd_says() { grep -qx "$1 $2" <<<"$(sshd -T 2>/dev/null)"; }
