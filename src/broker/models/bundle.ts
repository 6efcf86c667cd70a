/** Gathers a schema with the documents that its `$ref`s lead to: from files that were given, or from the network for a URL. */
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Outbound } from '../../http/index.ts';
import { referencesOf, rootOf, type SchemaBundle } from './compile.ts';

type Document = Readonly<Record<string, unknown>>;
export type NamedBytes = { readonly name: string; readonly bytes: Uint8Array };

const documentsMax = 50;
const bytesMax = 4 * 2 ** 20;

/**
 * @param from      a URL, asked for together with what it leads to, or the bytes of a file, which leads to `given` alone
 * @param given     further schemas; each stands for its `$id`, and for every URL that ends in its file name
 * @throws Problem bad-data: no JSON object, or a reference that was not given; unreachable
 */
export async function gatherSchema(
  from: string | NamedBytes,
  given: readonly NamedBytes[],
  outbound: Outbound,
): Promise<SchemaBundle & { source: string }> {
  const files = given.map(({ name, bytes }) => ({ name, document: parse(bytes, name) }));
  const fileOf = (url: string): Document | undefined =>
    (
      files.find(({ document }) => document['$id'] === url) ??
      files.find(({ name }) => new URL(url).pathname.endsWith(`/${name}`))
    )?.document;
  const fetched = async (url: string): Promise<Document> =>
    parse(
      (
        await outbound.get(url, {
          maxBytes: bytesMax,
          headers: { accept: 'application/schema+json, application/json' },
        })
      ).bytes,
      url,
    );
  const schema = typeof from === 'string' ? { $id: from, ...(await fetched(from)) } : parse(from.bytes, from.name);
  const root = rootOf(schema);
  const documents: Record<string, Document> = {};
  const waiting = [...referencesOf(schema, root)];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (url === root || url in documents) continue;
    if (Object.keys(documents).length === documentsMax) {
      throw new Problem('bad-data', `the schema leads to more than ${documentsMax} documents`);
    }
    const document = fileOf(url) ?? (typeof from === 'string' ? await fetched(url) : undefined);
    if (!document) {
      throw new Problem(
        'bad-data',
        `the schema leads to ${url}, which is not among the files given with --ref`,
        '$ref',
      );
    }
    documents[url] = document;
    waiting.push(...referencesOf(document, url));
  }
  return { schema, documents, source: typeof from === 'string' ? from : from.name };
}

function parse(bytes: Uint8Array, name: string): Document {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (error) {
    throw error instanceof Problem ? new Problem('bad-data', `${name}: ${error.message}`, error.field) : error;
  }
  if (!isObject(json)) throw new Problem('bad-data', `${name} is no JSON Schema: an object is wanted`);
  return json;
}
