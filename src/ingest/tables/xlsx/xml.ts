import { SaxesParser } from 'saxes';
import { Problem } from '../../../base/problem.ts';

/** What a part of a workbook is told of its XML. Names come without their prefix. */
export type XmlHandler = {
  open?(name: string, attributes: Attributes): void;
  /** In pieces; of every element, so that whoever reads decides which. */
  text?(text: string): void;
  close?(name: string): void;
};
export type Attributes = Readonly<Record<string, string>>;

/** Elements of a sheet lie 6 deep, of a rich text 7. */
const depthMax = 64;
/** Bytes of one text or tag. A cell holds 32,767 characters. */
const tokenMaxBytes = 1_000_000;

/**
 * Parses XML as it comes, without document types: an entity that stands for others is how a small text becomes a huge
 * one, and no workbook has any.
 * @param from what is read, for messages: `lamps.xlsx: xl/workbook.xml`
 * @throws Problem bad-data (not well-formed, not UTF-8 or UTF-16, a document type, too deep); too-large for one text
 */
export async function parseXml(chunks: AsyncIterable<Uint8Array>, from: string, handler: XmlHandler): Promise<void> {
  const parser = xmlParser(from, handler);
  for await (const chunk of chunks) parser.write(chunk);
  parser.end();
}

export type XmlParser = { write(chunk: Uint8Array): void; end(): void };

export function xmlParser(from: string, handler: XmlHandler): XmlParser {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  let waitingBytes = 0;
  let decoder: TextDecoder | undefined;
  const fault = (what: string): Problem => new Problem('bad-data', `${from} ${what}`);

  parser.on('error', (error) => {
    throw fault(`is damaged: its XML is not well-formed (${error.message})`);
  });
  parser.on('doctype', () => {
    throw fault('has a document type (DTD); no spreadsheet writes one, so it is not read');
  });
  parser.on('opentag', ({ name, attributes }) => {
    waitingBytes = 0;
    if (++depth > depthMax) throw fault(`is nested deeper than ${depthMax} elements`);
    handler.open?.(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    waitingBytes = 0;
    depth--;
    handler.close?.(localName(name));
  });
  const take = (text: string): void => {
    waitingBytes = 0;
    handler.text?.(text);
  };
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('comment', () => (waitingBytes = 0));

  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw fault('is damaged: it is neither UTF-8 nor UTF-16');
    }
  };
  return {
    write(chunk) {
      waitingBytes += chunk.length;
      parser.write(decode(chunk));
      if (waitingBytes > tokenMaxBytes) {
        throw new Problem('too-large', `${from} holds a text or tag of more than ${tokenMaxBytes} bytes`);
      }
    },
    end() {
      parser.write(decode(undefined));
      parser.close();
    },
  };
}

function encodingOf(chunk: Uint8Array | undefined): string {
  const [first, second] = chunk ?? [];
  return first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** `x:row` -> `row`: some programs write a prefix before every name. */
export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** The attribute of that name, whatever its prefix: `r:id`, `d3p1:id`. */
export function prefixed(attributes: Attributes, name: string): string | undefined {
  for (const key in attributes) if (key.endsWith(`:${name}`)) return attributes[key];
  return undefined;
}
