#!/bin/sh
# Waits on its standard input. When that closes - its owner let go, or died in whatever way - it ends the processes
# named in FOLDER/pids and removes FOLDER.  Use: sh keeper.sh FOLDER
cat >/dev/null
for pid in $(ls "$1/pids"); do
  kill -KILL "$pid" 2>/dev/null
done
rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
