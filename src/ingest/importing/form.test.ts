import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { choicesOf, columnRoles, withChoices, type MappingChoices, type RawMapping } from './form.ts';

const lamps: RawMapping = {
  source: 'lamps',
  payload: 'csv',
  entity: { id: 'urn:ngsi-ld:Streetlight:{No}', type: 'Streetlight' },
  time: { column: 'Seen', format: 'dd.MM.yyyy', zone: 'Asia/Dushanbe' },
  attributes: {
    powerW: { column: 'Power, W', unitCode: 'WTT', range: { min: 0 } },
    street: { column: 'Street', as: 'text' },
    location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
    refDevice: { column: 'Device', kind: 'Relationship' },
    maker: { value: 'unknown' },
  },
  csv: { delimiter: ';' },
};
const columns = ['No', 'Seen', 'Power, W', 'Street', 'lon', 'lat', 'Device', 'Remark'];

suite('the form of a mapping', () => {
  test('shows what each column is', () => {
    const { type, columns: choices } = choicesOf(lamps, columns);
    assert.equal(type, 'Streetlight');
    assert.deepEqual(
      choices.map(({ column, role, name, unitCode }) => [column, role, name, unitCode].join('|')),
      [
        'No|id||',
        'Seen|time||',
        'Power, W|number|powerW|WTT',
        'Street|text|street|',
        'lon|longitude||',
        'lat|latitude||',
        'Device|other|refDevice|',
        'Remark|skip|description|',
      ],
    );
  });

  test('filled in without a change, it is the same mapping', () => {
    const born = { ...lamps, atBirth: { pole: { column: 'Remark', as: 'text' } } };
    for (const mapping of [lamps, born]) {
      assert.deepEqual(withChoices(mapping, choicesOf(mapping, columns)), mapping);
    }
  });

  test('a place by the names of its columns, in one cell or in metres is shown, and goes when it is no longer wanted', () => {
    const pointed = (point: unknown): RawMapping => ({
      ...lamps,
      attributes: { power: { column: 'Power, W' }, location: { kind: 'GeoProperty', point } },
    });
    const rolesOf = (mapping: RawMapping) =>
      Object.fromEntries(choicesOf(mapping, columns).columns.map(({ column, role }) => [column, role]));
    for (const [point, long, lat] of [
      [{ longitude: 'lon', latitude: 'lat' }, 'longitude', 'latitude'],
      [{ column: 'lon', order: 'latitude' }, 'other', 'skip'],
      [{ east: 'lon', north: 'lat', utm: '42N' }, 'other', 'other'],
    ] as const) {
      const mapping = pointed(point);
      const roles = rolesOf(mapping);
      assert.deepEqual([roles['lon'], roles['lat']], [long, lat]);
      const before = choicesOf(mapping, columns);
      assert.deepEqual(withChoices(mapping, before)['attributes'], mapping['attributes']);
      const none = before.columns.map((choice) =>
        choice.column === 'lon' ? { ...choice, role: 'skip' as const, name: '' } : choice,
      );
      assert.deepEqual(withChoices(mapping, { ...before, columns: none })['attributes'], {
        power: { column: 'Power, W' },
      });
    }
  });

  test('a column of another role loses what was said of the old one; the rest stays', () => {
    const before = choicesOf(lamps, columns);
    const changed = before.columns.map((choice) =>
      choice.column === 'Power, W'
        ? { ...choice, role: 'text' as const, name: 'power' }
        : choice.column === 'Seen'
          ? { ...choice, role: 'skip' as const }
          : choice,
    );
    const { attributes, time, csv } = withChoices(lamps, { ...before, columns: changed });
    assert.deepEqual((attributes as Record<string, unknown>)['power'], { column: 'Power, W', as: 'text' });
    assert.deepEqual((attributes as Record<string, unknown>)['maker'], { value: 'unknown' });
    assert.equal(time, undefined);
    assert.deepEqual(csv, { delimiter: ';' });
  });

  test('what a person chose is what the next look shows, whatever the columns are called', () => {
    const column = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((name) => !/[{}]/.test(name) && name.isWellFormed());
    const choice = fc.record({
      role: fc.constantFrom(...columnRoles.filter((role) => role !== 'other')),
      unitCode: fc.constantFrom('', 'CEL'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(column, { minLength: 3, maxLength: 8 }),
        fc.infiniteStream(choice),
        (names, stream) => {
          const single = new Set(['time', 'longitude', 'latitude']);
          const used = new Set<string>();
          const chosen = names.map((name, n) => {
            const { role, unitCode } = stream.next().value as { role: (typeof columnRoles)[number]; unitCode: string };
            const free = !single.has(role) || !used.has(role);
            used.add(role);
            const is = free ? role : 'text';
            const named = is === 'number' || is === 'text' || is === 'boolean';
            return { column: name, role: is, name: named ? `a${n}` : '', unitCode: is === 'number' ? unitCode : '' };
          });
          // A longitude alone is no place.
          const placed = used.has('longitude') && used.has('latitude');
          const columns = chosen.map((one) =>
            !placed && (one.role === 'longitude' || one.role === 'latitude') ? { ...one, role: 'skip' as const } : one,
          );
          const choices: MappingChoices = { type: 'Thing', columns };
          const again = choicesOf(withChoices({ source: 's', payload: 'csv' }, choices), names);
          const shown = again.columns.map((one) => (one.role === 'skip' ? { ...one, name: '' } : one));
          assert.deepEqual(
            shown,
            columns.map((one) => (one.role === 'skip' ? { ...one, name: '' } : one)),
          );
        },
      ),
    );
  });

  test('a column that is not taken has a name of its own to be taken by', () => {
    const { columns } = choicesOf(lamps, ['Power, W', 'Мощность', 'Отдел', 'Отдел:2', 'No']);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['powerW', 'power', 'otdel', 'otdel2', ''],
    );
  });
});
