import { csvCell } from '../../base/csv.ts';
import type { Command } from './schema.ts';

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** Commands of one point: CRLF (RFC 4180), a byte order mark for spreadsheets. Opaque ids, no names. */
export function commandsCsv(commands: readonly Command[]): string {
  const head =
    'id,point,value,state,by,requestedAt,expiresAt,sendingAt,deadlineAt,endedAt,answer,answeredAt,answers,lateAt,detail,note,district,simulated';
  const rows = commands.map((command) => [
    command.id,
    command.point,
    typeof command.value === 'boolean' ? String(command.value) : command.value,
    command.state,
    command.by,
    iso(command.requestedAt),
    iso(command.expiresAt),
    iso(command.sendingAt),
    iso(command.deadlineAt),
    iso(command.endedAt),
    typeof command.answer === 'boolean' ? String(command.answer) : command.answer,
    iso(command.answeredAt),
    command.answers,
    iso(command.lateAt),
    command.detail,
    command.note,
    command.district,
    String(command.simulated),
  ]);
  return `\ufeff${[head, ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`;
}
