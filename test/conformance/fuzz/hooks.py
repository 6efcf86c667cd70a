"""Brings together what the document cannot say: members of a request that schemathesis makes apart from each other."""

import random
from urllib.parse import unquote

import schemathesis

CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
WIDE = "/ngsi-ld/v1/entityOperations/query"
PAST = "/ngsi-ld/v1/temporal/entityOperations/query"


@schemathesis.hook
def before_call(context, case, kwargs):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    chance = random.Random(case.id).random
    headers, query, body = case.headers or {}, case.query or {}, case.body
    # An @context that cannot be had is 504, and says nothing of the rest.
    if isinstance(body, dict) and "@context" in body and chance() < 0.8:
        body["@context"] = CORE
    # application/ld+json carries its @context itself (6.3.5).
    if case.media_type == "application/ld+json" and chance() < 0.9:
        headers.pop("Link", None)
    # The old word for pick, and what belongs to orderBy, join and timerel.
    if chance() < 0.9:
        # Not supported, 422.
        leave_out(query, "entityMap")
        leave_out(query, "attrs" if "pick" in query or "omit" in query else None)
        for leader, followers in COMPANIONS.items():
            if leader not in query:
                leave_out(query, *followers)
        if query.get("format") != "aggregatedValues":
            leave_out(query, "aggrMethods", "aggrPeriodDuration")
        if "geo+json" not in headers.get("Accept", ""):
            leave_out(query, "geometryProperty")
        if query.get("timerel") != "between":
            leave_out(query, "endTimeAt")
    if case.path in (WIDE, PAST) and isinstance(body, dict) and chance() < 0.8:
        body.setdefault("entities", [{"type": "Pump"}])
        if case.path == PAST:
            body.setdefault("temporalQ", {"timerel": "after", "timeAt": "2026-03-01T05:00:00Z"})
    if case.path in READINGS and chance() < 0.5:
        case.body = READINGS[case.path]
    # The id is said once, or twice the same.
    path_id = (case.path_parameters or {}).get("entityId")
    if isinstance(body, dict) and isinstance(path_id, str) and chance() < 0.9:
        for name in ("id", "@id"):
            if name in body:
                body[name] = unquote(path_id)


# What a source sends is in the words of its mapping.
READINGS = {
    "/api/ingest/{source}": {"id": "m1", "q": {"value": 5}, "pump": True},
    "/api/ingest/lorawan/{source}": {
        "end_device_ids": {"dev_eui": "A84041C92183BD6B"},
        "received_at": "2026-03-01T05:00:00Z",
        "uplink_message": {"f_port": 1, "decoded_payload": {"distance": 5}, "rx_metadata": [{"rssi": -80}]},
    },
}

COMPANIONS = {
    "georel": ("geometry", "coordinates", "geoproperty"),
    "orderBy": ("orderFrom", "orderGeometry", "collation"),
    "join": ("joinLevel", "containedBy"),
    "timerel": ("timeAt", "endTimeAt"),
}


def leave_out(query, *names):
    for name in names:
        query.pop(name, None)
