#!/usr/bin/env bash
# A tour of the NGSI-LD API with curl. CHORSU_URL says where the city is.
set -euo pipefail

# [begin]
api="${CHORSU_URL:-http://127.0.0.1:8080}/ngsi-ld/v1"
json='content-type: application/json'
call() { curl --silent --show-error --fail-with-body "$@"; }

# [createEntity]
call "$api/entities" -H "$json" -d '{
  "id": "urn:ngsi-ld:Pump:tour-sh",
  "type": "Pump",
  "name": {"type": "Property", "value": "Pump at the bazaar"},
  "pressure": {"type": "Property", "value": 3.2, "unitCode": "BAR", "observedAt": "2026-03-01T05:00:00Z"},
  "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [68.78, 38.56]}}
}'

# [queryEntity]
call --get "$api/entities" \
  --data-urlencode 'type=Pump' \
  --data-urlencode 'q=pressure>3' \
  --data-urlencode 'georel=near;maxDistance==2000' \
  --data-urlencode 'geometry=Point' \
  --data-urlencode 'coordinates=[68.78,38.56]' \
  --data-urlencode 'limit=10'
echo

# [retrieveEntity]
call "$api/entities/urn:ngsi-ld:Pump:tour-sh?format=simplified"
echo

# [updateAttrs]
call -X PATCH "$api/entities/urn:ngsi-ld:Pump:tour-sh/attrs/pressure" -H "$json" \
  -d '{"value": 3.4, "observedAt": "2026-03-01T06:00:00Z"}'

# [mergeEntity]
call -X PATCH "$api/entities/urn:ngsi-ld:Pump:tour-sh" -H "$json" \
  -d '{"state": {"type": "Property", "value": "on"}, "name": "urn:ngsi-ld:null"}'

# [upsertBatch]
call "$api/entityOperations/upsert?options=update" -H "$json" -d '[
  {"id": "urn:ngsi-ld:Pump:tour-sh", "type": "Pump", "state": {"type": "Property", "value": "off"}},
  {"id": "urn:ngsi-ld:Pump:tour-sh-2", "type": "Pump", "state": {"type": "Property", "value": "on"}}
]'
echo

# [retrieveTemporal]
call "$api/temporal/entities/urn:ngsi-ld:Pump:tour-sh?attrs=pressure&format=temporalValues&lastN=10"
echo

# [addContext]
context=$(call -i "$api/jsonldContexts" -H "$json" -d '{
  "@context": {"Pump": "https://example.org/Pump", "pressure": "https://example.org/pressure"}
}' | tr -d '\r' | sed -n 's/^location: //Ip')
call "${CHORSU_URL:-http://127.0.0.1:8080}$context"
echo

# [deleteContext]
call -X DELETE "${CHORSU_URL:-http://127.0.0.1:8080}$context"

# [deleteBatch]
call "$api/entityOperations/delete" -H "$json" -d '["urn:ngsi-ld:Pump:tour-sh-2"]'

# [deleteEntity]
call -X DELETE "$api/entities/urn:ngsi-ld:Pump:tour-sh"
