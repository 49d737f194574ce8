#!/bin/sh
# Gives each node of a new Cassandra the files that a node of the same name had: after `plaza backup tables`, before `plaza backup restore`.
#   $1              the folder of the backup
#   NODES, ON, CASSANDRA_DATA, PLAZA_CASSANDRA_KEYSPACE  as for save-cassandra.sh
# As many nodes as there were, each a replica of everything (three nodes, replication factor 3) or with the tokens of the old one: a file that holds rows of others
# is refused by nodetool. For any other shape use sstableloader on the same folders.
set -eu
from=${1:?the folder of the backup}/cassandra
: "${NODES:?names the nodes}"
on=${ON:-kubectl -n plaza exec -i}
data=${CASSANDRA_DATA:-/var/lib/cassandra/data}
keyspace=${PLAZA_CASSANDRA_KEYSPACE:-plaza}

for node in $NODES; do
  [ -d "$from/$node" ] || { echo "the backup has nothing of $node: $(ls "$from")" >&2; exit 1; }
done
for node in $NODES; do
  for table in "$from/$node"/*/; do
    table=$(basename "$table")
    # An empty table has a description and no rows.
    ls "$from/$node/$table" | grep -q -- '-Data.db$' || continue
    # As <keyspace>/<table>: in a folder below one whose name could be no keyspace's nodetool finds nothing, and does not say so.
    place="${data%/*}/import/$keyspace/$table"
    { printf '%s\n' "set -e; rm -rf '$place'; mkdir -p '$place'; base64 -d <<'END' | tar -xf - -C '$place'"; tar -cf - -C "$from/$node/$table" . | base64; echo END; } |
      $on "$node" -- sh -s >&2
    printf '%s\n' "set -e; nodetool import $keyspace $table '$place'; if ls '$place' | grep -q -- '-Data.db\$'; then echo '$table was not imported' >&2; exit 1; fi; rm -rf '$place'" |
      $on "$node" -- sh -s >&2
    echo "$node: $table" >&2
  done
done
