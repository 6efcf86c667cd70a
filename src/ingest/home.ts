import { inLanguage } from '../city/profile.ts';
import type { HomeContext, HomePart } from '../http/module.ts';
import { formatRelative } from '../ui/index.ts';
import { ingestWords } from './pages/messages/index.ts';
import type { SourceReport } from './schema.ts';

/** What ingestion says on the home page: how fresh each source is, and which have fallen silent. */
export function homePart(reports: readonly SourceReport[], { language, now }: HomeContext): HomePart {
  const t = ingestWords(language);
  const name = ({ source }: SourceReport): string => inLanguage(source.name, language).text;
  const lastMs = ({ health }: SourceReport): number | undefined => {
    const last = health.lastAcceptedAt ?? health.lastSeenAt;
    return last === null ? undefined : Date.parse(last);
  };
  const lost = ({ health: { connection } }: SourceReport): string | undefined =>
    connection?.state === 'unreachable'
      ? t('connectionLost', { ago: formatRelative(Date.parse(connection.since), now, language) })
      : undefined;
  return {
    attention: reports
      .filter(({ health }) => health.state === 'silent')
      .map((report) => {
        const last = lastMs(report) ?? now;
        return {
          severity: 'warn',
          title: t('needsTitle', { name: name(report) }),
          text: [t('needsText', { ago: formatRelative(last, now, language) }), lost(report)].filter(Boolean).join(' '),
          href: `/sources#${report.source.id}`,
          sinceMs: last,
          simulated: report.source.simulated,
        };
      }),
    freshness: reports.map((report) => {
      const last = lastMs(report);
      return {
        name: name(report),
        detail: lost(report) ?? t('homeDetail', { n: report.health.perMinute }),
        href: `/sources#${report.source.id}`,
        ...(last !== undefined && { lastMs: last }),
        state: report.health.state,
        simulated: report.source.simulated,
      };
    }),
  };
}
