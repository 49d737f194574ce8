#!/bin/sh
# The server API by curl: a room's life from creation to closing. Needs PLAZA_API (http://host:port) and PLAZA_API_KEY.
set -eu
: "${PLAZA_API:?the address of the server API, http://host:port}" "${PLAZA_API_KEY:?an API key}"
room="${1:-example-$(date +%s)}"

calls=0

# call METHOD PATH [BODY]: prints the answer; a status of 400 and more ends the script.
call() {
  calls=$((calls + 1))
  printf '\n%s %s %s\n' "$1" "$2" "${3:-}"
  curl -sS --fail-with-body --max-time 15 -X "$1" "$PLAZA_API$2" \
    -H "Authorization: Bearer $PLAZA_API_KEY" -H "Idempotency-Key: $room-$$-$calls" \
    ${3:+-H 'Content-Type: application/json' -d "$3"}
  echo
}

call POST /v1/rooms "{\"room\":\"$room\",\"creator\":\"ann\",\"name\":\"An example\"}"
call PATCH "/v1/rooms/$room" '{"announcement":"Welcome"}'
call GET "/v1/rooms/$room"
call POST /v1/tokens "{\"account\":\"bob\",\"rooms\":[\"$room\"],\"nickname\":\"Bob\",\"ttlSeconds\":600}"
call GET "/v1/address?room=$room"
call POST "/v1/rooms/$room/messages" '{"as":"ann","text":"Hello"}'
call POST "/v1/rooms/$room/messages" '{"custom":{"subType":"gift","content":"{\"roses\":3}"},"class":"high"}'
call GET "/v1/rooms/$room/messages?limit=10"
call GET "/v1/rooms/$room/members"
call PUT "/v1/rooms/$room/members/bob/role" '{"role":"administrator"}'
call PUT "/v1/rooms/$room/members/carol/mute" '{"operator":"bob"}'
call DELETE "/v1/rooms/$room/members/carol/mute"
call PUT "/v1/rooms/$room/members/carol/timed-mute" '{"seconds":60}'
call DELETE "/v1/rooms/$room/members/carol/timed-mute"
call GET '/v1/top-rooms?metric=messages&limit=5'
call POST "/v1/rooms/$room/close" '{"reason":"the example is over"}'
