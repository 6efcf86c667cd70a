/** The sample city always has one notice in force, written by the same service as any other. */
import type { Clock } from '../../base/clock.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import { type Draft, stateOf, wholeCity } from './schema.ts';
import type { Notices } from './service.ts';
import { templateOf } from './templates.ts';

const hourMs = 3_600_000;
/** One that ends within this time is followed by the next, so that there is no moment without. */
const overlapMs = 60_000;
/** In turn. */
const turns = ['water-planned', 'power-planned', 'heat-planned'] as const;

/** Writes the next one when the last ends. @returns whether it wrote */
export async function keepSampleNotice(notices: Notices, city: City, clock: Clock): Promise<boolean> {
  const now = clock.now();
  const own = (await notices.current()).filter(({ version }) => version.by === systemPrincipal.id);
  if (own.some((notice) => stateOf(notice, now) === 'inForce' && notice.version.draft.until - now > overlapMs))
    return false;
  await notices.issue(systemPrincipal, notices.newId(), sampleDraft(city, now));
  return true;
}

function sampleDraft(city: City, now: number): Draft {
  const turn = Math.floor(now / (8 * hourMs));
  const template = templateOf(turns[turn % turns.length] ?? turns[0]);
  const district = city.districts[turn % Math.max(1, city.districts.length)];
  const from = Math.floor(now / 60_000) * 60_000;
  return {
    template: template.id,
    districts: [district?.id ?? wholeCity],
    from,
    until: from + 8 * hourMs,
    severity: template.severity,
    ...(template.reasons[0] !== undefined && { reason: template.reasons[0] }),
    advice: template.advice,
    places: [],
    title: {},
    more: {},
    withdraws: false,
  };
}
