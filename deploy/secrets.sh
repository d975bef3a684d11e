#!/bin/sh
# Makes every secret of the distributed form, from the system's own random numbers; there is no default anywhere.
#   secrets.sh files FOLDER       one folder per reader, one file per secret; made once, then left alone (compose)
#   secrets.sh manifests          Kubernetes Secrets on standard output, for `kubectl create -f -`
#   secrets.sh exports FOLDER     the first account's root key as export lines
set -eu
umask 077

services='gateway directory credentials sts decisions audit operator'

hexadecimal() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }
base64_key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
letters() { LC_ALL=C tr -dc "$1" </dev/urandom | head -c "$2"; }

draw() {
  nats_passwords=$(for service in $services; do echo "$service $(hexadecimal)"; done)
  redis=$(hexadecimal)
  root_key=$(base64_key)
  marker_key=$(base64_key)
  account_id=$(letters 1-9 1)$(letters 0-9 11)
  access_key_id=AKIA$(letters A-Z2-7 16)
  secret_access_key=$(letters A-Za-z0-9 40)
  eventstoredb_url='kurrentdb://kurrentdb:2113?tls=false'
  redis_url="redis://:$redis@valkey:6379"
}

nats_password_of() { echo "$nats_passwords" | sed -n "s/^$1 //p"; }

# What the NATS server includes: quoted, so that no password is ever read as a number.
passwords_conf() {
  echo "$nats_passwords" | while read -r service password; do
    printf '%s_PASSWORD: "%s"\n' "$(echo "$service" | tr a-z A-Z)" "$password"
  done
}

put() { # put READER NAME VALUE; readable for whoever the folder is mounted for, and it is for one reader only
  rm -f "$folder/$1/$2"
  printf '%s\n' "$3" >"$folder/$1/$2"
  chmod 0444 "$folder/$1/$2"
}

files() {
  folder=$1
  if [ -e "$folder/credentials/made" ]; then
    for reader in nats valkey $services; do
      [ -e "$folder/$reader/made" ] || { echo "secrets of $reader are gone, those of others are not" >&2; exit 1; }
    done
    return
  fi
  draw
  for reader in nats valkey $services; do
    mkdir -p "$folder/$reader"
    chmod 0755 "$folder/$reader"
  done
  for service in $services; do
    put "$service" nats-password "$(nats_password_of "$service")"
    [ "$service" = operator ] || put "$service" eventstoredb-url "$eventstoredb_url"
  done
  for service in directory credentials audit; do put "$service" redis-url "$redis_url"; done
  for service in credentials sts; do put "$service" root-key "$root_key"; done
  put gateway marker-key "$marker_key"
  put credentials account-id "$account_id"
  put credentials root-access-key-id "$access_key_id"
  put credentials root-secret-access-key "$secret_access_key"
  put nats passwords.conf "$(passwords_conf)"
  put valkey password.conf "requirepass $redis"
  # Last, and credentials' own the very last: a run that was cut short begins anew, before anybody has read a thing.
  for reader in nats valkey gateway directory sts decisions audit operator credentials; do put "$reader" made yes; done
}

secret() { # secret NAME KEY VALUE [KEY VALUE]...
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: muniment\ntype: Opaque\nstringData:\n' "$1"
  shift
  while [ $# -gt 0 ]; do
    printf '  %s: |-\n' "$1"
    printf '%s\n' "$2" | sed 's/^/    /'
    shift 2
  done
}

manifests() {
  draw
  for service in $services; do
    secret "muniment-nats-$service" password "$(nats_password_of "$service")"
  done
  secret muniment-nats passwords.conf "$(passwords_conf)"
  secret muniment-valkey password.conf "requirepass $redis"
  secret muniment-redis url "$redis_url"
  secret muniment-eventstoredb url "$eventstoredb_url"
  secret muniment-root-key root-key "$root_key"
  secret muniment-marker-key marker-key "$marker_key"
  secret muniment-first-account account-id "$account_id" \
    root-access-key-id "$access_key_id" root-secret-access-key "$secret_access_key"
}

exports() {
  echo "export AWS_ACCESS_KEY_ID=$(cat "$1/credentials/root-access-key-id")"
  echo "export AWS_SECRET_ACCESS_KEY=$(cat "$1/credentials/root-secret-access-key")"
  echo 'export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1'
}

case "${1-} $#" in
  'files 2') files "$2" ;;
  'manifests 1') manifests ;;
  'exports 2') exports "$2" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
