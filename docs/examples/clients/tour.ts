/** A tour of the NGSI-LD API with TypeScript and fetch. CHORSU_URL says where the city is. */

// [begin]
const city = process.env['CHORSU_URL'] ?? 'http://127.0.0.1:8080';
const api = `${city}/ngsi-ld/v1`;

/** Answers the body as JSON and the headers; throws what the server says went wrong. */
async function call(method: string, url: string, body?: unknown): Promise<{ json: any; headers: Headers }> {
  const answer = await fetch(url, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return { json: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
}

// [createEntity]
await call('POST', `${api}/entities`, {
  id: 'urn:ngsi-ld:Pump:tour-ts',
  type: 'Pump',
  name: { type: 'Property', value: 'Pump at the bazaar' },
  pressure: { type: 'Property', value: 3.2, unitCode: 'BAR', observedAt: '2026-03-01T05:00:00Z' },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78, 38.56] } },
});

// [queryEntity]
const query = new URLSearchParams({
  type: 'Pump',
  q: 'pressure>3',
  georel: 'near;maxDistance==2000',
  geometry: 'Point',
  coordinates: '[68.78,38.56]',
  limit: '10',
});
const { json: pumps } = await call('GET', `${api}/entities?${query}`);
console.log(pumps.map((pump: { id: string }) => pump.id));

// [retrieveEntity]
const { json: pump } = await call('GET', `${api}/entities/urn:ngsi-ld:Pump:tour-ts?format=simplified`);
console.log(pump.pressure);

// [updateAttrs]
await call('PATCH', `${api}/entities/urn:ngsi-ld:Pump:tour-ts/attrs/pressure`, {
  value: 3.4,
  observedAt: '2026-03-01T06:00:00Z',
});

// [mergeEntity]
await call('PATCH', `${api}/entities/urn:ngsi-ld:Pump:tour-ts`, {
  state: { type: 'Property', value: 'on' },
  name: 'urn:ngsi-ld:null',
});

// [upsertBatch]
const { json: created } = await call('POST', `${api}/entityOperations/upsert?options=update`, [
  { id: 'urn:ngsi-ld:Pump:tour-ts', type: 'Pump', state: { type: 'Property', value: 'off' } },
  { id: 'urn:ngsi-ld:Pump:tour-ts-2', type: 'Pump', state: { type: 'Property', value: 'on' } },
]);
console.log(created);

// [retrieveTemporal]
const past = `${api}/temporal/entities/urn:ngsi-ld:Pump:tour-ts?attrs=pressure&format=temporalValues&lastN=10`;
console.log((await call('GET', past)).json.pressure);

// [addContext]
const { headers } = await call('POST', `${api}/jsonldContexts`, {
  '@context': { Pump: 'https://example.org/Pump', pressure: 'https://example.org/pressure' },
});
const context = city + headers.get('location');
console.log((await call('GET', context)).json);

// [deleteContext]
await call('DELETE', context);

// [deleteBatch]
await call('POST', `${api}/entityOperations/delete`, ['urn:ngsi-ld:Pump:tour-ts-2']);

// [deleteEntity]
await call('DELETE', `${api}/entities/urn:ngsi-ld:Pump:tour-ts`);
