import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { actions, anonymousPrincipal, systemPrincipal, type Action, type Principal } from '../../http/principal.ts';
import { evaluateSight, parseEntity, coreContext, type Entity } from '../../ngsild/index.ts';
import { roles, type Role } from '../schema.ts';
import { apart } from './duties.ts';
import { openPolicies, type Policies } from './policies.ts';

const vocabulary = 'https://uri.etsi.org/ngsi-ld/default-context/';
const type = (name: string) => ({ type: 'EntityType', id: vocabulary + name }) as const;
const attribute = (name: string) => ({ type: 'Attribute', id: vocabulary + name }) as const;
const topic = (id: string) => ({ type: 'Topic', id }) as const;
const person = (...held: string[]): Principal => ({ id: 'p', kind: 'person', roles: held.toSorted() });
const service = (...held: string[]): Principal => ({ id: 's', kind: 'service', roles: held.toSorted() });
const device: Principal = {
  id: 'd',
  kind: 'device',
  roles: [],
  topics: ['water/navrud/wm-02'],
  sources: ['water'],
};

const entity = (types: string | string[], attrs: Record<string, unknown> = {}): Entity =>
  parseEntity({ id: 'urn:ngsi-ld:X:1', type: types, ...attrs }, coreContext, {
    at: '2026-01-01T00:00:00Z',
  } as never) as Entity;

/** What an entity looks like to somebody: whether it may be read. */
function reads(policies: Policies, who: Principal, one: Entity): boolean {
  const filter = policies.filter(who);
  return filter === 'everything' || (filter !== 'nothing' && evaluateSight(filter, one));
}

/** Opens policies with files of a city; `open` is given the directory too. */
async function withFiles<T>(files: Record<string, string>, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'policies-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
const opened = (files: Record<string, string>): Promise<Policies> =>
  withFiles(files, (directory) => openPolicies({ directory }));
const refusal = (files: Record<string, string>): Promise<string> =>
  opened(files).then(
    () => assert.fail('these files were taken'),
    (error: unknown) => {
      assert.ok(error instanceof Problem, String(error));
      assert.equal(error.kind, 'bad-data');
      return error.message;
    },
  );

suite('the policies of a city', () => {
  let policies: Policies;
  before(async () => {
    policies = await openPolicies();
  });

  test('nobody reads orders of work but those who work with them', () => {
    const may = roles.filter((role) => policies.permits(person(role), 'readEntities', type('WorkOrder')));
    assert.deepEqual(may, [
      'intake-clerk',
      'dispatcher',
      'shift-lead',
      'utility-engineer',
      'crew',
      'department-head',
      'verifier',
      'auditor',
      'data-officer',
      'mayors-office',
    ]);
    assert.ok(!policies.permits(anonymousPrincipal, 'readEntities', type('WorkOrder')));
    assert.ok(policies.permits(anonymousPrincipal, 'readEntities', type('AirQualityObserved')));
  });

  test('passengers read what a transit feed tells, and not the alarms of those on duty', () => {
    const told = entity('Alert', { alertStatus: { type: 'Property', value: 'over' } });
    const alarm = entity('Alert', { state: { type: 'Property', value: 'raised' } });
    assert.ok(reads(policies, anonymousPrincipal, told));
    assert.ok(!reads(policies, anonymousPrincipal, alarm));
    assert.ok(reads(policies, person('dispatcher'), alarm) && reads(policies, person('dispatcher'), told));
  });

  test('a short name of a group means its type in every vocabulary that comes with the program', () => {
    for (const id of [
      'https://uri.etsi.org/ngsi-ld/default-context/Device',
      'https://smartdatamodels.org/dataModel.Device/Device',
      'https://uri.fiware.org/ns/data-models#Device',
    ]) {
      assert.ok(!policies.permits(anonymousPrincipal, 'readEntities', { type: 'EntityType', id }), id);
      assert.ok(policies.permits(person('administrator'), 'readEntities', { type: 'EntityType', id }), id);
    }
  });

  test('everybody sees public entities, and those that are public and something else only with the right to both', () => {
    assert.ok(reads(policies, anonymousPrincipal, entity('Streetlight')));
    assert.ok(!reads(policies, anonymousPrincipal, entity('Device')));
    assert.ok(!reads(policies, anonymousPrincipal, entity(['Streetlight', 'Device'])));
    assert.ok(reads(policies, person('dispatcher'), entity(['Streetlight', 'Device'])));
    assert.ok(!reads(policies, person(...roles), entity('UserActivity')), 'nobody sees models of persons');
    assert.equal(policies.filter(systemPrincipal), 'everything');
  });

  test('the head of a department sees the work of the own department, and one without a department none', () => {
    const head = (department?: string): Principal => ({
      ...person('department-head'),
      ...(department && { department }),
    });
    const order = entity('WorkOrder', { department: { type: 'Property', value: 'water' } });
    assert.ok(reads(policies, head('water'), order));
    assert.ok(!reads(policies, head('heat'), order));
    assert.ok(!reads(policies, head(), order));
    assert.ok(reads(policies, head('heat'), entity('Pipe')));
    assert.ok(
      reads(policies, { ...head('heat'), roles: ['department-head', 'mayors-office'] }, order),
      'the wider permit holds',
    );
    assert.equal(policies.explain(head('water'), 'readEntities', type('WorkOrder')).decision, 'partly');
  });

  test('whoever is limited to areas sees and does there what others do everywhere', () => {
    const inAreas = (role: Role, ...areas: string[]): Principal => ({ ...person(role), areas });
    const area = (id: string) => ({ type: 'Area', id }) as const;
    const order = entity('WorkOrder', { district: { type: 'Property', value: 'navrud' } });
    const placeless = entity('WorkOrder');
    for (const role of ['dispatcher', 'shift-lead', 'utility-engineer', 'crew'] as const) {
      assert.ok(reads(policies, person(role), order) && reads(policies, person(role), placeless), role);
      assert.ok(reads(policies, inAreas(role, 'bozor', 'navrud'), order), role);
      assert.ok(!reads(policies, inAreas(role, 'bozor'), order), role);
      assert.ok(!reads(policies, inAreas(role), order), role);
      assert.ok(!reads(policies, inAreas(role, 'navrud'), placeless), role);
      assert.ok(reads(policies, inAreas(role, 'bozor'), entity('Streetlight')), 'what is public stays so');
    }
    for (const action of ['workAlarms', 'writeNotices', 'manageOrders', 'controlDevices'] as const) {
      const dispatcher = inAreas('dispatcher', 'navrud');
      assert.ok(policies.permits(dispatcher, action) && policies.permits(dispatcher, action, area('navrud')), action);
      assert.ok(!policies.permits(dispatcher, action, area('bozor')), action);
      assert.ok(!policies.permits(dispatcher, action, area('')), action);
      assert.ok(policies.permits(person('dispatcher'), action, area('')), action);
      assert.ok(!policies.permits(inAreas('dispatcher'), action), `${action}: limited to no area at all`);
      assert.ok(!policies.permits(anonymousPrincipal, action), action);
      assert.ok(!policies.permits(person('crew'), action, area('navrud')), action);
    }
    assert.ok(policies.permits(inAreas('crew', 'navrud'), 'doOrders', area('navrud')));
    assert.ok(!policies.permits(inAreas('crew', 'navrud'), 'doOrders', area('bozor')));
  });

  test('the head of a department who is limited to areas sees what is of both', () => {
    const order = (department: string, district: string): Entity =>
      entity('WorkOrder', {
        department: { type: 'Property', value: department },
        district: { type: 'Property', value: district },
      });
    const head: Principal = { ...person('department-head'), department: 'water', areas: ['navrud'] };
    assert.ok(reads(policies, head, order('water', 'navrud')));
    assert.ok(!reads(policies, head, order('water', 'bozor')) && !reads(policies, head, order('heat', 'navrud')));
  });

  test('the name of a department can say nothing but its name', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('"|department!="', '${department}', 'a";b', 'water,heat')),
        (department) => {
          const order = entity('WorkOrder', { department: { type: 'Property', value: 'water' } });
          assert.equal(reads(policies, { ...person('department-head'), department }, order), department === 'water');
        },
      ),
    );
  });

  test('attributes of a sensitive group are hidden from whoever has no role that needs them', () => {
    const hiddenFrom = (who: Principal, name: string): boolean => policies.hidden(who)?.has(vocabulary + name) === true;
    assert.ok(hiddenFrom(anonymousPrincipal, 'serialNumber'));
    assert.ok(hiddenFrom(person('dispatcher'), 'serialNumber'));
    assert.ok(!hiddenFrom(person('utility-engineer'), 'serialNumber'));
    assert.ok(!hiddenFrom(person('administrator'), 'macAddress'));
    assert.ok(hiddenFrom(person('administrator'), 'accessCode'));
    assert.ok(!hiddenFrom(anonymousPrincipal, 'pm25'));
    assert.ok(hiddenFrom(person(...roles), 'streamURL'), 'no role needs pictures of cameras');
    assert.ok(policies.hidden(person(...roles))?.has('https://smartdatamodels.org/dataModel.IssueTracking/first_name'));
    const plate = 'https://uri.fiware.org/ns/data-models#vehiclePlateIdentifier';
    assert.ok(policies.hidden(anonymousPrincipal)?.has(plate));
    assert.ok(!policies.hidden(person('dispatcher'))?.has(plate));
    assert.equal(policies.hidden(systemPrincipal), undefined);
    assert.ok(!policies.permits(anonymousPrincipal, 'seeAttribute', attribute('serialNumber')));
  });

  test('utilities write their networks; nobody else writes into the city by hand', () => {
    const writers = roles.filter((role) => policies.permits(person(role), 'writeEntities', type('Pump')));
    assert.deepEqual(writers, ['utility-engineer']);
    assert.ok(!policies.permits(person('utility-engineer'), 'writeEntities', type('AirQualityObserved')));
    assert.deepEqual(
      roles.filter((role) => policies.permits(person(role), 'deleteEntities', type('AirQualityObserved'))),
      ['data-officer'],
    );
  });

  test('programs of departments write what is neither a network nor behind the scenes', () => {
    const program: Principal = { id: 'parking', kind: 'service', roles: ['department-editor'] };
    assert.ok(policies.permits(program, 'writeEntities', type('ParkingSpot')));
    assert.ok(policies.permits(program, 'deleteEntities', type('ParkingSpot')));
    assert.ok(policies.permits(program, 'subscribe'));
    for (const other of ['Pump', 'WorkOrder', 'Device'])
      assert.ok(!policies.permits(program, 'writeEntities', type(other)), other);
    assert.ok(!policies.permits(person('department-editor'), 'writeEntities', type('ParkingSpot')));
  });

  test('developers write in their own tenant, and never in that of the city', () => {
    const developer: Principal = { ...person('developer'), tenants: ['sandbox-7'] };
    assert.ok(policies.permits(developer, 'enterTenant', { type: 'Tenant', id: 'sandbox-7' }));
    assert.ok(!policies.permits(developer, 'enterTenant', { type: 'Tenant', id: 'sandbox-8' }));
    assert.ok(policies.permits(developer, 'writeEntities', { ...type('Pump'), elsewhere: true }));
    assert.ok(!policies.permits(developer, 'writeEntities', type('Pump')));
    assert.ok(policies.permits(developer, 'writeEntities'), 'the route asks before it knows the tenant');
    assert.ok(!policies.permits(person('dispatcher'), 'writeEntities'));
  });

  test('a device sends to its own sources, publishes below its prefix, hears its commands, and nothing else', () => {
    const may = (action: Action, id: string): boolean => policies.permits(device, action, topic(id));
    assert.ok(policies.permits(device, 'sendReadings', { type: 'Source', id: 'water' }));
    assert.ok(!policies.permits(device, 'sendReadings', { type: 'Source', id: 'heat' }));
    assert.ok(may('publishTopic', 'water/navrud/wm-02'));
    assert.ok(may('publishTopic', 'water/navrud/wm-02/flow'));
    assert.ok(may('subscribeTopic', 'water/navrud/wm-02/commands/#'));
    for (const id of ['water/navrud/wm-03', 'water/navrud/wm-02/commands/open', '$SYS/x', 'water/navrud/wm-02/#', ''])
      assert.ok(!may('publishTopic', id), id);
    for (const id of [
      '#',
      '+/#',
      'water/#',
      'water/navrud/wm-02/#',
      'water/navrud/wm-02/+',
      '$SYS/#',
      '$share/g/water/navrud/wm-02/commands/x',
      'water/navrud/wm-02/commands#',
    ])
      assert.ok(!may('subscribeTopic', id), id);
    const elsewhere = actions.filter((action) => policies.permits(device, action));
    assert.deepEqual(elsewhere, [
      'viewPublic',
      'readEntities',
      'seeAttribute',
      'readContexts',
      'readSources',
      'sendReadings',
      'publishTopic',
      'subscribeTopic',
      'readPolicies',
      'readLog',
    ]);
  });

  test('a city with all roles in one person still keeps its duties apart', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...roles)), fc.constantFrom('person', 'service'), (held, kind) => {
        const who: Principal = { id: 'x', kind, roles: held.toSorted() };
        for (const [one, other] of apart)
          assert.ok(
            !(policies.permits(who, one) && policies.permits(who, other)),
            `${held.join()}: ${one} and ${other}`,
          );
        if (held.includes('moderator')) assert.ok(!policies.permits(who, 'openVault'));
      }),
      { numRuns: 120 },
    );
    assert.ok(
      roles.some((role) => policies.permits(person(role), 'openVault')),
      'somebody may ask',
    );
    assert.ok(
      roles.some((role) => policies.permits(person(role), 'approveOpening')),
      'somebody may agree',
    );
  });

  test('outside the scope of its key a program has no roles', () => {
    const full = service('administrator');
    const scoped: Principal = { ...full, scope: ['readMetrics'] };
    assert.ok(policies.permits(scoped, 'readMetrics'));
    assert.ok(!policies.permits(scoped, 'managePeople'));
    assert.ok(policies.permits(scoped, 'viewPublic'), 'what everybody may needs no scope');
    assert.ok(!reads(policies, scoped, entity('Device')));
    assert.ok(policies.hidden(scoped)?.has(`${vocabulary}serialNumber`));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }),
        fc.subarray([...actions]),
        fc.constantFrom(...actions),
        (held, scope, action) => {
          const limited = policies.permits({ ...service(...held), scope }, action);
          assert.ok(!limited || policies.permits(service(...held), action));
          if (!scope.includes(action)) assert.equal(limited, policies.permits(service(), action));
        },
      ),
    );
  });

  test('who was given no source, tenant or topic may do nothing to its own', () => {
    for (const action of ['sendReadings', 'enterTenant', 'publishTopic', 'subscribeTopic'] as const) {
      assert.ok(!policies.permits(service(), action), action);
      assert.ok(!policies.permits({ ...device, sources: [], topics: [] }, action), action);
    }
    assert.ok(policies.permits({ ...service(), tenants: 'all' }, 'enterTenant'));
  });

  test('those who are shown the same are given the same answers, as objects', () => {
    assert.equal(policies.filter(person('reviewer')), policies.filter(anonymousPrincipal));
    assert.equal(policies.hidden(person('reviewer')), policies.hidden(anonymousPrincipal));
    assert.notEqual(policies.filter(person('dispatcher')), policies.filter(anonymousPrincipal));
  });

  test('a program gives no rights and opens no vault, whatever its roles', () => {
    for (const action of ['managePeople', 'manageKeys', 'openVault', 'approveOpening'] as const) {
      assert.ok(!policies.permits(service(...roles), action), action);
      for (const role of roles) assert.ok(!policies.permits(service(role), action), `${role}: ${action}`);
    }
  });

  test('roles that nobody knows are none', () => {
    for (const action of actions)
      assert.equal(
        policies.permits(person('mayor', 'Role::"administrator"'), action),
        policies.permits(person(), action),
      );
  });

  test('types that nobody names are one to the policy, whatever they are called', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.constantFrom(...roles), (id, role) => {
        assert.equal(
          policies.permits(person(role), 'readEntities', { type: 'EntityType', id }),
          policies.permits(person(role), 'readEntities', type('Unheard')),
        );
      }),
    );
  });

  test('every policy has a name of its own, and an explanation names those that decided', () => {
    for (const { id, file } of policies.rules) assert.doesNotMatch(id, new RegExp(file), `${id} has no @id`);
    const why = policies.explain(person('data-officer'), 'openVault');
    assert.deepEqual([why.decision, why.rules.map(({ id }) => id)], ['no', ['who-approves-does-not-open']]);
    const nothing = policies.explain(anonymousPrincipal, 'managePeople');
    assert.deepEqual([nothing.decision, nothing.rules], ['no', []]);
    const yes = policies.explain(anonymousPrincipal, 'readEntities', type('Pipe'));
    assert.deepEqual([yes.decision, yes.rules.map(({ id }) => id)], ['yes', ['everybody-reads-public-entities']]);
    assert.match(yes.rules[0]?.text ?? '', /^\/\/ An entity is public unless/);
  });
});

suite('the policies of one city', () => {
  test('a permit adds, a forbid goes before it and before those that come with the program', async () => {
    const own = await opened({
      'own.cedar': `
        // Camera pictures for the shift.
        permit (principal in Role::"shift-lead", action == Action::"seeAttribute", resource in AttributeGroup::"video");
        @id("no-imports") forbid (principal, action == Action::"importData", resource);
        permit (principal in Role::"shift-lead", action == Action::"openVault", resource);
      `,
      'groups.json': '{ "types": { "work": { "about": "x", "of": ["Inspection", "https://example.org/Visit"] } } }',
    });
    assert.ok(!own.hidden(person('shift-lead'))?.has(`${vocabulary}streamURL`));
    assert.ok(!own.permits(person('department-editor'), 'importData'));
    assert.deepEqual(
      own.explain(person('department-editor'), 'importData').rules.map(({ id }) => id),
      ['no-imports'],
    );
    assert.ok(!own.permits(person('administrator', 'shift-lead'), 'openVault'), 'duties stay apart');
    assert.ok(!own.permits(anonymousPrincipal, 'readEntities', type('Inspection')));
    assert.ok(
      !own.permits(anonymousPrincipal, 'readEntities', { type: 'EntityType', id: 'https://example.org/Visit' }),
    );
    assert.ok(!own.permits(anonymousPrincipal, 'readEntities', type('WorkOrder')), 'what comes with the program stays');
    assert.notEqual(own.version, (await openPolicies()).version);
    assert.deepEqual(
      own.files.filter(({ shipped }) => !shipped).map(({ name }) => name),
      ['city/groups.json', 'city/own.cedar'],
    );
    assert.ok(
      own.rules.some(({ id }) => id === 'city/own.cedar:2'),
      own.rules.map(({ id }) => id).join(),
    );
  });

  test('topics of a group are all that its filters match', async () => {
    const own = await opened({
      'own.cedar': `permit (principal is Service, action == Action::"subscribeTopic", resource in TopicGroup::"water")
        when { principal has department && principal.department == "water" };`,
      'groups.json': '{ "topics": { "water": { "about": "x", "of": ["water/#", "mains/+/flow"] } } }',
    });
    const who: Principal = { ...service(), department: 'water' };
    for (const id of ['water/a', 'water/#', 'mains/+/flow'])
      assert.ok(own.permits(who, 'subscribeTopic', topic(id)), id);
    for (const id of ['#', 'mains/#', '+/a', 'heat/a']) assert.ok(!own.permits(who, 'subscribeTopic', topic(id)), id);
    assert.ok(!own.permits(service(), 'subscribeTopic', topic('water/a')));
  });

  test('whoever may not see attributes that nobody names sees no entity', async () => {
    const own = await opened({
      'a.cedar': 'forbid (principal is Anonymous, action == Action::"seeAttribute", resource);',
    });
    assert.equal(own.filter(anonymousPrincipal), 'nothing');
    assert.notEqual(own.filter(person()), 'nothing');
  });

  test('a permit to read may be narrowed for types that nobody names', async () => {
    const own = await opened({
      'a.cedar': `forbid (principal is Anonymous, action == Action::"readEntities", resource);
        @where("status==\\"open\\"") permit (principal is Device, action == Action::"readEntities", resource);`,
    });
    assert.equal(own.filter(anonymousPrincipal), 'nothing');
    assert.ok(reads(own, device, entity('WorkOrder', { status: { type: 'Property', value: 'open' } })));
    assert.ok(!reads(own, device, entity('WorkOrder', { status: { type: 'Property', value: 'shut' } })));
    assert.ok(reads(own, device, entity('Pipe')), 'the wider permit for everybody holds');
  });

  const faulty: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    [
      'a syntax error',
      { 'a.cedar': '// x\n\npermit (principal, action,\n  resource) wen { true };' },
      /^city\/a\.cedar:4: .*invalid policy condition: wen/,
    ],
    ['a policy that is not ended', { 'a.cedar': 'permit (principal, action, resource)' }, /^city\/a\.cedar:1: /],
    [
      'a role that there is not',
      { 'a.cedar': 'permit (principal in\n Role::"dispacher", action, resource);' },
      /^city\/a\.cedar:2: .*dispacher/,
    ],
    [
      'an action that there is not',
      { 'a.cedar': 'permit (principal, action == Action::"fly", resource);' },
      /^city\/a\.cedar:1: .*fly/,
    ],
    [
      'an attribute that there is not',
      {
        'a.cedar':
          'permit (principal is Person, action == Action::"viewPublic", resource)\nwhen { principal.name == "x" };',
      },
      /^city\/a\.cedar:2: .*name/,
    ],
    [
      'a policy that can never apply',
      { 'a.cedar': 'permit (principal is Person, action == Action::"viewPublic", resource is Topic);' },
      /^city\/a\.cedar:1: /,
    ],
    [
      'a single person',
      { 'a.cedar': 'permit (principal == Person::"anna", action == Action::"viewPublic", resource);' },
      /a\.cedar:1: Person::"anna": policies speak of kinds and roles/,
    ],
    [
      'a group that there is not',
      { 'a.cedar': 'permit (principal, action == Action::"readEntities", resource in TypeGroup::"wrok");' },
      /a\.cedar:1: groups\.json has no TypeGroup::"wrok"/,
    ],
    [
      'a short name of a type',
      { 'a.cedar': 'permit (principal, action == Action::"readEntities", resource == EntityType::"Pipe");' },
      /a\.cedar:1: EntityType::"Pipe": wanted an IRI/,
    ],
    [
      'an annotation that means nothing',
      { 'a.cedar': '@wher("a==1") permit (principal, action == Action::"readEntities", resource);' },
      /a\.cedar:1: @wher means nothing/,
    ],
    [
      'rows of something that has none',
      {
        'a.cedar':
          '@where("a==1") permit (principal, action in [Action::"readEntities", Action::"writeEntities"], resource);',
      },
      /a\.cedar:1: @where narrows permits of readEntities/,
    ],
    [
      'rows of a forbid',
      { 'a.cedar': '@where("a==1") forbid (principal, action == Action::"readEntities", resource);' },
      /@where narrows permits/,
    ],
    [
      'rows of all actions',
      { 'a.cedar': '@where("a==1") permit (principal, action, resource);' },
      /@where narrows permits/,
    ],
    [
      'rows that are no query',
      { 'a.cedar': '@where("a==") permit (principal, action == Action::"readEntities", resource);' },
      /a\.cedar:1: @where: a value is expected/,
    ],
    [
      'rows of an unknown word',
      { 'a.cedar': '@where("a==\\"${dept}\\"") permit (principal, action == Action::"readEntities", resource);' },
      /a\.cedar:1: @where: \$\{department\} and \$\{areas\} stand alone/,
    ],
    [
      'rows outside areas',
      { 'a.cedar': '@where("a!=\\"${areas}\\"") permit (principal, action == Action::"readEntities", resource);' },
      /a\.cedar:1: @where: \$\{areas\} stands behind == alone/,
    ],
    [
      'two policies of one name',
      { 'a.cedar': '@id("the-platform-itself") permit (principal, action == Action::"viewPublic", resource);' },
      /a\.cedar:1: another policy is called/,
    ],
    ['a template', { 'a.cedar': 'permit (principal == ?principal, action, resource);' }, /^city\/a\.cedar:1: /],
    [
      'a role that brings duties together',
      {
        'a.cedar':
          '\npermit (principal in Role::"dispatcher", action in [Action::"openVault", Action::"approveOpening"], resource);',
      },
      /^city\/a\.cedar:2: dispatcher may both openVault and approveOpening \(city\/a\.cedar:2\)/,
    ],
    ['groups that are no JSON', { 'groups.json': '{ "types": }' }, /^city\/groups\.json:1: /],
    [
      'a group without a reason',
      { 'groups.json': '{\n"types": {\n"x": { "of": [] } } }' },
      /^city\/groups\.json:3: types\.x: wanted/,
    ],
    [
      'a member that is no name',
      { 'groups.json': '{ "types": { "x": { "about": "", "of": ["a b"] } } }' },
      /^city\/groups\.json:1: types\.x: wanted a short name/,
    ],
    ['groups of something else', { 'groups.json': '{ "type": {} }' }, /^city\/groups\.json:1: type: wanted types/],
  ];
  for (const [what, files, reason] of faulty)
    test(`${what} is refused with its place and reason`, async () => {
      assert.match(await refusal(files), reason);
    });

  test('all faults of all files are told at once', async () => {
    const told = await refusal({
      'a.cedar': 'permit;\nforbid;',
      'b.cedar': 'permit (principal in Role::"x", action, resource);',
    });
    assert.deepEqual(
      told.split('\n').map((line) => line.split(' ')[0]),
      ['city/a.cedar:1:', 'city/a.cedar:2:', 'city/b.cedar:1:'],
    );
  });

  test('whatever a file holds, it is taken or refused with its place', async () => {
    const piece = fc.constantFrom(
      'permit',
      'forbid',
      '(',
      ')',
      'principal',
      ',',
      'action',
      'resource',
      ';',
      '@id("x")',
      '"',
      '//',
      '\n',
      ' ',
      'when {',
      '}',
      'Role::"auditor"',
      'in',
      'ӯ',
      '?principal',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 14 }), async (pieces) => {
        await opened({ 'a.cedar': pieces.join(' ') }).catch((error: unknown) => {
          assert.ok(error instanceof Problem, String(error));
          assert.match(error.message, /^city\/a\.cedar:\d+: /);
        });
      }),
      { numRuns: 25 },
    );
  });
});
