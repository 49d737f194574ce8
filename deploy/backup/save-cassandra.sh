#!/bin/sh
# Saves Plaza's keyspace of every Cassandra node into $PLAZA_BACKUP_CASSANDRA/<node>/<table>: for `plaza backup create --cassandra`.
#   NODES           their names, as ON takes them
#   ON              how a node runs what it is told on standard input: default `kubectl -n plaza exec -i`; called as `$ON <node> -- sh -s`
#   CASSANDRA_DATA  where a node has its tables; default /var/lib/cassandra/data
set -eu
: "${PLAZA_BACKUP_CASSANDRA:?is set by plaza backup create}" "${NODES:?names the nodes}"
on=${ON:-kubectl -n plaza exec -i}
data=${CASSANDRA_DATA:-/var/lib/cassandra/data}
keyspace=${PLAZA_CASSANDRA_KEYSPACE:-plaza}
tag=plaza-backup-$(date -u +%Y%m%dT%H%M%SZ)

each() { for node in $NODES; do printf '%s\n' "$1" | $on "$node" -- sh -s >&2; done; }

# How far readers and snapshots are, on all nodes, before what they wrote; where the audit log was cut, after it.
each "nodetool snapshot -t $tag-1 -kt $keyspace.reader_cursors,$keyspace.audit_heads,$keyspace.snapshot_manifests"
each "nodetool snapshot -t $tag-2 $keyspace"
each "nodetool snapshot -t $tag-3 -kt $keyspace.audit_anchors"

for node in $NODES; do
  to=$PLAZA_BACKUP_CASSANDRA/$node
  for number in 2 1 3; do
    mkdir -p "$to/.raw"
    printf '%s\n' "cd '$data/$keyspace' && find . -type f -path '*/snapshots/$tag-$number/*' | tar -cf - -T -" | $on "$node" -- sh -s | tar -xf - -C "$to/.raw"
    for snapshot in "$to"/.raw/*/snapshots/"$tag-$number"; do
      table=${snapshot#"$to/.raw/"}
      table=${table%%-*}
      rm -rf "${to:?}/$table"
      mv "$snapshot" "$to/$table"
    done
    rm -rf "$to/.raw"
  done
done

for number in 1 2 3; do each "nodetool clearsnapshot -t $tag-$number $keyspace"; done
