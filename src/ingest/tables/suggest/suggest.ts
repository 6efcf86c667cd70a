import { slug } from '../../../city/index.ts';
import type { City } from '../../../city/profile.ts';
import type { TableView } from '../inspect.ts';
import type { Cell } from '../table.ts';
import { guessColumn, type ColumnGuess } from './column.ts';
import type { Remark } from '../../importing/remark.ts';
import { attributeName, entityType, inLanguageOf, unitCodeOf } from './naming.ts';
import { guessPlace } from './place.ts';
import { lineNumber, ownDate, totals } from './words.ts';

export type Suggestion = {
  /** An element of `mappings`, without its source, that the compiler of mappings takes; written to be read and corrected. */
  readonly mapping: Readonly<Record<string, unknown>>;
  /** What it could not know. */
  readonly doubts: readonly Remark[];
  readonly columns: readonly ColumnGuess[];
};

export type SuggestOptions = {
  /** What the rows are; default what the names of file, sheet and columns tell of. */
  readonly type?: string;
};
type Attribute = Readonly<Record<string, unknown>>;
/** Where the suggestion is made. */
export type SuggestCity = Pick<City, 'timeZone' | 'bbox' | 'center'>;

/**
 * Proposes a mapping from the header and the first rows of a table. What it cannot know it leaves out and says so: it never
 * chooses between two days that a date could mean, nor takes a column about persons.
 */
export function suggestMapping(view: TableView, options: SuggestOptions, city: SuggestCity): Suggestion {
  const doubts: Remark[] = viewDoubts(view);
  const named = [...view.header.entries()].filter(([, name]) => name !== '');
  if (named.length < view.header.length) {
    doubts.push({ kind: 'unnamed', text: `${view.header.length - named.length} columns without a name are left out` });
  }
  const cells = new Map(named.map(([index, name]) => [name, view.sample.map((row) => row.cells[index])]));
  const cellsOf = ({ name }: ColumnGuess): readonly Cell[] => cells.get(name) ?? [];
  const columns = named.map(([, name]) => guessColumn(name, cells.get(name) ?? []));
  const place = guessPlace(columns, cellsOf, city);
  doubts.push(...(place?.doubts ?? []), ...columns.flatMap(columnDoubts));

  const time = columns.find(isTime);
  const stem = view.name.replace(/\.[^.]*$/, '');
  const type =
    options.type ?? entityType([view.sheet ?? '', stem, ...view.header]) ?? fallbackType(place !== undefined, doubts);
  const total = view.sample.find(({ cells: row }) =>
    totals.test(String(row.find((cell) => cell !== undefined && cell !== '') ?? '')),
  );
  if (total !== undefined) {
    doubts.push({
      kind: 'total',
      text: `row ${total.number} seems to be a line of totals: take it out of the sheet, or it becomes a thing as well`,
    });
  }
  const id = identify(columns, time, cellsOf, slug(stem), doubts);
  const used = new Set([...(place?.columns ?? []), ...(time ? [time.name] : []), ...id.columns]);
  const decimal = columns.find((column) => column.decimal !== undefined)?.decimal;

  const changing: Record<string, Attribute> = {};
  const standing: Record<string, Attribute> = {};
  const taken = new Set<string>();
  for (const column of columns) {
    if (used.has(column.name)) continue;
    const made = attributeOf(column, columns, taken, city.timeZone, decimal);
    if (!made) continue;
    for (const name of made.columns) used.add(name);
    // Of a series the numbers change; names and addresses are given once.
    const target = time === undefined || column.kind === 'number' || column.kind === 'boolean' ? changing : standing;
    target[made.name] = made.attribute;
  }
  if (place) (time === undefined ? changing : standing)['location'] = { kind: 'GeoProperty', point: place.point };
  // A mapping takes something of each row: then the texts are what changes.
  const [attributes, atBirth] = Object.keys(changing).length > 0 ? [changing, standing] : [standing, {}];
  if (Object.keys(attributes).length === 0) attributes['name'] = { value: `${type} ${id.hole}` };
  if (time?.dates && !isAbsolute(time.dates.formats)) {
    doubts.push({
      kind: 'zone',
      column: time.name,
      text: `times in "${time.name}" are taken as local times of ${city.timeZone}`,
    });
  }
  const table = tableForm(view, decimal);
  return {
    mapping: {
      payload: 'table',
      ...(Object.keys(table).length > 0 && { table }),
      entity: { id: `urn:ngsi-ld:${type}:${id.hole}`, type },
      ...(time?.dates && { time: { column: time.name, ...timeForm(time.dates.formats, city.timeZone) } }),
      attributes,
      ...(Object.keys(atBirth).length > 0 && { atBirth }),
    },
    doubts,
    columns,
  };
}

const isTime = (column: ColumnGuess): boolean =>
  column.kind === 'date' &&
  column.dates?.ambiguous === undefined &&
  column.named === 'time' &&
  !ownDate.test(column.name);

const isAbsolute = (formats: readonly string[]): boolean =>
  formats.every((format) => /^(iso|unix|unixMs)$/.test(format));

function timeForm(formats: readonly string[], zone: string): Attribute {
  return { format: formats.length === 1 ? formats[0] : formats, ...(!isAbsolute(formats) && { zone }) };
}

function tableForm(view: TableView, decimal: string | undefined): Attribute {
  const visible = view.sheets?.filter((sheet) => !sheet.hidden) ?? [];
  const firstRow = view.firstRow > view.headerRow + 1 && view.sample.length > 0;
  return {
    ...(visible.length > 1 && { sheet: view.sheet }),
    ...(view.encoding !== undefined && !view.encoding.startsWith('utf-') && { encoding: view.encoding }),
    ...(view.headerRow > 1 && { headerRow: view.headerRow }),
    ...(firstRow && { firstRow: view.firstRow }),
    ...(decimal !== undefined && { decimal }),
  };
}

function viewDoubts({ sample, encoding, headerRow, sheets = [], sheet }: TableView): Remark[] {
  const doubts: Remark[] = [];
  const visible = sheets.filter(({ hidden }) => !hidden);
  if (visible.length > 1) {
    const others = visible.filter(({ name }) => name !== sheet).map(({ name }) => `"${name}"`);
    doubts.push({
      kind: 'sheet',
      text: `the sheet "${sheet ?? ''}" is looked at; the others are ${others.join(', ')}`,
    });
  }
  if (encoding !== undefined && !encoding.startsWith('utf-')) {
    doubts.push({ kind: 'encoding', text: `the file is not UTF-8; it is read as ${encoding}` });
  }
  if (headerRow > 1) doubts.push({ kind: 'header', text: `row ${headerRow} is taken for the header` });
  if (sample.length === 0)
    doubts.push({ kind: 'empty', text: 'the table holds no rows, so its columns are guessed by their names' });
  return doubts;
}

function columnDoubts(column: ColumnGuess): Remark[] {
  const { name, kind, stray } = column;
  const doubts = valueDoubts(column);
  if (stray === undefined || (kind !== 'date' && kind !== 'number')) return doubts;
  return [
    ...doubts,
    { kind: 'stray', column: name, text: `"${name}": "${stray}" is no ${kind}: such rows are refused` },
  ];
}

function valueDoubts({ name, kind, dates, doubtful }: ColumnGuess): Remark[] {
  if (kind === 'personal') {
    return [
      {
        kind: 'personal',
        column: name,
        text: `"${name}" seems to be about persons and is left out: what is public holds no personal data`,
      },
    ];
  }
  if (dates?.ambiguous !== undefined) {
    const formats = dates.formats.join('" or "');
    return [
      {
        kind: 'ambiguousDate',
        column: name,
        text: `"${name}": which day is ${dates.ambiguous}? Left out until its format is said: "${formats}"`,
      },
    ];
  }
  if (doubtful !== undefined) {
    return [
      {
        kind: 'ambiguousNumber',
        column: name,
        text: `"${name}": ${doubtful} is read with a decimal comma; if the comma parts thousands, say "decimal": "."`,
      },
    ];
  }
  return [];
}

function fallbackType(placed: boolean, doubts: Remark[]): string {
  const type = placed ? 'PointOfInterest' : 'Device';
  doubts.push({ kind: 'type', text: `what the rows are is not told by any name; taken as ${type}` });
  return type;
}

type Identity = { readonly columns: readonly string[]; readonly hole: string };

/** Columns by which a row, or a series of rows, is known again. */
function identify(
  columns: readonly ColumnGuess[],
  time: ColumnGuess | undefined,
  cellsOf: (column: ColumnGuess) => readonly Cell[],
  stem: string,
  doubts: Remark[],
): Identity {
  const usable = columns.filter((column) => column.filled > 0.95 && !/[{}]/.test(column.name));
  const ids = usable.filter(({ kind, name }) => kind === 'identifier' && !lineNumber.test(name));
  const best =
    ids.find(({ distinct }) => distinct) ??
    ids[0] ??
    usable.find(({ kind, name }) => kind === 'text' && /name|назв|наим|ном/iu.test(name)) ??
    usable.find(({ name, distinct }) => lineNumber.test(name) && distinct);
  const found = best ? [best] : [];
  // A number that was given twice by mistake does not ask for more columns: it is told, and both rows are one thing.
  const slips = best?.kind === 'identifier' && !time && !best.distinct && best.unique >= 0.9;
  const repeats = (): string | undefined => {
    const keys = [...found, ...(time ? [time] : [])].map(cellsOf);
    const seen = new Set<string>();
    return cellsOf(columns[0] as ColumnGuess)
      .map((_, row) => JSON.stringify(keys.map((cells) => cells[row] ?? null)))
      .find((key) => seen.size === seen.add(key).size);
  };
  // What stands beside the identifier in every row, until no two rows are the same thing at the same time.
  const others = usable.filter((column) => column !== best && (column.kind === 'text' || column.kind === 'identifier'));
  for (const other of others) {
    if (slips || (!best && !time) || repeats() === undefined) break;
    if (new Set(cellsOf(other)).size > 1) found.push(other);
  }
  const name = found.map((column) => `"${column.name}"`).join(' and ');
  const twice = found.length > 0 ? repeats() : undefined;
  if (slips && twice !== undefined) {
    const values = (JSON.parse(twice) as Cell[]).map(String).join(', ');
    doubts.push({
      kind: 'identifier',
      text: `${name} stands twice in some rows (${values}): the first is taken, the next are refused`,
    });
  } else if (twice !== undefined) {
    doubts.push({
      kind: 'identifier',
      text: `${name} stands in several rows${time ? ' of one instant' : ''}, and no column tells them apart`,
    });
  } else if (found.length > 1 || (best && (best.kind !== 'identifier' || lineNumber.test(best.name)))) {
    doubts.push({
      kind: 'identifier',
      text: `${name} is taken for what a row is known by; another list must give the same to the same thing`,
    });
  }
  if (found.length > 0) {
    return {
      columns: found.map((column) => column.name),
      hole: found.map((column) => `{${hole(column.name)}}`).join(':'),
    };
  }
  doubts.push({
    kind: 'identifier',
    text: time
      ? 'no column says what was measured: all rows are taken as of one thing'
      : 'no column identifies a row: its number is taken, which changes when rows are sorted or added',
  });
  return { columns: [], hole: time ? stem || '1' : '{row}' };
}

const hole = (column: string): string => (/[.[\]"]/.test(column) ? `[${JSON.stringify(column)}]` : column);

type Made = { readonly name: string; readonly attribute: Attribute; readonly columns: readonly string[] };

function attributeOf(
  column: ColumnGuess,
  all: readonly ColumnGuess[],
  taken: Set<string>,
  zone: string,
  decimal: string | undefined,
): Made | undefined {
  const { kind, name, missing } = column;
  const none = missing.length > 0 && { missing };
  const made = (attribute: Attribute, of = name, columns = [name]): Made => ({
    name: attributeName(of, taken, kind === 'date'),
    attribute,
    columns,
  });
  switch (kind) {
    case 'empty':
    case 'personal':
      return undefined;
    case 'number': {
      const unitCode = unitCodeOf(name);
      const own = decimal !== undefined && column.decimal === undefined && /^[^,]*\.\d+$/.test(column.example);
      return made({ column: name, ...(unitCode !== undefined && { unitCode }), ...(own && { decimal: '.' }), ...none });
    }
    case 'boolean':
      return Object.keys(column.words ?? {}).every((word) => word === 'true' || word === 'false')
        ? made({ column: name, as: 'boolean', ...none })
        : made({ column: name, as: 'words', words: column.words, ...none });
    case 'date': {
      if (!column.dates || column.dates.ambiguous !== undefined) return undefined;
      const { clock, formats } = column.dates;
      const as = clock ? 'dateTime' : 'date';
      return made({ column: name, as, ...timeForm(formats, zone), ...none });
    }
    default: {
      // The number of a line says nothing of what stands in it.
      if (lineNumber.test(name)) return undefined;
      const language = inLanguageOf(name);
      if (!language) return made({ column: name, as: 'text', ...none });
      const same = all.filter((other) => inLanguageOf(other.name)?.about === language.about);
      const tags = Object.fromEntries(same.map((other) => [inLanguageOf(other.name)?.language ?? '', other.name]));
      return made(
        { languages: tags },
        language.what,
        same.map((other) => other.name),
      );
    }
  }
}
