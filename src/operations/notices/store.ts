/** The tables of notices and the only SQL. Writes are row deltas of the record that changes the entity. */
import type { Language } from '../../city/profile.ts';
import type { RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';
import type { Draft, Notice, Said, State, Step, Version } from './schema.ts';

/** `state`: as the entity was last told; who reads derives it from time. */
export const noticeTable: TableDefinition = {
  name: 'notice',
  columns: {
    id: 'TEXT',
    version: 'INTEGER',
    state: 'TEXT',
    issued_at: 'INTEGER',
    from_at: 'INTEGER',
    until_at: 'INTEGER',
    withdrawn_at: 'INTEGER',
    simulated: 'INTEGER',
    about: 'TEXT',
  },
  key: ['id'],
  indexes: [['until_at'], ['state']],
};

/** Each thing that was said; `content` is JSON. Rows are added and never changed. */
export const noticeVersionTable: TableDefinition = {
  name: 'notice_version',
  columns: { notice: 'TEXT', version: 'INTEGER', at: 'INTEGER', made_by: 'TEXT', step: 'TEXT', content: 'TEXT' },
  key: ['notice', 'version'],
};

export const noticeTables: readonly TableDefinition[] = [noticeTable, noticeVersionTable];

type Content = {
  readonly draft: Draft;
  readonly said: Readonly<Partial<Record<Language, Said>>>;
  readonly withdrawal?: string;
};

/** The rows of a notice whose newest version is new. */
export function rowsOf(notice: Notice, state: State): readonly RowDelta[] {
  const { number, at, by, step, draft, said, withdrawal } = notice.version;
  const content: Content = { draft, said, ...(withdrawal !== undefined && { withdrawal }) };
  return [
    stateRow(notice, state),
    {
      table: noticeVersionTable.name,
      key: { notice: notice.id, version: number },
      row: { at, made_by: by, step, content: JSON.stringify(content) },
    },
  ];
}

export function stateRow({ id, issuedAt, withdrawnAt, simulated, version }: Notice, state: State): RowDelta {
  return {
    table: noticeTable.name,
    key: { id },
    row: {
      version: version.number,
      state,
      issued_at: issuedAt,
      from_at: version.draft.from,
      until_at: version.draft.until,
      withdrawn_at: withdrawnAt ?? null,
      simulated: simulated ? 1 : 0,
      about: version.draft.about ?? null,
    },
  };
}

type Row = Readonly<Record<string, SqlValue>>;

export function noticeStore(rows: Rows) {
  const select = `SELECT n.id, n.issued_at, n.withdrawn_at, n.simulated, v.version, v.at, v.made_by, v.step, v.content
    FROM notice n JOIN notice_version v ON v.notice = n.id AND v.version = n.version`;
  const list = async (rest: string, parameters: readonly SqlValue[]): Promise<readonly Notice[]> =>
    (await rows.all(`${select} ${rest}`, parameters)).map(toNotice);
  return {
    async find(id: string): Promise<Notice | undefined> {
      const [found] = await list('WHERE n.id = ?', [id]);
      return found;
    },
    /** In force or to come, the newest first. */
    current: (now: number): Promise<readonly Notice[]> =>
      list('WHERE n.withdrawn_at IS NULL AND n.until_at > ? ORDER BY v.at DESC, n.id', [now]),
    /** Over or withdrawn, issued before that, the newest first. */
    past: (now: number, before: number, limit: number): Promise<readonly Notice[]> =>
      list(
        `WHERE (n.withdrawn_at IS NOT NULL OR n.until_at <= ?) AND n.issued_at < ? ORDER BY n.issued_at DESC, n.id LIMIT ?`,
        [now, before, limit],
      ),
    /** Whose entities do not know yet that their time has come or is over. */
    unsettled: (now: number): Promise<readonly Notice[]> =>
      list(
        `WHERE (n.state = 'planned' AND n.from_at <= ?) OR (n.state = 'inForce' AND n.until_at <= ?) ORDER BY n.id`,
        [now, now],
      ),
    /** Ids of those that were over or withdrawn before (ms). */
    async overBefore(before: number): Promise<readonly string[]> {
      const sql = 'SELECT id FROM notice WHERE until_at < ? OR withdrawn_at < ? ORDER BY id';
      return (await rows.all(sql, [before, before])).map((row) => String(row['id']));
    },
    /** The newest first. */
    async versions(id: string): Promise<readonly Version[]> {
      const found = await rows.all('SELECT * FROM notice_version WHERE notice = ? ORDER BY version DESC', [id]);
      return found.map(toVersion);
    },
  };
}

export type NoticeStore = ReturnType<typeof noticeStore>;

function toNotice(row: Row): Notice {
  return {
    id: String(row['id']),
    issuedAt: Number(row['issued_at']),
    simulated: row['simulated'] === 1,
    ...(row['withdrawn_at'] !== null && { withdrawnAt: Number(row['withdrawn_at']) }),
    version: toVersion(row),
  };
}

function toVersion(row: Row): Version {
  return {
    number: Number(row['version']),
    at: Number(row['at']),
    by: String(row['made_by']),
    step: String(row['step']) as Step,
    ...(JSON.parse(String(row['content'])) as Content),
  };
}
