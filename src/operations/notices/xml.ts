/** XML as text: elements from names and values, everything escaped. */

/** An element that is written already. */
export type Xml = { readonly xml: string };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
/** White space too: in attributes, and a carriage return anywhere, a parser would make it something else (XML 1.0, 2.11, 3.3.3). */
const escaped = (text: string): string => text.replaceAll(/[&<>"\t\n\r]/g, (char) => entities[char] ?? char);

/**
 * @param content text, or elements; what is undefined or false is left out
 */
export function element(
  name: string,
  content: string | number | readonly (Xml | false | undefined)[] = [],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const body =
    typeof content === 'object'
      ? content.flatMap((one) => (one ? [`\n${one.xml}`] : [])).join('') + (content.length > 0 ? '\n' : '')
      : escaped(String(content));
  return { xml: body === '' ? `<${name}${head.join('')}/>` : `<${name}${head.join('')}>${body}</${name}>` };
}

export const document = ({ xml }: Xml): string => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`;
