/** A photo on its way in: read no further than it may be long. */
import { Problem } from '../../base/problem.ts';
import { photoBytesMax } from './photos.ts';

/** Reads a body as it comes, and no further than a photo may be long. */
export async function bytesOf(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = (): Problem =>
    new Problem('too-large', `a photo has at most ${photoBytesMax / 2 ** 20} MB`, 'photo');
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** Of a form around its photo: borders, headers, other fields. */
const aroundMax = 100_000;

export async function photoForm(
  request: Request,
): Promise<{ photo: Uint8Array; fields: Readonly<Record<string, string>> }> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new Problem('unsupported-media-type', 'expected a photo as multipart/form-data', 'content-type');
  const bytes = await bytesOf(request, photoBytesMax + aroundMax);
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Problem('bad-data', 'the parts of the form cannot be told apart', 'content-type');
  }
  const photo = form.get('photo');
  if (photo === null || typeof photo === 'string' || photo.size === 0)
    throw new Problem('bad-data', 'no photo was chosen', 'photo');
  const fields = [...form].filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return { photo: new Uint8Array(await photo.arrayBuffer()), fields: Object.fromEntries(fields) };
}
