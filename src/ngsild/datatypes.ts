/** The small words of the standard: URIs and names (4.6.2, 4.6.3), scopes (4.18), the NGSI-LD Null (4.5.0). */

/** Stands for null where NGSI-LD must not have one: "remove this". */
export const nullMarker = 'urn:ngsi-ld:null';

const namePattern = /^\p{L}[\p{L}\p{N}_]*(?::\p{L}[\p{L}\p{N}_]*)?$/u;
const scopePattern = /^\/?\p{L}[\p{L}\p{N}_]*(?:\/\p{L}[\p{L}\p{N}_]*)*$/u;

/** A name of 4.6.2: letters of any script, digits, `_`; at most one `prefix:`. */
export function isName(text: string): boolean {
  return namePattern.test(text);
}

/** A scope of 4.18: `/Dushanbe/Sino`, the first slash optional. */
export function isScope(text: string): boolean {
  return scopePattern.test(text);
}

/**
 * An absolute URI (RFC 3986) or IRI (RFC 3987): a scheme, `:`, and something without spaces, controls or `<>"{}|\^`
 * and the backtick. By hand because every id and relationship passes here.
 */
export function isUri(text: string): boolean {
  const length = text.length;
  let colon = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code === 127) return false;
    switch (code) {
      case 34: // "
      case 60: // <
      case 62: // >
      case 92: // \
      case 94: // ^
      case 96: // `
      case 123: // {
      case 124: // |
      case 125: // }
        return false;
      default:
    }
    if (colon < 0) {
      if (code === 58) {
        if (i === 0) return false;
        colon = i;
      } else {
        const letter = (code | 32) >= 97 && (code | 32) <= 122;
        if (!letter && (i === 0 || !((code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46)))
          return false;
      }
    }
  }
  return colon > 0 && colon < length - 1;
}
