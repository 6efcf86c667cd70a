/** Checks a receipt in the reader's browser: the file goes nowhere. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Problem } from '../../../base/problem.ts';
import { merkle } from '../merkle.ts';
import { parseVerifier } from '../note.ts';
import { openReceipt, type Crypto, type Keys } from '../receipt.ts';

/** Of a receipt; the record of the largest entry has some kilobytes. */
const fileMax = 1_000_000;

const crypto: Crypto = {
  merkle: merkle(sha256),
  verify: (key, message, signature) => ed25519.verify(signature, message, key),
  hmac: (key, message) => hmac(sha256, key, message),
};

const form = document.querySelector<HTMLFormElement>('#receipt-check');
const result = document.querySelector<HTMLElement>('#receipt-result');
if (form && result) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void check(form, result);
  });
}

async function check(from: HTMLFormElement, into: HTMLElement): Promise<void> {
  const field = (name: string): HTMLInputElement | HTMLTextAreaElement | undefined => {
    const found = from.elements.namedItem(name);
    return found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement ? found : undefined;
  };
  const keysIn = (name: string): Keys['log'] =>
    (field(name)?.value ?? '')
      .split(/\s+/)
      .filter((key) => key !== '')
      .map((key) => parseVerifier(sha256, key));
  const file = from.querySelector<HTMLInputElement>('input[type=file]')?.files?.[0];
  try {
    if (!file) return;
    if (file.size > fileMax) throw new Problem('too-large', `${file.size} bytes`);
    const keys: Keys = { log: keysIn('log'), witnesses: keysIn('witnesses') };
    const { opening, index, cosigned } = openReceipt(await file.text(), keys, crypto);
    const { type, id, version, at, record } = opening;
    show(into, 'good', [
      `${type} ${id}, ${version}, ${at} (${index})`,
      ...cosigned.map(({ verifier, timestamp }) => `${verifier.name}, ${new Date(timestamp * 1000).toISOString()}`),
      ...(cosigned.length === 0 ? [into.dataset['unwitnessed'] ?? ''] : []),
      JSON.stringify(record, undefined, 2),
    ]);
  } catch (error) {
    show(into, 'trouble', [error instanceof Error ? error.message : String(error)]);
  }
}

/** @param lines the last one of what holds is the record, as it was written */
function show(into: HTMLElement, state: 'good' | 'trouble', lines: readonly string[]): void {
  const head = document.createElement('p');
  const mark = document.createElement('span');
  mark.className = `st ${state}`;
  mark.textContent = into.dataset[state] ?? '';
  head.append(mark);
  const told = lines.map((line, at) => {
    const isRecord = state === 'good' && at === lines.length - 1;
    const element = document.createElement(isRecord ? 'pre' : 'p');
    // Long lines scroll by themselves, by keyboard too.
    if (isRecord) Object.assign(element, { className: 'scroll', tabIndex: 0 });
    element.textContent = line;
    return element;
  });
  into.replaceChildren(head, ...told);
}
