import type { City } from './city/index.ts';
import type { Module } from './http/index.ts';
import type { MqttPorts } from './ingest/index.ts';

/** `/api/city`: the profile as far as clients need it, and where the other doors are. */
export function cityRoutes(deps: { city: City; mqttPorts: () => MqttPorts }): Module {
  const { city, mqttPorts } = deps;
  return {
    name: 'city',
    access: { 'GET /api/city': 'viewPublic' },
    api: [
      {
        name: 'getCity',
        method: 'GET',
        path: '/api/city',
        summary: 'Name, bounds, languages and districts of the city',
        answers: { 200: { description: 'The profile', media: 'application/json', schema: { type: 'object' } } },
      },
    ],
    routes(app) {
      app.get('/api/city', (context) => {
        const { id, name, bbox, center, languages, timeZone, simulated } = city;
        const districts = city.districts.map((district) => ({ id: district.id, name: district.name }));
        const { port, tlsPort } = mqttPorts();
        return context.json({
          id,
          name,
          bbox,
          center,
          languages,
          timeZone,
          simulated,
          districts,
          ...(port !== undefined && { mqttPort: port }),
          ...(tlsPort !== undefined && { mqttsPort: tlsPort }),
        });
      });
    },
  };
}
