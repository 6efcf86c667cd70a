import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attributes, Entity, Instance, Json } from '../../ngsild/entity.ts';
import { PersonalData, personalFault, refusePersonal, refusePersonalAttributes } from './gate.ts';
import { personalAttributes, personalTypes } from './words.ts';

const property = (value: Json, sub?: Attributes): readonly Instance[] => [
  { type: 'Property', value, ...(sub && { sub }) },
];
const refusal = (types: readonly string[], attrs: Attributes, before?: Attributes): string | undefined => {
  try {
    refusePersonalAttributes(types, attrs, before);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof PersonalData);
    assert.equal(error.kind, 'bad-data');
    return error.field;
  }
};
const of = (types: string | readonly string[], attrs: Record<string, Json>): string | undefined =>
  refusal([types].flat(), Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, property(value)])));

test('the six personal fields of the Open311 model are refused, under any name space and in any usual spelling', () => {
  const six = ['email', 'first_name', 'last_name', 'phone', 'device_id', 'account_id'];
  for (const name of six) {
    for (const iri of [
      name,
      `https://smartdatamodels.org/dataModel.IssueTracking/${name}`,
      `https://uri.etsi.org/ngsi-ld/default-context/${name}`,
      `https://schema.org/${name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())}`,
      `x:${name.toUpperCase()}`,
      name.replace('_', '-'),
      `${name}2`,
    ]) {
      assert.equal(
        of('ServiceRequest', { [iri]: 'x' }),
        iri.slice(Math.max(iri.lastIndexOf('/'), iri.lastIndexOf(':')) + 1),
        iri,
      );
    }
  }
});

test('names that end in a personal word are refused, names that only look like it are not', () => {
  for (const name of [
    'contactEmail',
    'reporterPhone',
    'owner_phone_number',
    'contact:phone',
    'телефон',
    'Фамилия',
    'ФИО',
  ])
    assert.ok(of('Building', { [name]: 'x' }), name);
  for (const name of [
    'microphone',
    'publicPhone',
    'emergencyPhone',
    'surface',
    'surfaceId',
    'interfaceId',
    'templateNumber',
    'namePlateNumber',

    'name',
    'alternateName',
    'brandName',
    'owner',
    'address',
    'image',
    'peopleCount',
    'deviceId',
    'macAddress',
    'isPersonalData',

    'health',
    'category',
    'religion',
    'capacity:persons',
    'providedBy',
    'isParked',
    'passportStatus',
    'buildingPassport',
  ])
    assert.equal(of('Building', { [name]: 'x' }), undefined, name);
});

test('an IRI that spells its letters in percent is read', () => {
  assert.ok(of('Building', { [`https://example.org/${encodeURIComponent('телефон')}`]: '1' }));
  assert.equal(of('Building', { 'https://example.org/%E0%A4%A': '1' }), undefined);
});

test('persons, faces and number plates are no entities', () => {
  for (const type of [
    'https://schema.org/Person',
    'http://xmlns.com/foaf/0.1/Person',
    'Citizen',
    'FaceRecognition',
    'LicensePlateObserved',
    'ANPR',
  ])
    assert.equal(of(type, {}), 'type', type);
  for (const type of [
    'Vehicle',
    'Building',
    'CrowdFlowObserved',
    'ServiceRequest',
    'SurfaceDetection',
    'Organization',
    'Bus',
  ])
    assert.equal(of(type, {}), undefined, type);
});

test('what lies in sub-attributes and in JSON values is looked at, with the path to it', () => {
  assert.equal(refusal(['Building'], { about: property('x', { email: property('a@b') }) }), 'about.email');
  assert.equal(of('Building', { about: { who: [{ n: 1 }, { first_name: 'Zarina' }] } }), 'about.who.first_name');
  assert.equal(refusal(['Building'], { a: [{ type: 'ListProperty', value: [[{ phone: '1' }]] }] }), 'a.phone');
  assert.equal(
    refusal(['Building'], { providedBy: [{ type: 'Relationship', value: 'urn:ngsi-ld:Person:Bob' }] }),
    undefined,
  );
});

test('an organisation may be asked at its contactPoint, of a report nobody', () => {
  const contactPoint = { email: 'office@example.org', telephone: '+992', name: 'Waterworks' };
  assert.equal(of('EVChargingStation', { contactPoint }), undefined);
  assert.equal(
    of('EVChargingStation', { contactPoint: { ...contactPoint, firstName: 'Zarina' } }),
    'contactPoint.firstName',
  );
  assert.equal(of('ServiceRequest', { contactPoint }), 'contactPoint.email');
  assert.equal(of('EVChargingStation', { email: 'office@example.org' }), 'email');
});

test('a bus of the city has a number plate, a private car and a parking spot have none', () => {
  const vehiclePlateIdentifier = '01 777 AAA';
  assert.equal(of('Vehicle', { vehiclePlateIdentifier, category: ['municipalServices'] }), undefined);
  assert.equal(of('Vehicle', { vehiclePlateIdentifier, category: ['private'] }), 'vehiclePlateIdentifier');
  assert.equal(of('ParkingSpot', { licensePlate: vehiclePlateIdentifier }), 'licensePlate');
  const stored = { vehiclePlateIdentifier: property(vehiclePlateIdentifier) };
  assert.equal(refusal(['Vehicle'], { category: property('private') }, stored), 'vehiclePlateIdentifier');
  assert.equal(refusal(['Vehicle'], stored, { category: property('private') }), 'vehiclePlateIdentifier');
});

test('an animal has a date of birth', () => {
  assert.equal(of('Animal', { birthdate: '2020' }), undefined);
  assert.equal(of('Building', { birthdate: '2020' }), 'birthdate');
});

test('of every kind of change what it brings is looked at', () => {
  const attrs = { email: property('a@b') };
  const at = '2026-11-01T00:00:00.000Z';
  const entity: Entity = { id: 'urn:a', type: ['Building'], createdAt: at, modifiedAt: at, attrs };
  assert.throws(() => refusePersonal(undefined, { op: 'put', entity }), PersonalData);
  assert.throws(() => refusePersonal(undefined, { op: 'set', id: 'urn:a', at, attrs }), PersonalData);
  assert.throws(() => refusePersonal(undefined, { op: 'history', id: 'urn:a', type: [], at, attrs }), PersonalData);
  assert.throws(
    () => refusePersonal(entity, { op: 'forget', id: 'urn:a', at, past: 'all', becomes: entity }),
    PersonalData,
  );
  assert.throws(
    () => refusePersonal({ ...entity, attrs: {} }, { op: 'set', id: 'urn:a', at, attrs: {}, type: ['Person'] }),
    PersonalData,
  );
  // What stands there from before the gate does not keep its entity from being mended or deleted.
  refusePersonal(entity, { op: 'set', id: 'urn:a', at, attrs: { level: property(1) } });
  refusePersonal(entity, { op: 'delete', id: 'urn:a', at });
});

test('every word of the list is in the form in which names are compared, and has its reason', () => {
  const plain = /^[\p{Ll}]+$/u;
  for (const { why, ends = [], is = [] } of personalAttributes) {
    assert.ok(why.length > 10);
    for (const word of [...ends, ...is]) assert.match(word, plain);
    for (const word of [...ends, ...is]) assert.ok(personalFault(['ServiceRequest'], word), word);
  }
  for (const { is = [], has = [] } of personalTypes) for (const word of [...is, ...has]) assert.match(word, plain);
  for (const { is = [] } of personalTypes) for (const word of is) assert.ok(personalFault([word]), word);
});

test('no JSON value makes the gate throw anything but its refusal', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.jsonValue(), (type, name, value) => {
      try {
        refusePersonalAttributes([type], { [name]: property(value as Json) });
      } catch (error) {
        assert.ok(error instanceof PersonalData);
      }
    }),
  );
});

test('a personal name is found at any depth of any JSON value', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.array(fc.oneof(fc.constant('x'), fc.constant(0)), { maxLength: 8 }),
      (other, path) => {
        const value = path.reduce<Json>(
          (inner, step) => (step === 0 ? [other as Json, inner] : { other: 1, [step]: inner }),
          { phone: 1 },
        );
        assert.notEqual(refusal(['Building'], { about: property(value) }), undefined);
      },
    ),
  );
});

const shared = '../shared/data/ngsild';
test('examples of Smart Data Models pass', { skip: existsSync(shared) ? false : 'no shared data' }, () => {
  const files = globSync(`${shared}/**/example*.json*`).filter((file) => file.includes('normalized'));
  let looked = 0;
  for (const file of files) {
    let entity: Record<string, unknown>;
    try {
      entity = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    } catch {
      continue;
    }
    const { type, ...attrs } = entity;
    const values = Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, property(value as Json)]));
    assert.equal(refusal([String(type)], values), undefined, file);
    looked++;
  }
  assert.ok(looked > 50, `only ${looked} examples`);
});
