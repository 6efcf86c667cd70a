/**
 * What a person says of a file before it is taken, kept beside the file: whose data it is, and what its columns are. A
 * mapping is suggested, or the one that is remembered of the source is used.
 */
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../../base/problem.ts';
import { normalized } from '../../../base/words.ts';
import { isObject, parseJson } from '../../../base/json.ts';
import { inLanguage, type City, type Language } from '../../../city/profile.ts';
import { slug } from '../../../city/index.ts';
import { choicesOf, columnRoles, withChoices, type ColumnRole, type RawMapping } from '../../importing/form.ts';
import { findImporter } from '../../importing/importers.ts';
import type { Imports } from '../../importing/imports.ts';
import type { FileOptions } from '../../importing/views.ts';
import type { Upload, Uploads } from '../../importing/uploads.ts';
import type { Remark } from '../../importing/remark.ts';
import type { Remembered } from '../../importing/remembered.ts';
import type { ImportKind } from '../../importing/importer.ts';
import type { PayloadKind } from '../../mapping/mapping.ts';
import type { Source, SourceKind } from '../../schema.ts';
import type { MappingFile } from '../../mapping/index.ts';
import type { Sources } from '../../source.ts';
import { inspectTable } from '../../tables/inspect.ts';
import { importsWords, type ImportsKey } from './messages/index.ts';
import { sourceFields, type PrepareData, type SourceAnswers } from './prepare.tsx';
import { previewRow } from './previewRow.ts';

export type Preparation = {
  /** What the page shows: the answers so far, and what the first rows become by them. */
  look(upload: Upload, language: Language): Promise<PrepareData>;
  /**
   * Keeps the answers of the form.
   * @returns whether nothing is missing, so that the file can be taken
   */
  answer(upload: Upload, answers: ReadonlyMap<string, string>, language: Language): Promise<boolean>;
  /** @throws Problem bad-data when the answers make no mapping */
  importOptions(upload: Upload): Promise<FileOptions>;
};

type Noted = {
  /** Id of a source that is there; empty: a new one. */
  readonly source: string;
  /** The id that a new source was given when the file was begun: going on takes it for the same source. */
  readonly newId?: string;
  readonly answers: SourceAnswers;
  readonly language: Language;
  readonly sheet?: string;
  readonly mapping?: RawMapping;
  /** The form was sent: then what is missing is said. */
  readonly sent: boolean;
};

/** What mappings of each kind of file are called; a timetable needs none. */
const payloads: Readonly<Partial<Record<ImportKind, PayloadKind>>> = {
  csv: 'table',
  xlsx: 'table',
  geojson: 'geojson',
};
const sourceKinds: Readonly<Record<ImportKind, SourceKind>> = {
  csv: 'csv',
  xlsx: 'csv',
  geojson: 'geojson',
  gtfs: 'gtfs',
  'gtfs-rt': 'feed',
};
const previewMax = 12;
const noAnswers: SourceAnswers = { sourceName: '', purpose: '', owner: '', legalBasis: '', retention: '' };

export function filePreparation(deps: {
  city: Pick<City, 'languages' | 'timeZone' | 'bbox' | 'center'>;
  imports: Imports;
  uploads: Uploads;
  sources: Sources;
  remembered: Remembered;
  /** Checks and compiles a mapping file's JSON. */
  parse: (bytes: Uint8Array, name: string) => MappingFile;
}): Preparation {
  const { city, imports, uploads, sources, remembered, parse } = deps;

  const notedOf = async (upload: Upload): Promise<Noted> => {
    const kept = await uploads.noted(upload.id);
    const mapping = kept['mapping'];
    const answers = isObject(kept['answers']) ? kept['answers'] : {};
    return {
      source: text(kept['source']),
      answers: Object.fromEntries(sourceFields.map((name) => [name, text(answers[name])])) as SourceAnswers,
      language: (text(kept['language']) || (city.languages[0] ?? 'en')) as Language,
      ...(typeof kept['newId'] === 'string' && { newId: kept['newId'] }),
      ...(typeof kept['sheet'] === 'string' && { sheet: kept['sheet'] }),
      ...(isObject(mapping) && { mapping }),
      sent: kept['sent'] === true,
    };
  };

  /** The mapping by which the file is looked at, and what its suggestion could not know. */
  const mappingOf = async (
    upload: Upload,
    { source, sheet, mapping }: Noted,
  ): Promise<{ mapping?: RawMapping; doubts: readonly Remark[] }> => {
    if (mapping) return { mapping, doubts: [] };
    const importer = await findImporter(upload.path);
    const { kind } = importer;
    if (source !== '') {
      const known = await remembered.get(source).catch(() => undefined);
      const raw = known?.mappings.find((one) => one.payload === payloads[kind])?.raw.element;
      if (isObject(raw)) return { mapping: raw, doubts: [] };
    }
    const about = { city, name: upload.name, ...(sheet !== undefined && { sheet }) };
    return (await importer.suggest?.(upload.path, about)) ?? { doubts: [] };
  };

  const declarationOf = ({ source, newId, answers, language }: Noted, kind: Source['kind']): Source => {
    const known = source === '' ? undefined : sources.find(source);
    if (known) return known;
    const words = (answer: string): Source['name'] => ({ [language]: answer });
    const days = Number(answers.retention.replaceAll(/\s/g, ''));
    return {
      id: newId ?? newSourceId(answers.sourceName),
      name: words(answers.sourceName),
      purpose: words(answers.purpose),
      owner: words(answers.owner),
      legalBasis: words(answers.legalBasis),
      retentionDays: days > 0 ? days : null,
      personal: 'none',
      granularity: 'object',
      kind,
      simulated: false,
      expectedEveryS: null,
    };
  };

  const newSourceId = (name: string): string => {
    const id = slug(name).slice(0, 60) || 'file';
    if (!sources.find(id)) return id;
    for (let n = 2; ; n++) if (!sources.find(`${id}-${n}`)) return `${id}-${n}`;
  };

  /** The mapping file that the answers make. A source that has no words yet gets dots, so that the columns can be looked at. */
  const fileOf = (noted: Noted, mapping: RawMapping | undefined, kind: Source['kind']): MappingFile => {
    const declared = declarationOf(
      {
        ...noted,
        answers: mapAnswers(noted.answers, (answer, name) => (name === 'retention' ? answer : answer || '…')),
      },
      kind,
    );
    const file = { sources: [declared], mappings: mapping ? [{ ...mapping, source: declared.id }] : [] };
    return parse(Buffer.from(JSON.stringify(file)), 'mapping');
  };

  /** A new source must not be taken for one that is there: people know them by their names. */
  const isTaken = (name: string): boolean =>
    sources.list().some((known) => Object.values(known.name).some((word) => fold(word) === fold(name)));

  const missingOf = (noted: Noted, mapping: RawMapping | undefined): readonly ImportsKey[] => [
    ...(noted.source === ''
      ? (['sourceName', 'purpose', 'owner', 'legalBasis'] as const).filter((name) => noted.answers[name] === '')
      : []),
    ...(noted.source === '' && noted.newId === undefined && isTaken(noted.answers.sourceName)
      ? (['sourceTaken'] as const)
      : []),
    ...(mapping !== undefined && typeText(mapping) === '' ? (['type'] as const) : []),
  ];

  const optionsOf = (upload: Upload, noted: Noted, mapping: MappingFile): FileOptions => ({
    file: upload.path,
    name: upload.name,
    mapping,
    ...(mapping.sources[0] && { source: mapping.sources[0].id }),
    ...(noted.sheet !== undefined && { sheet: noted.sheet }),
  });

  return {
    async look(upload, language) {
      const noted = await notedOf(upload);
      const t = importsWords(language);
      const data: Mutable<PrepareData> = {
        upload,
        sources: sources
          .list()
          .filter(({ simulated }) => !simulated)
          .map(({ id, name }) => ({ id, name: inLanguage(name, language).text })),
        source: noted.source,
        answers: noted.answers,
        sheets: [],
        ...(noted.sheet !== undefined && { sheet: noted.sheet }),
        samples: new Map(),
        preview: [],
        doubts: [],
        notes: {},
        missing: [],
      };
      try {
        const importer = await findImporter(upload.path);
        const { mapping, doubts } = await mappingOf(upload, noted);
        data.doubts = doubts;
        if (payloads[importer.kind] === 'table') Object.assign(data, await tableOf(upload, noted, mapping));
        if (mapping) data.mapping = JSON.stringify(mapping, undefined, 2);
        if (noted.sent) {
          data.missing = missingOf(noted, mapping).map((key) =>
            key === 'sourceTaken'
              ? { id: 'sourceName', text: t(key), wrong: t(key) }
              : { id: key, text: t(key), wrong: t('needed') },
          );
        }
        const file = fileOf(noted, mapping, sourceKinds[importer.kind]);
        const { items, remarks, notes } = await imports.preview(optionsOf(upload, noted, file), previewMax);
        data.doubts = [...doubts, ...remarks];
        data.notes = notes;
        data.preview = items.map(previewRow);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        data.trouble = error;
      }
      return data;
    },

    async answer(upload, answers, language) {
      const before = await notedOf(upload);
      const said = (name: string): string => (answers.get(name) ?? '').trim();
      const sheet = said('sheet') || before.sheet;
      const source = said('source');
      // Another sheet, or another source, has columns of its own.
      const moved = source !== before.source || (sheet ?? '') !== (before.sheet ?? '');
      const noted: Noted = {
        source,
        answers: mapAnswers(noAnswers, (_, name) => said(name)),
        language,
        ...(sheet !== undefined && { sheet }),
        sent: said('do') === 'take',
      };
      let { mapping } = await mappingOf(upload, moved ? noted : before).catch(ignoreProblem);
      if (!moved && mapping) mapping = rewritten(mapping, said('mapping')) ?? changed(mapping, answers);
      const known = await uploads.noted(upload.id);
      await uploads.note(upload.id, { ...known, ...noted, mapping });
      return missingOf(noted, mapping).length === 0;
    },

    async importOptions(upload) {
      const noted = await notedOf(upload);
      const { mapping } = await mappingOf(upload, noted);
      const file = fileOf(noted, mapping, sourceKinds[(await findImporter(upload.path)).kind]);
      const newId = noted.source === '' ? file.sources[0]?.id : undefined;
      if (newId !== undefined) await uploads.note(upload.id, { ...(await uploads.noted(upload.id)), newId });
      return optionsOf(upload, noted, file);
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const fold = (name: string): string => normalized(name).toLowerCase();

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const mapAnswers = (
  answers: SourceAnswers,
  give: (answer: string, name: (typeof sourceFields)[number]) => string,
): SourceAnswers => Object.fromEntries(sourceFields.map((name) => [name, give(answers[name], name)])) as SourceAnswers;

const ignoreProblem = (error: unknown): { mapping?: RawMapping } => {
  if (error instanceof Problem) return {};
  throw error;
};

function typeText(mapping: RawMapping): string {
  const entity = isObject(mapping['entity']) ? mapping['entity'] : {};
  return Array.isArray(entity['type']) ? text(entity['type'][0]) : text(entity['type']);
}

/** Sheets, columns and what stands in them. */
async function tableOf(
  upload: Upload,
  { sheet }: Noted,
  mapping: RawMapping | undefined,
): Promise<Pick<PrepareData, 'sheets' | 'samples'> & Partial<Pick<PrepareData, 'choices' | 'sheet'>>> {
  const form = isObject(mapping?.['table']) ? mapping['table'] : {};
  const view = await inspectTable(upload.path, {
    name: upload.name,
    ...(sheet !== undefined && { sheet }),
    ...(typeof form['headerRow'] === 'number' && { headerRow: form['headerRow'] }),
  });
  const samples = new Map<string, string[]>();
  for (const [at, name] of view.header.entries()) {
    const seen = view.sample.flatMap(({ cells }) => {
      const cell = cells[at];
      return cell === undefined || cell === '' ? [] : [String(cell).slice(0, 40)];
    });
    samples.set(name, [...new Set(seen)].slice(0, 3));
  }
  const columns = view.header.filter((name) => name !== '');
  return {
    sheets: (view.sheets ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name),
    ...(view.sheet !== undefined && { sheet: view.sheet }),
    samples,
    ...(mapping && form['wide'] !== true && { choices: choicesOf(mapping, columns) }),
  };
}

/** The mapping after the fields of the form; a file without columns has only its type there. */
function changed(mapping: RawMapping, answers: ReadonlyMap<string, string>): RawMapping {
  const said = (name: string): string => (answers.get(name) ?? '').trim();
  const columns: { column: string; role: ColumnRole; name: string; unitCode: string }[] = [];
  for (let n = 0; answers.has(`column${n}`); n++) {
    const role = columnRoles.find((one) => one === said(`role${n}`)) ?? 'skip';
    // A column's name is taken as it was sent: blanks at its ends belong to it.
    columns.push({ column: answers.get(`column${n}`) ?? '', role, name: said(`name${n}`), unitCode: said(`unit${n}`) });
  }
  return columns.length === 0 ? mapping : withChoices(mapping, { type: said('type'), columns });
}

/** The mapping as somebody has changed its text. @throws Problem bad-data when it is no JSON object */
function rewritten(mapping: RawMapping, written: string): RawMapping | undefined {
  if (written === '') return undefined;
  const value = parseJson(new TextEncoder().encode(written));
  if (!isObject(value)) throw new Problem('bad-data', 'expected an object: one element of "mappings"', 'mapping');
  return isDeepStrictEqual(value, mapping) ? undefined : value;
}
