import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { actions } from '../../http/principal.ts';
import { missingMessages } from '../../ui/index.ts';
import { roles } from '../schema.ts';
import { answersTo, inShort, resourceOf, type Answer } from './answers.ts';
import { policyWords } from './pages/messages/index.ts';
import { openPolicies, type Policies } from './policies.ts';

suite('who can see this, and why', () => {
  let policies: Policies;
  const told = async (action: (typeof actions)[number], of = ''): Promise<Record<string, string>> => {
    const answers = await answersTo(policies, action, resourceOf(policies, action, of));
    const name = ({ whom: { kind, role } }: Answer): string => (role ? `${kind} ${role}` : kind);
    return Object.fromEntries(
      answers.map((one) => [name(one), `${one.decision} ${one.rules.map(({ id }) => id).join()}`.trim()]),
    );
  };
  before(async () => {
    policies = await openPolicies();
  });

  test('a type is asked for by its short name, and those who see some rows of it are told so', async () => {
    const answers = await told('readEntities', 'WorkOrder');
    assert.equal(answers['anonymous'], 'no');
    assert.equal(answers['person dispatcher'], 'yes those-on-duty-see-devices-and-work');
    assert.equal(answers['person department-head'], 'partly heads-see-the-work-of-their-department');
    assert.equal(answers['system'], 'yes the-platform-itself');
    assert.equal(answers['service dispatcher'], answers['person dispatcher']);
  });

  test('a refusal by a forbid names it', async () => {
    assert.equal((await told('openVault'))['person moderator'], 'no moderators-never-see-who-wrote');
    assert.equal((await told('openVault'))['person intake-clerk'], 'yes intake-asks-for-openings');
  });

  test('what somebody may do to the own alone is told as a part', async () => {
    const answers = await told('publishTopic', 'water/navrud/wm-02');
    assert.equal(answers['device'], 'partly devices-publish-below-their-prefix');
    assert.equal(answers['anonymous'], 'no');
    assert.equal(
      (await told('subscribeTopic', 'air/kiosk/commands/#'))['device'],
      'partly devices-hear-their-commands',
    );
    assert.equal((await told('publishTopic', 'air/kiosk/commands/on'))['device'], 'no commands-come-from-the-platform');
    assert.equal(
      (await told('enterTenant', 'sandbox'))['person developer'],
      'partly whoever-was-given-a-tenant-enters-it',
    );
    assert.equal((await told('sendReadings'))['service utility-engineer']?.split(' ')[0], 'yes');
  });

  test('in short, a program in a role stands there only where it is told something of its own', async () => {
    const lines = async (action: (typeof actions)[number]): Promise<readonly string[]> =>
      inShort(await answersTo(policies, action)).map(({ whom: { kind, role = '' }, only }) =>
        `${kind} ${role}${only ? ', only' : ''}`.trim(),
      );
    const readings = await lines('sendReadings');
    assert.deepEqual(
      readings.filter((line) => line.startsWith('service')),
      ['service', 'service utility-engineer'],
    );
    assert.ok(readings.includes('person utility-engineer, only'));
    assert.ok((await lines('managePeople')).includes('person administrator, only'));
    const metrics = await lines('readMetrics');
    assert.ok(metrics.includes('person administrator'));
    assert.deepEqual(
      metrics.filter((line) => line.startsWith('service')),
      ['service'],
    );
    assert.equal((await told('enterTenant'))['anonymous'], 'no', 'nobody was given a tenant without an account');
  });

  test('where all persons are told the same, they are one line', async () => {
    const persons = async (action: (typeof actions)[number]) =>
      inShort(await answersTo(policies, action)).filter(({ whom }) => whom.kind === 'person');
    const [everybody, ...others] = await persons('useAccount');
    assert.deepEqual(others, []);
    assert.equal(everybody?.all, true);
    assert.equal(everybody.decision, 'yes');
    assert.equal((await persons('sendReadings')).length, 1 + roles.length, 'one role may');
    const programs = inShort(
      (await answersTo(policies, 'useAccount')).map((answer) =>
        answer.whom.kind === 'service' && answer.whom.role === 'developer' && everybody
          ? { ...everybody, whom: answer.whom }
          : answer,
      ),
    );
    assert.ok(programs.some(({ whom }) => whom.kind === 'service' && whom.role === 'developer'));
  });

  test('attributes and what is done to nothing in particular', async () => {
    assert.equal(
      (await told('seeAttribute', 'macAddress'))['person administrator'],
      'yes administrators-tell-devices-apart',
    );
    assert.equal(
      (await told('readMetrics', 'whatever'))['person administrator'],
      'yes administrators-keep-the-platform',
    );
    assert.equal((await told('readLog'))['anonymous'], 'yes everybody-looks-at-the-city');
  });

  test('whatever is asked for, there is an answer or a problem', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...actions), fc.oneof(fc.string(), fc.webUrl()), async (action, of) => {
        try {
          const answers = await answersTo(policies, action, resourceOf(policies, action, of));
          assert.ok(answers.length >= 20);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('every action and role has its words in every language', () => {
    assert.deepEqual(missingMessages(policyWords), []);
    const t = policyWords('tg');
    for (const action of actions) assert.notEqual(t(`action.${action}`), '');
    for (const role of roles) assert.notEqual(t(`role.${role}`), '');
  });
});
