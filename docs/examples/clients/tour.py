"""A tour of the NGSI-LD API with Python's standard library. CHORSU_URL says where the city is."""

# [begin]
import json
import os
from urllib.parse import urlencode
from urllib.request import Request, urlopen

city = os.environ.get("CHORSU_URL", "http://127.0.0.1:8080")
api = city + "/ngsi-ld/v1"


def call(method, url, body=None):
    """Answers the body and the headers; raises urllib.error.HTTPError for 4xx and 5xx."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, method=method, headers={"content-type": "application/json"})
    with urlopen(request) as answer:
        text = answer.read()
        return (json.loads(text) if text else None), answer.headers


# [createEntity]
call("POST", api + "/entities", {
    "id": "urn:ngsi-ld:Pump:tour-py",
    "type": "Pump",
    "name": {"type": "Property", "value": "Pump at the bazaar"},
    "pressure": {"type": "Property", "value": 3.2, "unitCode": "BAR", "observedAt": "2026-03-01T05:00:00Z"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [68.78, 38.56]}},
})

# [queryEntity]
query = {
    "type": "Pump",
    "q": "pressure>3",
    "georel": "near;maxDistance==2000",
    "geometry": "Point",
    "coordinates": "[68.78,38.56]",
    "limit": 10,
}
pumps, _ = call("GET", api + "/entities?" + urlencode(query))
print([pump["id"] for pump in pumps])

# [retrieveEntity]
pump, _ = call("GET", api + "/entities/urn:ngsi-ld:Pump:tour-py?format=simplified")
print(pump["pressure"])

# [updateAttrs]
call("PATCH", api + "/entities/urn:ngsi-ld:Pump:tour-py/attrs/pressure", {
    "value": 3.4,
    "observedAt": "2026-03-01T06:00:00Z",
})

# [mergeEntity]
call("PATCH", api + "/entities/urn:ngsi-ld:Pump:tour-py", {
    "state": {"type": "Property", "value": "on"},
    "name": "urn:ngsi-ld:null",
})

# [upsertBatch]
created, _ = call("POST", api + "/entityOperations/upsert?options=update", [
    {"id": "urn:ngsi-ld:Pump:tour-py", "type": "Pump", "state": {"type": "Property", "value": "off"}},
    {"id": "urn:ngsi-ld:Pump:tour-py-2", "type": "Pump", "state": {"type": "Property", "value": "on"}},
])
print(created)

# [retrieveTemporal]
past, _ = call("GET", api + "/temporal/entities/urn:ngsi-ld:Pump:tour-py?attrs=pressure&format=temporalValues&lastN=10")
print(past["pressure"])

# [addContext]
_, headers = call("POST", api + "/jsonldContexts", {
    "@context": {"Pump": "https://example.org/Pump", "pressure": "https://example.org/pressure"},
})
context = city + headers["location"]
print(call("GET", context)[0])

# [deleteContext]
call("DELETE", context)

# [deleteBatch]
call("POST", api + "/entityOperations/delete", ["urn:ngsi-ld:Pump:tour-py-2"])

# [deleteEntity]
call("DELETE", api + "/entities/urn:ngsi-ld:Pump:tour-py")
