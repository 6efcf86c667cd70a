/** The rules of notices. What was said stays: an update and a withdrawal are versions. One record for rows and entity. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { type Action, type Principal, type Resource, systemPrincipal } from '../../http/index.ts';
import type { Entity } from '../../ngsild/entity.ts';
import { subjectOf, type Taken, takenFrom } from './about.ts';
import { compose } from './compose.ts';
import { entityOf, iriOf, isOver, stateDelta, versionIn } from './entity.ts';
import { type Draft, type Notice, parseWithdrawal, stateOf, type Step, type Version, wholeCity } from './schema.ts';
import { noticeStore, rowsOf, stateRow } from './store.ts';
import type { Rows } from '../../store/ports.ts';

/** A notice and whether what it is about has been cleared or closed, so that it waits to be withdrawn. */
export type Current = Notice & { readonly due: boolean };

export type Notices = {
  /** An id for one that is written now; sending it twice makes one notice. */
  readonly newId: NewId;
  /** Whether who may write for these districts, or for the whole city. */
  mayWrite(who: Principal, districts: readonly string[]): boolean;
  /** @throws Problem forbidden (districts): not there; bad-data (about): what the writer does not see */
  demand(who: Principal, draft: Draft): Promise<void>;
  /** Durable when resolved. @throws Problem: see `demand` */
  issue(who: Principal, id: string, draft: Draft): Promise<Notice>;
  /** @param version that was looked at; another one meanwhile is a conflict. @throws Problem conflict, not-found; `demand` */
  update(who: Principal, id: string, version: number, draft: Draft): Promise<Notice>;
  /** @param until ms. @throws Problem conflict, not-found; `demand` */
  prolong(who: Principal, id: string, version: number, until: number): Promise<Notice>;
  /** @param why one of `withdrawals`. @throws Problem conflict, not-found, bad-data (reason); `demand` */
  withdraw(who: Principal, id: string, version: number, why: string): Promise<Notice>;
  /** @throws Problem not-found */
  get(id: string): Promise<Notice>;
  /** The newest first. */
  versions(id: string): Promise<readonly Version[]>;
  /** In force or to come, the newest first. */
  current(): Promise<readonly Notice[]>;
  /** The same for who writes: with those that wait to be withdrawn, as far as `who` sees what they are about. */
  watched(who: Principal): Promise<readonly Current[]>;
  /** Over or withdrawn, issued before that (ms), the newest first. */
  past(limit: number, before?: number): Promise<readonly Notice[]>;
  /** What one about this entity takes over from it; undefined when `who` sees no such entity. */
  taken(who: Principal, about: string): Promise<Taken | undefined>;
  /** Tells entities that their time has come or is over, and withdraws those that asked for it. @returns how many */
  settle(): Promise<number>;
};

const cause = { by: 'notices' };

export function noticeService(deps: {
  broker: Pick<Broker, 'amend' | 'find'>;
  rows: Rows;
  city: City;
  clock: Clock;
  newId: NewId;
  permits: (who: Principal, action: Action, resource: Resource) => boolean;
}): Notices {
  const { broker, city, clock, newId, permits } = deps;
  const store = noticeStore(deps.rows);

  const get: Notices['get'] = async (id) => {
    const notice = await store.find(id);
    if (!notice) throw new Problem('not-found', 'there is no such notice', 'id');
    return notice;
  };

  const mayWrite: Notices['mayWrite'] = (who, districts) =>
    districts.every((id) => permits(who, 'writeNotices', { type: 'Area', id: id === wholeCity ? '' : id }));
  const demandThere = (who: Principal, { districts }: Pick<Draft, 'districts'>): void => {
    if (!mayWrite(who, districts)) throw new Problem('forbidden', 'you may not write notices there', 'districts');
  };
  const demand: Notices['demand'] = async (who, draft) => {
    demandThere(who, draft);
    const { about } = draft;
    // A notice tells when what it is about is over.
    const hides = async (iri: string): Promise<boolean> =>
      !(await broker.find(who, 0, iri)) && (await broker.find(systemPrincipal, 0, iri)) !== undefined;
    if (about !== undefined && (await hides(about)))
      throw new Problem('bad-data', 'a notice is about what its writer sees', 'about');
  };

  /** @param number of the version that is followed by this one; 0: there was none */
  const say = async (notice: Notice, number: number): Promise<Notice> => {
    const iri = iriOf(notice.id);
    let said = notice;
    await broker.amend(systemPrincipal, 0, [iri], cause, (looked, at) => {
      const before = looked.get(iri)?.entity;
      if ((before === undefined ? 0 : versionIn(before)) !== number)
        throw new Problem('conflict', 'somebody else has changed this notice meanwhile', 'version');
      const ms = Date.parse(at);
      said = { ...notice, ...(number === 0 && { issuedAt: ms }), version: { ...notice.version, at: ms } };
      if (notice.withdrawnAt !== undefined) said = { ...said, withdrawnAt: ms };
      const state = stateOf(said, ms);
      const entity = entityOf(said, state, city, before?.createdAt ?? at, at);
      return { entities: [{ op: 'put', entity }], rows: rowsOf(said, state) };
    });
    return said;
  };

  const follow = async (
    who: Principal,
    id: string,
    number: number,
    step: Step,
    change: (notice: Notice) => { draft: Draft; withdrawal?: string },
  ): Promise<Notice> => {
    const notice = await get(id);
    const state = stateOf(notice, clock.now());
    if (state === 'over' || state === 'withdrawn')
      throw new Problem('conflict', 'this notice is over; write another one', 'id');
    demandThere(who, notice.version.draft);
    const { draft, withdrawal } = change(notice);
    await demand(who, draft);
    const version: Version = {
      number: number + 1,
      at: clock.now(),
      by: who.id,
      step,
      draft,
      said: compose(draft, city),
      ...(withdrawal !== undefined && { withdrawal }),
    };
    return say({ ...notice, version, ...(step === 'withdrawn' && { withdrawnAt: clock.now() }) }, number);
  };

  const withdraw: Notices['withdraw'] = (who, id, number, why) => {
    const withdrawal = parseWithdrawal(why);
    return follow(who, id, number, 'withdrawn', ({ version: { draft } }) => ({ draft, withdrawal }));
  };

  const current: Notices['current'] = () => store.current(clock.now());

  const watched: Notices['watched'] = async (who) =>
    Promise.all(
      (await current()).map(async (notice) => {
        const { about } = notice.version.draft;
        const found = about === undefined ? undefined : await broker.find(who, 0, about);
        return { ...notice, due: found !== undefined && isOver(found.entity) };
      }),
    );

  const settleOne = async (notice: Notice): Promise<void> => {
    const iri = iriOf(notice.id);
    await broker.amend(systemPrincipal, 0, [iri], cause, (looked, at) => {
      const entity: Entity | undefined = looked.get(iri)?.entity;
      // Somebody has said something else meanwhile, and the state with it.
      if (!entity || versionIn(entity) !== notice.version.number) return { entities: [] };
      const state = stateOf(notice, Date.parse(at));
      return { entities: [stateDelta(notice, state, at)], rows: [stateRow(notice, state)] };
    });
  };

  return {
    newId,
    mayWrite,
    demand,
    async issue(who, id, draft) {
      if (!/^[0-9A-HJKMNP-TV-Z]{10}$/.test(id)) throw new Problem('bad-data', 'not an id of a notice', 'id');
      await demand(who, draft);
      const now = clock.now();
      const said = compose(draft, city);
      const version: Version = { number: 1, at: now, by: who.id, step: 'issued', draft, said };
      const known = await store.find(id);
      return known ?? say({ id, issuedAt: now, simulated: city.simulated, version }, 0);
    },
    update: (who, id, number, draft) => follow(who, id, number, 'updated', () => ({ draft })),
    prolong: (who, id, number, until) =>
      follow(who, id, number, 'prolonged', ({ version: { draft } }) => {
        if (until <= draft.from) throw new Problem('bad-data', 'a time after the beginning is wanted', 'until');
        return { draft: { ...draft, until } };
      }),
    withdraw,
    get,
    versions: (id) => store.versions(id),
    current,
    watched,
    async taken(who, about) {
      const found = await broker.find(who, 0, about);
      if (!found) return undefined;
      const subject = subjectOf(found.entity);
      const stored = subject === undefined ? undefined : await broker.find(who, 0, subject);
      return takenFrom(found.entity, stored?.entity, city);
    },
    past: (limit, before = Number.MAX_SAFE_INTEGER) => store.past(clock.now(), before, limit),
    async settle() {
      const unsettled = await store.unsettled(clock.now());
      for (const notice of unsettled) await settleOne(notice);
      const cleared = (await watched(systemPrincipal)).filter(({ due, version }) => due && version.draft.withdraws);
      for (const { id, version } of cleared) await withdraw(systemPrincipal, id, version.number, 'cleared');
      return unsettled.length + cleared.length;
    },
  };
}
