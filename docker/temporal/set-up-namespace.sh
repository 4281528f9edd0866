#!/bin/sh
# Makes temper's namespace and its search attributes, then waits until the server takes queries by them. Runs at every
# `up`; what is there already is left alone, except the retention, which is set again.
set -eu

# 30 days: the server's own default of three loses a week of nightly runs.
retention=720h

# Runs a command until it succeeds, for at most a minute, and shows its last complaint.
until_it_works() {
  attempt=1
  while ! said=$("$@" 2>&1); do
    if [ "$attempt" -ge 30 ]; then
      echo "gave up after $attempt attempts: $*" >&2
      echo "$said" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 2
  done
}

make_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
}

until_it_works temporal operator cluster health
until_it_works make_namespace
until_it_works temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
until_it_works temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name TemperPipeline --type Keyword --name TemperStatus --type Keyword \
  --name TemperBase --type Keyword --name TemperDataset --type Keyword --name TemperScore --type Double
# The server learns of new attributes with a delay, and until then refuses to start a run that carries them.
until_it_works temporal workflow list --namespace "$TEMPORAL_NAMESPACE" \
  --query 'TemperPipeline = "none" AND TemperStatus = "none" AND TemperBase = "none" AND TemperDataset = "none" AND TemperScore > 1'
echo "namespace $TEMPORAL_NAMESPACE is ready: closed runs are kept for $retention"
