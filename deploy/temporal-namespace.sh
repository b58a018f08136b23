#!/bin/sh
# Makes the namespace fit for daychain: there, with its retention and search attributes. Doing it again changes nothing.
# Needs TEMPORAL_ADDRESS; runs in temporalio/admin-tools, or wherever the temporal command is.
set -eu

: "${TEMPORAL_ADDRESS:?is not set, like temporal:7233}"
NAMESPACE="${TEMPORAL_NAMESPACE:-default}"
# How long a date cannot run twice: closed runs are kept for as long.
RETENTION="${TEMPORAL_RETENTION:-400d}"
export TEMPORAL_ADDRESS

tries=0
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "Temporal at $TEMPORAL_ADDRESS does not get well" >&2; exit 1; }
  sleep 2
done

if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$NAMESPACE" --retention "$RETENTION" >/dev/null
else
  temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION" >/dev/null
fi

# A namespace just made is known everywhere after a few seconds only.
tries=0
until attributes=$(temporal operator search-attribute list --namespace "$NAMESPACE" 2>/dev/null); do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || { echo "the search attributes of $NAMESPACE cannot be listed" >&2; exit 1; }
  sleep 2
done

attribute() {
  echo "$attributes" | grep -q "^ *$1 " || temporal operator search-attribute create --namespace "$NAMESPACE" --name "$1" --type "$2"
}
attribute TaskName Keyword
attribute TaskDate Keyword
attribute TaskStatus Keyword
attribute ChainName Keyword
attribute TaskTags KeywordList

echo "namespace $NAMESPACE: closed runs are kept for $RETENTION, search attributes are there"
